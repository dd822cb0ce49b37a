"""A report file becomes a Document and its Passages. Knows nothing of indexes, models or HTTP."""
