"""What can go wrong with an index.

IndexError_ is avoided on purpose: Python has one of its own.

StoreError                 the run failed; the message says what to do
├── StoreLocked            another process is writing
├── StoreFull              the disk is full: nothing was changed
├── StoreDamaged           a file is missing or does not match its hash: `trendwise doctor --repair`
├── EmbedderMismatch       built with another embedding model or dimension, both named
└── SchemaTooNew           written by a newer Trendwise
NotFound                   the caller's mistake
├── UnknownDocument
└── UnknownPassage
"""


class StoreError(Exception):
    """The index could not do what was asked. Nothing was changed."""


class StoreLocked(StoreError):
    pass


class StoreFull(StoreError):
    pass


class StoreDamaged(StoreError):
    pass


class EmbedderMismatch(StoreError):
    pass


class SchemaTooNew(StoreError):
    pass


class NotFound(LookupError):
    """An id that the index does not know."""


class UnknownDocument(NotFound):
    pass


class UnknownPassage(NotFound):
    pass
