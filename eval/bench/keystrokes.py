"""A question being typed, and what the page does meanwhile (`web/js/preview.js`): it asks for a warming when the person
pauses, and a later one takes an earlier one's place."""

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from service.llm.types import Cancel

PER_MINUTE = 200
PAUSE = 0.25
"""Seconds without a key after which the page asks; these three are the page's own."""
LEAST_WORDS = 2
LEAST_CHARACTERS = 8
_UNEVEN = 0.5
"""Spread of the logarithm of the time between two keys: people type in bursts."""
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Moment:
    seconds: float
    """Since the first key."""
    text: str
    """What is in the box then."""


def typed(text: str, dice: Random, per_minute: int = PER_MINUTE) -> list[Moment]:
    """One moment a key, and one for Enter at the end. Uneven, but the whole takes exactly as long as at an even pace."""
    gaps = [dice.lognormvariate(0, _UNEVEN) for _ in text]
    scale = 60 * len(text) / per_minute / math.fsum(gaps)
    seconds, moments = 0.0, []
    for length, gap in enumerate(gaps, start=1):
        moments.append(Moment(seconds, text[:length]))
        seconds += gap * scale
    return [*moments, Moment(seconds, text)]


def warmings(moments: Sequence[Moment]) -> Iterator[Moment]:
    """When the page asks for a warming, and with which text."""
    last = ""
    for moment, following in itertools.pairwise(moments):
        if following.seconds - moment.seconds < PAUSE:
            continue
        text = moment.text.strip()
        if len(text) < LEAST_CHARACTERS or len(text.split()) < LEAST_WORDS:
            last = ""
        elif moment.text != last:
            last = moment.text
            yield Moment(moment.seconds + PAUSE, moment.text)


@contextmanager
def typing(moments: Sequence[Moment], warm: Callable[[str, Cancel], object]) -> Iterator[None]:
    """Types in real time. The body runs from Enter on, when a warming that still runs has just been broken off."""
    started, cancel = time.perf_counter(), Cancel()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for moment in warmings(moments):
            _wait_until(started + moment.seconds)
            cancel.set()
            cancel = Cancel()
            pool.submit(warm, moment.text, cancel)
        _wait_until(started + moments[-1].seconds)
        cancel.set()
        yield


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.perf_counter()))
