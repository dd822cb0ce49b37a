"""Log lines as JSON on standard error, and what may be in them.

Texts (questions, answers, what an exception says) are handed to the log under the names in `TEXTS` only, and left out
here unless the settings ask for them: one place decides for all.
"""

import contextlib
import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

TEXTS = frozenset({"question", "answer", "message"})

Event = MutableMapping[str, Any]


def configure(*, log_texts: bool) -> None:
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        *([] if log_texts else [_without_texts]),
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(_StandardError()),  # type: ignore[arg-type]
    )
    logging.basicConfig(level=logging.CRITICAL if not log_texts else logging.WARNING, stream=sys.stderr, force=True)


class _StandardError:
    """Whatever standard error is at the time. If nobody reads it any more, the line is lost, never the answer."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def _without_texts(_: Any, __: str, event: Event) -> Mapping[str, Any]:
    return {name: value for name, value in event.items() if name not in TEXTS}


def frames(error: BaseException) -> list[str]:
    """Where an error happened, innermost last, without what it says: that may be a text."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)][
        -12:
    ]
