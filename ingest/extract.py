"""What a reader takes out of a file: canonical text and what is known about it. The structure comes after."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extract:
    text: str
    """Canonical text: line ends are `\\n`, nothing invisible."""
    media_type: str
    neutralised: int = 0
    pages: tuple[int, ...] = ()
    """Offset at which each page starts, where the format has pages."""
    title: str | None = None
    """From the file's own properties; a title in the text goes before it."""
    authors: tuple[str, ...] = ()
    date: str | None = None

    @property
    def is_markdown(self) -> bool:
        return self.media_type != "text/plain"
