"""The sample reports: six digests, in this project's own words, of public reports on digital government.

They give a fresh installation something true to answer from. Each names its source, year and licence. This module
only says where they are; reading and indexing them is no different from any other report.
"""

from pathlib import Path


def paths() -> list[Path]:
    """The sample reports' files, sorted by name."""
    return sorted(Path(__file__).parent.glob("*.md"))
