"""What streaming costs beyond the model: milliseconds a token from a model that writes at once to the person's socket.

    python -m eval.bench.stream --json eval/bench/results/stream.json

The way is the whole one: model client, core, cutting into sentences, events, HTTP, in the real server. So it is an upper bound for
what a token of the built-in engine costs on top of its own; the engine's own share is in `eval.bench.engine`.
"""

import time
from collections.abc import Sequence

import httpx2

from eval.bench import options
from eval.bench.figures import spread
from eval.bench.instant import instant
from eval.bench.served import served

_TIMEOUT = 120.0
_TOKEN = "event: token"  # noqa: S105 - an event's name


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options.parser(__doc__ or "", limit=8)
    parser.add_argument("--pieces", type=int, default=100, metavar="N", help="of an answer; 100 by default")
    given = parser.parse_args(arguments)
    begun = options.about(given)
    data = options.data_dir(given)
    with instant(given.pieces) as model, served(data, {"TRENDWISE_MODEL_URL": model}) as server:
        costs = [token_ms(server.address, row.question) for row in options.chosen(given)]
    tables = {"Milliseconds a streamed token": {f"answers of {given.pieces} tokens": spread(costs)}}
    options.deliver("stream", {**begun, "figures": tables}, given.json)


def token_ms(address: str, question: str) -> float | None:
    """From the first token event to the last, over their number; None for a refusal without a word."""
    body = {"question": question, "stream": True, "history": []}
    with httpx2.stream("POST", f"{address}/api/chat", json=body, timeout=_TIMEOUT) as response:
        response.raise_for_status()
        moments = [time.perf_counter() for line in response.iter_lines() if line.startswith(_TOKEN)]
    return 1000 * (moments[-1] - moments[0]) / (len(moments) - 1) if len(moments) > 1 else None


if __name__ == "__main__":
    main()
