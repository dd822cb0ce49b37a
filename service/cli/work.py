"""`trendwise work`: reads uploads that others took, so that those who answer questions need not."""

import signal
import threading

import typer

from service.cli.common import Data, settings


def work(data: Data = None) -> None:
    """Read waiting uploads until it is stopped; any number of such processes share the work.

    For services that share a database (TRENDWISE_DATABASE_URL) and have TRENDWISE_READ_UPLOADS=false.

    Example: trendwise work
    """
    from service.errors import BadSetting
    from service.jobs import Jobs
    from service.logs import configure
    from service.runtime import opened_index
    from service.storage import Storage

    chosen = settings(data_dir=data)
    if chosen.database_url is None:
        raise BadSetting("Only services that share a database need workers: set TRENDWISE_DATABASE_URL.")
    configure(log_texts=False)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with opened_index(chosen) as index:
        storage = Storage.open(chosen)
        jobs = Jobs(index, storage.uploads)
        typer.echo("Trendwise reads uploads.")
        stop.wait()
        jobs.close()
        storage.close()
