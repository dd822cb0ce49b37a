import os
from pathlib import Path

import pytest

from service.llm import engine_threads
from service.llm.engine_threads import physical_cores


def test_no_more_threads_than_processors() -> None:
    assert 1 <= physical_cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("quota", "threads"), [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 8), ("", 8)])
def test_a_containers_share_is_respected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, threads: int
) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(engine_threads, "_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(engine_threads, "_cores", lambda: 8)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert physical_cores() == threads


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux tells siblings in files")
def test_two_threads_of_one_core_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for cpu, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        folder = tmp_path / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings)
    monkeypatch.setattr(engine_threads, "_TOPOLOGY", tmp_path)
    monkeypatch.setattr(engine_threads, "_QUOTA", tmp_path / "none")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert physical_cores() == 2


def test_the_models_threads_are_told_not_to_spin() -> None:
    assert "GOMP_SPINCOUNT" in os.environ or "OMP_WAIT_POLICY" in os.environ
