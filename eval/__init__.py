"""Offline evaluation and benchmarks. Uses the answering core without HTTP."""
