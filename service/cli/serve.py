"""`trendwise serve`: the page and the API on one address."""

from typing import Annotated

import typer

from service.cli.common import Data, note, settings


def serve(
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Any but loopback needs an API key.")] = None,
    log_texts: Annotated[
        bool | None, typer.Option("--log-texts", help="Write questions and answers to the log. They may be personal.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = None,
) -> None:
    """Start the chat page and the HTTP API.

    Example: trendwise serve --data ./reports-data --port 8800
    """
    from service.api.security import is_loopback
    from service.api.serving import address, bind
    from service.errors import BadSetting
    from service.logs import configure
    from service.storage import Storage

    chosen = settings(data_dir=data, host=host, port=port, log_texts=log_texts)
    if not is_loopback(chosen.host):
        storage = Storage.open(chosen)
        usable = storage.keys.usable
        storage.close()
        if not usable:
            raise BadSetting(
                f"Others can reach {chosen.host}, so it needs an API key: make one with `trendwise keys add NAME`."
            )
    configure(log_texts=chosen.log_texts)
    listener = bind(chosen.host, chosen.port)
    try:
        note("Loading the models…")
        from service.api.app import create_app
        from service.api.serving import serve as serve_app
        from service.runtime import Runtime

        with Runtime.open(chosen) as runtime:
            app = create_app(runtime)
            serve_app(app, listener, ready=lambda: typer.echo(f"Trendwise is ready at {address(listener)}"))
    finally:
        listener.close()
