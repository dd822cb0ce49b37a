"""The HTTP API and the chat page's routes: a thin skin over `service.answering` and `index`."""
