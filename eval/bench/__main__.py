"""Measures quality and speed. Quality: converts the public sets and evaluates on them and on the project's own; writes
`eval/results` and `eval/RESULTS.md`. Speed: writes `eval/bench/results` and `eval/bench/RESULTS.md`.

python -m eval.bench                       everything that is found, in hours; goes on where it stopped
python -m eval.bench squad2 first_token    only these
python -m eval.bench speed                 every speed bench, in about 40 minutes
python -m eval.bench --convert FOLDER      only converts the public sets into FOLDER, for `trendwise eval`
python -m eval.bench --add seed seed.json  takes over what `trendwise eval … --json seed.json` wrote
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.bench.plan import RUNS, convert_all
from eval.bench.speed import BENCHES, run_benches
from eval.fingerprint import ROOT
from eval.report_json import slim, write
from eval.results_page import write_results

SHARED = ROOT.parent / "shared"
SPEED = "speed"
"""Stands for every speed bench."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN", help=", ".join([*RUNS, SPEED, *BENCHES]))
    parser.add_argument("--shared", type=Path, default=SHARED, help="Folder with `bench` and `corpus`.")
    parser.add_argument("--results", type=Path, default=ROOT / "eval" / "results")
    parser.add_argument("--convert", type=Path, metavar="FOLDER")
    parser.add_argument("--add", nargs=2, metavar=("NAME", "JSON"))
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.runs if name not in (*RUNS, SPEED, *BENCHES)]:
        parser.error(f"there is no run {unknown[0]}: choose from {', '.join([*RUNS, SPEED, *BENCHES])}")
    if given.convert:
        convert_all(given.shared / "bench", given.convert)
        return
    if given.add:
        name, file = given.add
        write(given.results / f"{name}.json", slim(name, json.loads(Path(file).read_text("utf-8"))))
        write_results(given.results)
        return
    if quality := [name for name in given.runs or RUNS if name in RUNS]:
        _measure_quality(quality, given.shared, given.results)
    every = not given.runs or SPEED in given.runs
    if speed := [name for name in BENCHES if every or name in given.runs]:
        failed = run_benches(speed)
        sys.exit(f"These did not finish: {', '.join(failed)}." if failed else 0)


def _measure_quality(names: Sequence[str], shared: Path, results: Path) -> None:
    for name in names:
        run = RUNS[name]
        if not run.available(shared):
            print(f"{name}: its data is not in {shared}: left out.", file=sys.stderr)
            continue
        outcome = run.start(shared)
        write(results / f"{name}.json", slim(name, outcome.content))
        print(f"{name}: {outcome.title}", file=sys.stderr)
    write_results(results)


if __name__ == "__main__":
    main()
