"""How long `trendwise serve` takes from the command to its first answerable request.

    python -m eval.bench.startup --json eval/bench/results/startup.json

The first start reads the model's file from the disk unless something has just done so; the others find it in memory.
"""

import time
from collections.abc import Sequence

import httpx2

from eval.bench import options
from eval.bench.figures import spread
from eval.bench.served import served

_TIMEOUT = 60.0


def main(arguments: Sequence[str] | None = None) -> None:
    given = options.parser(__doc__ or "", limit=3).parse_args(arguments)
    begun = options.about(given)
    data = options.data_dir(given)
    ready, found = [], []
    for _ in range(given.limit):
        with served(data, {"TRENDWISE_MODEL": options.settings(given).model}) as server:
            ready.append(server.seconds)
            started = time.perf_counter()
            httpx2.get(f"{server.address}/readyz", timeout=_TIMEOUT).raise_for_status()
            httpx2.get(f"{server.address}/api/search", params={"q": "trends"}, timeout=_TIMEOUT).raise_for_status()
            found.append(server.seconds + time.perf_counter() - started)
    tables = {"Seconds from the command": {"ready": spread(ready), "first search answered": spread(found)}}
    options.deliver("startup", {**begun, "figures": tables}, given.json)


if __name__ == "__main__":
    main()
