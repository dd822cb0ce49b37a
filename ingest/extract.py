"""What a reader takes out of a file: canonical text, and where its pages start. The structure comes after."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extract:
    text: str
    """Canonical text: line ends are `\\n`, nothing invisible."""
    media_type: str
    neutralised: int = 0
    pages: tuple[int, ...] = ()
    """Offset at which each page starts, where the format has pages."""
    year: int | None = None
    """When the file was made, by its own properties: only where nothing else names a year."""

    @property
    def is_markdown(self) -> bool:
        return self.media_type != "text/plain"


def front_matter(title: str | None, authors: str | None, date: str | None) -> str:
    """What a file's properties say and its text does not, as lines that can be cited."""
    fields = (("title", title), ("authors", authors), ("date", date))
    lines = [f"{field}: {' '.join(value.split())}" for field, value in fields if value and value.strip()]
    return "\n".join(["---", *lines, "---", "", ""]) if lines else ""
