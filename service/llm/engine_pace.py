"""How fast this machine is now, and so how many answers and prompt tokens fit into one step."""

from service.llm.llama_context import BATCH

_ALONE_SECONDS = 0.8
"""A step cannot be interrupted: whoever leaves waits for its end, and has to be rid of within a second."""
_WARM_SECONDS = 0.45
_BESIDE_ANSWERS = 24
"""Most prompt tokens in a step that also carries answers: each of those waits for them."""
_MULTIPLE = 8
"""Matrix kernels work on groups of rows; a step that fills them wastes nothing."""
_LEAST_ROWS = 16
"""Below, a step costs more a token: processor seconds for 96 tokens of a 1.5B model at 8, 16, 32 and 96 rows a step were
7.5, 4.7, 4.6 and 4.4."""
LEAST_PARALLEL, MOST_PARALLEL = 16, 48
"""Answers at a time. With few, whoever comes last waits longest: of 64 equal questions to a small model Jain's index of
their times was 0.85 with 16. With many, a step of a large model takes too long."""
_FIRST_GUESS = 0.027
_WEIGHT = 0.25
_MEASURED_ROWS = 8


class Pace:
    def __init__(self) -> None:
        self._row_seconds = _FIRST_GUESS
        self._request_seconds = 10.0

    def chunk(self, answering: int, *, warming: bool) -> int:
        """Prompt tokens to decode beside this many answers, so that a step stays under a second."""
        fit = int((_WARM_SECONDS if warming else _ALONE_SECONDS) / self._row_seconds)
        most = min(fit, _BESIDE_ANSWERS if answering else BATCH) - answering
        return max(_MULTIPLE, _LEAST_ROWS - answering, most - (most + answering) % _MULTIPLE)

    def parallel(self) -> int:
        """Answers at a time: a step with a token of each should stay under a second."""
        return max(LEAST_PARALLEL, min(MOST_PARALLEL, int(_ALONE_SECONDS / self._row_seconds)))

    def decoded(self, rows: int, seconds: float) -> None:
        if rows >= _MEASURED_ROWS:
            self._row_seconds += _WEIGHT * (seconds / rows - self._row_seconds)

    def finished(self, seconds: float) -> None:
        self._request_seconds += _WEIGHT * (seconds - self._request_seconds)

    def seconds_until_free(self, waiting: int) -> int:
        """A guess for `Retry-After`."""
        return max(1, min(60, round(self._request_seconds * (waiting + 1) / self.parallel())))
