"""Passages become searchable. Knows `ingest`'s values; nothing of models that write, or of HTTP."""
