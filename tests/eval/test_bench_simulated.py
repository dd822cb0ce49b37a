"""The simulation against what queueing theory says of the same load, and at its edges."""

import json
from pathlib import Path

import pytest

from eval.bench.simulated import HOURLY, PEAK, QUEUE, recorded, simulate


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_one_server_waits_as_pollaczek_and_khinchine_say(busy: float) -> None:
    """Constant times: the mean wait is busy / (2 (1 - busy)) of one; the median lies below it, the 95th percentile above."""
    seconds = 10.0
    people = round(busy / seconds * 3600 / (HOURLY * PEAK))
    found = simulate([seconds], people=people, servers=1)
    mean = seconds * busy / (2 * (1 - busy))
    assert found.busy == pytest.approx(busy, abs=0.03)
    assert found.waited_s_p50 < mean < found.waited_s_p95
    assert found.answered_s_p95 == pytest.approx(found.waited_s_p95 + seconds, abs=0.01)
    assert found.turned_away == 0


def test_more_than_can_be_answered_is_turned_away() -> None:
    found = simulate([10.0], people=1_000, servers=1)
    assert found.questions_per_s == pytest.approx(1_000 * HOURLY * PEAK / 3600, abs=0.001)
    assert found.busy > 0.99
    assert found.turned_away == pytest.approx(1 - 0.1 / found.questions_per_s, abs=0.02)
    assert found.waited_s_p95 <= 10.0 * QUEUE


def test_enough_servers_let_nobody_wait() -> None:
    found = simulate([10.0], people=1_000, servers=60)
    assert (found.waited_s_p95, found.turned_away) == (0, 0)


def test_times_are_read_from_a_run(tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    rows = [{"scores": {"total_ms": 1500.0}}, {"scores": {}}, {"scores": {"total_ms": 250}}]
    run.write_text(json.dumps({"rows": rows}), "utf-8")
    assert recorded(run) == [1.5, 0.25]
