"""The running program: answering core, language models, HTTP API, settings and command line."""
