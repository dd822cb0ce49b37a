"""What every route shares: the runtime, the threads that answer, the jobs, and the streams that are open now."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from fastapi import Depends, Request

from index.types import Considerate
from service.answering.types import Event, Question
from service.api.admission import Admission, Place
from service.api.observing import Observer
from service.api.problems import ShuttingDown
from service.api.turns import Turns
from service.api.work import Work
from service.errors import Cancelled, NotAllowed
from service.jobs import Jobs
from service.llm.types import Cancel
from service.runtime import Runtime
from service.suggesting import Suggester
from service.watching import Watcher

if TYPE_CHECKING:
    from service.limits import SharedLimits

T = TypeVar("T")

WARMING = 8
"""Questions still being typed that are prepared at once; they take no place from those that were asked."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: the holder of an API key, or whoever sits at this machine where there are no keys."""

    id: str = ""
    role: Literal["ask", "manage"] = "manage"
    place: Place | None = field(default=None, compare=False)
    """What the door kept for this person's question."""


class Context:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.admission = Admission(runtime.settings.queue)
        self.warming = Admission(WARMING)
        if isinstance(runtime.index.embedder, Considerate):
            runtime.index.embedder.give_way(lambda: self.admission.active > 0)
        self.observer = Observer(runtime, self.admission)
        self._searching = Turns(os.cpu_count() or 1)
        self.jobs = Jobs(runtime.index, runtime.storage.uploads, reading=runtime.settings.read_uploads)
        self.suggester = Suggester(runtime.index)
        self.watcher = _watcher(runtime)
        self._threads = ThreadPoolExecutor(runtime.settings.queue + WARMING, thread_name_prefix="question")
        self._open: set[Work[Any]] = set()
        self.stopping = False

    def work(
        self, person: Person, produce: Callable[[Cancel], Iterator[T]], admission: Admission | None = None
    ) -> Work[T]:
        """Starts a question's work on a thread of its own. Raises `ModelBusy` and `ShuttingDown`."""
        self._require_running()
        leave = (admission or self.admission).enter(person.id, person.place)
        limits = self.runtime.storage.limits
        shared = produce if limits is None or admission else partial(_limited, limits, person, produce)
        work: Work[T] = Work(self._threads, shared, finished=leave)
        self._open.add(work)
        return work

    def require_place(self) -> None:
        """Raises `ModelBusy` and `ShuttingDown` where nobody could ask now."""
        self._require_running()
        self.admission.require_place()

    def expect(self) -> Place:
        """Keeps a place for a question that is on its way to `work`. Raises as `require_place`."""
        self._require_running()
        return self.admission.expect()

    def _require_running(self) -> None:
        if self.stopping:
            raise ShuttingDown("Trendwise is stopping: ask again when it has started again.")

    def closed(self, work: Work[T]) -> None:
        work.close()
        self._open.discard(work)

    def answer(self, question: Question, cancel: Cancel) -> Iterator[Event]:
        """A question's events, as the core gives them. Raises as `Answerer.stream`, and `Cancelled` between events."""
        return self.observer.watch(self._events(question, cancel))

    def _events(self, question: Question, cancel: Cancel) -> Iterator[Event]:
        events = self.runtime.answerer.stream(question, cancel=cancel)
        with self._searching.take(cancel):
            evidence = next(events)
        yield evidence
        for event in events:
            if cancel:
                raise Cancelled("Whoever asked has gone.")
            yield event

    def stop_accepting(self) -> None:
        self.stopping = True

    def end_streams(self) -> None:
        """Every open stream gets an explicit error event, so that none looks finished when it is not."""
        for work in tuple(self._open):
            work.fail(ShuttingDown("Trendwise was stopped before this answer was complete: ask again."))

    def close(self) -> None:
        for work in tuple(self._open):
            work.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self.watcher:
            self.watcher.close()
        self.jobs.close()


def _limited(
    limits: "SharedLimits", person: Person, produce: Callable[[Cancel], Iterator[T]], cancel: Cancel
) -> Iterator[T]:
    """The same, while the person has a place among all processes. Raises `ModelBusy` before anything else."""
    with limits.place(person.id):
        yield from produce(cancel)


def _watcher(runtime: Runtime) -> Watcher | None:
    """Of the reports folder, where one is set."""
    folder = runtime.settings.reports_dir
    if folder is None:
        return None
    watcher = Watcher(runtime.index, folder, runtime.settings.data_dir)
    watcher.start()
    return watcher


# Asynchronous although nothing is awaited: FastAPI would send a plain function to a thread and back, for every request.


async def context(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


async def person(request: Request) -> Person:
    found: Person = request.scope.get("person", Person())
    return replace(found, place=request.scope.get("place"))


Ctx = Annotated[Context, Depends(context)]
Asker = Annotated[Person, Depends(person)]


async def require_manager(person: Asker) -> None:
    """For routes that change what everybody sees."""
    if person.role != "manage":
        raise NotAllowed("This API key may ask questions but not change reports: use one with the role `manage`.")
