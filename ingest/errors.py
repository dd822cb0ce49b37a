"""What can be wrong with a file. Each message names the file, what is wrong and what to do.

IngestError
├── NoSuchFile
├── UnsupportedType       no reader for this file name ending or content
├── EmptyReport           no text in it
├── UnreadableReport      binary, broken, encrypted, scanned, too large, or took too long
└── NoReports             a folder without any file that can be read
"""


class IngestError(Exception):
    """The file cannot become a report. Nothing was changed."""


class NoSuchFile(IngestError):
    pass


class UnsupportedType(IngestError):
    pass


class EmptyReport(IngestError):
    pass


class UnreadableReport(IngestError):
    pass


class NoReports(IngestError):
    pass
