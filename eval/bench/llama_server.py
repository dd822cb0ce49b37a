"""llama.cpp's own server as a peer, in a process of its own, from the wheel `xllamacpp` (not a dependency of ours).

    pip install --target /tmp/peer xllamacpp
    PYTHONPATH=/tmp/peer python -m eval.bench.first_token

Everything is the server's default (prompt cache on, continuous batching) but the model, the threads, the slots and their size.
"""

import importlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata, util
from pathlib import Path

from eval.bench.moments import Moments, of_text
from eval.bench.recorder import Asked
from service.errors import ModelFailed
from service.llm.remote import RemoteModel
from service.llm.types import Prompt

_PACKAGE = "xllamacpp"
_TEMPLATE_TOKENS = 16
"""Most that a chat template adds to a turn."""
_STOP_SECONDS = 10
MISSING = f"{_PACKAGE} is not installed: `pip install --target FOLDER {_PACKAGE}` and put FOLDER on PYTHONPATH."


def available() -> bool:
    return util.find_spec(_PACKAGE) is not None


def version() -> str | None:
    return f"{_PACKAGE} {metadata.version(_PACKAGE)}" if available() else None


def cells(asked: Sequence[Asked], answer: int) -> int:
    """Tokens that a slot must hold for any of these prompts and its answer."""
    return max(each.tokens + _TEMPLATE_TOKENS * (len(each.prompt.turns) + 3) for each in asked) + answer


def ask(peer: RemoteModel, asked: Asked, answer: int) -> Moments:
    """One answer of at most so many tokens, to its natural end."""
    return of_text(peer.stream(asked.prompt, max_tokens=answer))


@contextmanager
def llama_server(model: Path, *, threads: int, slots: int, cells: int) -> Iterator[RemoteModel]:
    """`cells` tokens for each slot. Ready and warmed up by one short question. Raises `ModelFailed`."""
    command = [sys.executable, "-m", __name__, str(model), str(threads), str(slots), str(cells)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None  # noqa: S101
        address = process.stdout.readline().strip()
        if not address:
            raise ModelFailed(f"llama.cpp's server could not load {model.name}; is there enough memory?")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        peer = RemoteModel(address)
        for _ in peer.stream(Prompt("", ("Hello",)), max_tokens=2):
            pass
        yield peer
        peer.close()
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def _serve(model: str, threads: int, slots: int, cells: int, port: int = 0) -> None:
    """The server of the wheel; it listens until the process ends. The first line of output is its address."""
    library = importlib.import_module(_PACKAGE)
    params = library.CommonParams()
    params.model.path = model
    params.n_parallel, params.n_ctx = slots, slots * cells
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.hostnames, params.port = ["127.0.0.1"], port
    params.verbosity = -1
    server = library.Server(params)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    _serve(sys.argv[1], *map(int, sys.argv[2:]))
