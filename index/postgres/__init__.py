"""The index in PostgreSQL with pgvector: the same seam as `index.local`, for when one machine is outgrown."""
