"""One process of a shared service, for tests: `python member.py service|worker URL DATA_DIR PORT LEASE`.

A real service with everything in PostgreSQL, but for its model, which is scripted, and its embedder, which hashes words. The
first line that it writes says that it is ready. `kill -USR1` lets it write where its threads are.
"""

import faulthandler
import signal
import sys
import threading
from pathlib import Path

from pydantic import SecretStr

from index.hash_embedder import HashEmbedder
from index.postgres.index import PostgresIndex
from service.jobs import Jobs
from service.llm.scripted import Rule, ScriptedModel
from service.runtime import Runtime, prepare_environment
from service.settings import Settings
from service.storage import Storage

ANSWER = "Councils adopt cloud platforms in 2024."


def main(kind: str, url: str, data_dir: str, port: int, lease: float) -> None:
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    settings = Settings(data_dir=Path(data_dir), database_url=SecretStr(url), port=port, read_uploads=False)
    prepare_environment(settings)
    index = PostgresIndex.open(url, HashEmbedder(64))
    if kind == "worker":
        work(index, settings, lease)
    else:
        serve(index, settings)


def serve(index: PostgresIndex, settings: Settings) -> None:
    from service.api.app import create_app
    from service.api.serving import bind
    from service.api.serving import serve as serve_app

    model = ScriptedModel(
        [Rule("(?s).*", ANSWER)], score=lambda _, option: 0.98 if option in ("Yes", "Answer") else 0.02
    )
    listener = bind("127.0.0.1", settings.port)
    with Runtime.assemble(settings, index, model) as runtime:
        serve_app(create_app(runtime), listener, ready=lambda: print("ready", flush=True))


def work(index: PostgresIndex, settings: Settings, lease: float) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    storage = Storage.open(settings)
    jobs = Jobs(index, storage.uploads, lease=lease, poll=0.2)
    print("ready", flush=True)
    stop.wait()
    jobs.close()
    storage.close()
    index.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
