"""The arithmetic of the speed benches, what they replay, and the page made of their results."""

import json
import re
import threading
from importlib import import_module
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bench import people
from eval.bench.engine import compared
from eval.bench.figures import fairness, per_minute, spread, times_sooner
from eval.bench.first_token import summary
from eval.bench.instant import instant
from eval.bench.keystrokes import LEAST_CHARACTERS, LEAST_WORDS, PAUSE, Moment, typed, warmings
from eval.bench.moments import Moments, of_answer, of_text
from eval.bench.page import write_page
from eval.bench.people import grouped, together
from eval.bench.plain import cut
from eval.bench.plateau import Sample, grown
from eval.bench.speed import BENCHES
from eval.datasets import QuestionRow
from eval.fingerprint import ROOT
from service.llm.remote import RemoteModel
from service.llm.types import Prompt


def test_a_spread_counts_only_what_is_there() -> None:
    assert spread([3.0, None, 1.0, 2.0]) == {"n": 3, "median": 2.0, "p95": 2.9, "least": 1.0, "most": 3.0}
    assert spread([None]) == {}


def test_times_sooner_pairs_each_question_with_itself() -> None:
    assert times_sooner([1.0, 2.0, None], [10.0, 10.0, 10.0])["median"] == (10 + 5) / 2
    assert times_sooner([1.0, 2.0, None], [10.0, 10.0, 10.0])["n"] == 2


def test_goodput_and_the_fair_share() -> None:
    assert per_minute(8, 120.0) == 4.0
    # Four people, 3 seconds alone: a fair share is 12 seconds.
    assert fairness([6.0, 9.0, 12.0, 18.0], alone=3.0) == 1.5


QUESTION = "Which basics hold up the adoption of AI?"


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80), st.integers())
def test_typing_takes_as_long_as_the_speed_says_and_ends_with_the_whole_text(text: str, seed: int) -> None:
    moments = typed(text, Random(seed), per_minute=200)  # noqa: S311
    assert [moment.text for moment in moments] == [*(text[: n + 1] for n in range(len(text))), text]
    assert moments[-1].seconds == pytest.approx(0.3 * len(text))
    assert moments == sorted(moments, key=lambda moment: moment.seconds)


def test_the_page_asks_only_in_a_pause_and_for_what_is_new_and_long_enough() -> None:
    keys = [Moment(0, "Who wrote"), Moment(0.1, "Who wrote "), Moment(0.5, "Who wrote i"), Moment(0.6, "Who wrote "),
            Moment(1.0, "Who"), Moment(2.0, "Who wrote "), Moment(3.0, "Who wrote ")]  # fmt: skip
    assert list(warmings(keys)) == [Moment(0.1 + PAUSE, "Who wrote "), Moment(2.0 + PAUSE, "Who wrote ")]


def test_the_replayed_page_is_the_page() -> None:
    script = (ROOT / "web/js/preview.js").read_text("utf-8")
    constants = {name: int(value) for name, value in re.findall(r"const (\w+) = (\d+);", script)}
    assert constants["PAUSE"] == PAUSE * 1000
    assert (constants["LEAST_WORDS"], constants["LEAST_CHARACTERS"]) == (LEAST_WORDS, LEAST_CHARACTERS)


@settings(deadline=None)
@given(text=st.text(alphabet="ab ,.", max_size=400))
def test_chunks_cover_the_text_and_overlap(models_dir: Path, text: str) -> None:
    chunks = cut(text, tokens=16, overlap=4)
    assert text.startswith(chunks[0])
    assert text.endswith(chunks[-1])
    assert sum(map(len, chunks)) >= len(text)
    assert all(chunk in text for chunk in chunks)


def test_moments_of_a_stream_that_says_nothing() -> None:
    silent = of_text([])
    assert (silent.first_token, silent.pieces) == (None, 0)
    spoken = of_text(["a", "b"])
    assert spoken.first_token is not None
    assert spoken.first_token <= spoken.whole_answer
    assert of_answer([]).evidence is None


def test_refusals_without_a_word_are_not_answers() -> None:
    tables = summary(
        {
            "warmed": {"a": Moments(2.0, 0.1, 0.5, 1.0), "b": Moments(0.1, 0.1)},
            "cold": {"a": Moments(9.0, 0.1, 5.0, 7.0), "b": Moments(0.1, 0.1)},
            "same": {"a": Moments(8.0, first_token=4.0)},
        }
    )
    assert tables["Seconds to the whole answer"]["warmed"]["n"] == 1
    assert tables["Times sooner, first token"]["warmed than same"]["median"] == 8.0
    assert tables["Times sooner, whole answer"]["cold than same"]["median"] == pytest.approx(8 / 9, abs=1e-4)
    assert "warmed than plain" not in tables["Times sooner, first token"]


def test_the_page_shows_what_the_results_say_and_draws_the_first_table(tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    figures = {"Seconds": {"ours": spread([1.0, 3.0]), "<peer>": spread([8.0])}, "Ratio": {"all": spread([1234.5])}}
    machine = {"cpu": "Some CPU", "cores": 2, "load": [0.5, 0.4, 0.3], "at": "2026-01-01T00:00:00+00:00"}
    result = {"name": "a_bench", "machine": machine, "model": "m", "threads": 2, "figures": figures}
    (results / "a_bench.json").write_text(json.dumps(result))
    (results / "older.json").write_text(json.dumps({"machine": machine}))
    write_page(results)
    page = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert "`eval.bench.a_bench`, m, 2 cores of Some CPU, 2 threads, load at the start 0.5" in page
    assert "| ours | 2 | 2 | 2.9 | 1 | 3 |" in page
    assert "| all | 1 | 1,234 |" in page
    drawn = ElementTree.parse(results / "a_bench.svg").getroot()  # noqa: S314
    rows = [rect for rect in drawn.iter("{http://www.w3.org/2000/svg}rect") if rect.get("class") == "bar"]
    assert float(rows[1].attrib["width"]) == pytest.approx(4 * float(rows[0].attrib["width"]), abs=0.2)
    assert not (results / "older.svg").exists()


def row(name: str, report: str) -> QuestionRow:
    return QuestionRow(name, f"{name}?", "factoid", "", (), (), answerable=True, docs=(report,))


def test_each_number_of_people_asks_about_a_report_of_its_own() -> None:
    rows = [row("a1", "a"), row("b1", "b"), row("b2", "b"), row("b3", "b"), row("a2", "a")]
    groups = grouped(rows, [1, 2, 4])
    assert {count: [each.id for each in group] for count, group in groups.items()} == {
        1: ["b1"],
        2: ["a1", "a2"],
        4: ["b1", "b2", "b3", "b1"],
    }


def test_people_begin_together_and_none_is_lost() -> None:
    meeting = threading.Barrier(3, timeout=30)

    def ask() -> Moments:
        meeting.wait()
        return Moments(1.0, first_token=0.5)

    assert len(together([ask, ask, ask])) == 3


def test_goodput_counts_answers_with_words_until_the_last() -> None:
    spoken, refused = Moments(30.0, first_token=4.0), Moments(0.1)
    tables = people.summary(
        {
            "ours": {1: [Moments(10.0, first_token=2.0)], 2: [spoken, Moments(15.0, first_token=6.0), refused]},
            "same": {2: [Moments(60.0, first_token=9.0), Moments(20.0, first_token=8.0)]},
        }
    )
    assert tables["Answers a minute"]["ours, 2 at once"]["median"] == 2 * 60 / 30
    assert tables["Goodput, ours over the peer's"]["same, 2 at once"]["median"] == 2.0
    assert tables["Longest wait over the fair share"]["ours, 2 at once"]["median"] == 30 / (2 * 10)
    assert "same, 2 at once" not in tables["Longest wait over the fair share"]
    assert tables["Seconds to the first token"]["ours, 2 at once"]["n"] == 2


def test_the_instant_model_is_one_that_the_remote_client_understands() -> None:
    with instant(12) as address:
        model = RemoteModel(address)
        assert "".join(model.stream(Prompt("", ("Anything",)))).split() == [f"word{n}" for n in range(12)]
        assert model.score([Prompt("", ("Anything",))], ["Yes", "No"]) is None
        model.close()


def test_the_cost_of_a_token_pairs_each_round_with_itself() -> None:
    tables = compared(
        {"prefill": [50.0, 40.0], "plain prefill": [50.0, 50.0], "decode": [10.0, 20.0], "plain decode": [12.5, 25.0]}
    )
    assert tables["Ours over plain llama.cpp"]["prefill"]["median"] == 0.9
    assert tables["Ours over plain llama.cpp"]["decode"]["least"] == 0.8
    assert tables["Milliseconds a token beyond plain llama.cpp"]["decode"]["median"] == (20 + 10) / 2


def test_growth_is_of_the_second_half_alone() -> None:
    flat: Sample = {"files": 9.0, "threads": 4.0, "running": 0.0}
    memory = [100.0, 300.0, 500.0, 520.0, 521.0, 522.0, 523.0, 524.0]
    rows: list[Sample] = [{**flat, "question": float(n), "resident_mb": mb} for n, mb in enumerate(memory)]
    rows[-1]["files"] = 11.0
    tables = grown(rows)
    assert tables["Growth of memory over the second half, MB"]["resident"]["median"] == pytest.approx(3.0)
    assert {name: values["median"] for name, values in tables["Largest change over the second half"].items()} == {
        "files": 2.0,
        "threads": 0.0,
        "running": 0.0,
    }


def test_every_speed_bench_can_be_asked_for_its_options() -> None:
    for name in BENCHES:
        bench = import_module(f"eval.bench.{name}")
        with pytest.raises(SystemExit) as ended:
            bench.main(["--help"])
        assert ended.value.code == 0
