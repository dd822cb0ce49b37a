"""How long the page takes in Chromium, from nothing cached: its first paint, and the question box ready to type in.

    python -m eval.bench.paint --json eval/bench/results/paint.json

Needs Chromium (its path in `CHROMIUM`). Every visit is a new one, with an empty cache; the first is to a service that has just
started and has suggested nothing yet.
"""

import os
from collections.abc import Sequence

from playwright.sync_api import Browser, sync_playwright

from eval.bench import options
from eval.bench.figures import spread
from eval.bench.served import served

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
VISITS = 20
_NOTE = """
new MutationObserver((_, observer) => {
    if (!document.getElementById("question")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.ready = performance.now(); }));
}).observe(document, {childList: true, subtree: true});
"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main(arguments: Sequence[str] | None = None) -> None:
    given = options.parser(__doc__ or "", limit=VISITS).parse_args(arguments)
    begun = options.about(given)
    with (
        served(options.data_dir(given), {"TRENDWISE_MODEL": options.settings(given).model}) as server,
        sync_playwright() as playwright,
    ):
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", *sandbox])
        visits = [visit(chromium, server.address) for _ in range(given.limit)]
        chromium.close()
    table = {
        "first paint": spread([paint for paint, _ in visits]),
        "question box ready": spread([r for _, r in visits]),
    }
    options.deliver("paint", {**begun, "figures": {"Milliseconds from the request of the page": table}}, given.json)


def visit(chromium: Browser, address: str) -> tuple[float, float]:
    """Milliseconds to the first paint and to the question box."""
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(_NOTE)
    page.goto(address)
    page.wait_for_function(f"window.ready && {_PAINT} !== undefined")
    paint, ready = page.evaluate(f"[{_PAINT}, window.ready]")
    context.close()
    return paint, ready


if __name__ == "__main__":
    main()
