"""What operators see: metrics for Prometheus, and one log line a request and a question.

The registry belongs to one application, so that two in one process do not mix.
"""

import asyncio
import itertools
import re
import time
import uuid
from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.answering.types import Answer, AnswerEvent, Event
from service.api.admission import Admission
from service.errors import Cancelled
from service.runtime import Runtime

log = structlog.get_logger("trendwise")

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)
TIMES = {
    "search": "Until the evidence was found.",
    "first_token": "Until the model's first token.",
    "first_sentence": "Until the first verified sentence.",
    "total": "Until the whole answer.",
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class Observer:
    def __init__(self, runtime: Runtime, admission: Admission) -> None:
        self._refused = 0
        self._registry = registry = CollectorRegistry()
        registry.register(_State(runtime, admission))
        self._questions = Counter("trendwise_questions", "Questions by outcome.", ["status"], registry=registry)
        self._sentences = Counter("trendwise_sentences", "Sentences by verdict.", ["verdict"], registry=registry)
        self._requests = Counter(
            "trendwise_requests", "HTTP requests.", ["method", "route", "status"], registry=registry
        )
        self._times = {
            name: Histogram(f"trendwise_{name}_seconds", text, buckets=SECONDS, registry=registry)
            for name, text in TIMES.items()
        }

    def metrics(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self._registry)

    def watch(self, events: Iterator[Event]) -> Iterator[Event]:
        """Passes a question's events on, and counts what becomes of it."""
        try:
            for event in events:
                if isinstance(event, AnswerEvent):
                    self._answered(event.answer)
                yield event
        except Cancelled:
            self._questions.labels("cancelled").inc()
            raise
        except Exception as error:
            self._questions.labels("failed").inc()
            log.warning("not answered", error=type(error).__name__, message=str(error))
            raise

    def _answered(self, answer: Answer) -> None:
        self._questions.labels(answer.status.value).inc()
        for sentence in answer.sentences:
            self._sentences.labels(sentence.verdict.value).inc()
        self._sentences.labels("unsupported").inc(len(answer.withheld))
        milliseconds = {name: getattr(answer.timings, f"{name}_ms") for name in TIMES}
        for name, passed in milliseconds.items():
            if passed is not None:
                self._times[name].observe(passed / 1000)
        log.info(
            "answered",
            answer_id=answer.id,
            status=answer.status.value,
            question=answer.question,
            answer=answer.answer,
            question_characters=len(answer.question),
            answer_characters=len(answer.answer),
            sentences=len(answer.sentences),
            withheld=len(answer.withheld),
            **{f"{name}_ms": passed for name, passed in milliseconds.items()},
        )

    def requested(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        key = getattr(scope.get("person"), "id", "")
        if scope.get("refused"):
            self._log_refusals_together()
            return
        log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000), key=key)

    def _log_refusals_together(self) -> None:
        """One line a second says how many: a flood must not fill a disk, nor wait for it."""
        if not self._refused:
            asyncio.get_running_loop().call_later(1, self._log_refusals)
        self._refused += 1

    def _log_refusals(self) -> None:
        log.warning("questions refused", reason="no place", count=self._refused)
        self._refused = 0


class _State(Collector):
    """What is read when it is asked for: sizes of the index, the queue, the engine."""

    def __init__(self, runtime: Runtime, admission: Admission) -> None:
        self._runtime = runtime
        self._admission = admission

    def collect(self) -> Iterator[Metric]:
        index = self._runtime.index.stats()
        yield GaugeMetricFamily("trendwise_documents", "Reports that are searched.", index.documents)
        yield GaugeMetricFamily("trendwise_passages", "Passages that are searched.", index.passages)
        yield GaugeMetricFamily("trendwise_index_tail", "Vectors newer than the last generation.", index.tail)
        yield GaugeMetricFamily("trendwise_questions_active", "Questions active or waiting.", self._admission.active)
        yield GaugeMetricFamily("trendwise_questions_limit", "How many may be.", self._admission.limit)
        if read := getattr(self._runtime.model, "stats", None):  # engines in this process have figures of their own
            engine = read()
            yield GaugeMetricFamily("trendwise_engine_running", "Requests in the batch.", engine.running)
            yield GaugeMetricFamily("trendwise_engine_waiting", "Requests waiting for the engine.", engine.waiting)
            yield GaugeMetricFamily("trendwise_engine_free_cells", "Free cells of attention state.", engine.free_cells)
            yield CounterMetricFamily("trendwise_engine_tokens", "Tokens computed, prompts included.", engine.decoded)
            yield CounterMetricFamily(
                "trendwise_engine_reused_tokens", "Prompt tokens not computed again.", engine.reused
            )


class Requests:
    """Gives every request an id, which its log lines and its response carry, and counts it when it has ended."""

    def __init__(self, app: ASGIApp, *, observer: Observer) -> None:
        self._app = app
        self._observer = observer
        self._run = uuid.uuid4().hex[:16]
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else f"{self._run}{next(self._numbers):08x}"
        status, started = 499, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                self._observer.requested(scope, status, time.perf_counter() - started)
