import pytest

from eval.comparison import compare, sign_flip_p


def rows(name: str, values: list[float], first: int = 0) -> list[dict[str, object]]:
    return [{"id": f"r{n}", "scores": {name: value}} for n, value in enumerate(values, start=first)]


def test_a_gain_on_every_row_is_better_and_its_reverse_worse() -> None:
    low, high = [0.2] * 12, [0.5] * 12
    [gain] = compare(rows("key_points", low), rows("key_points", high))
    assert (gain.verdict, gain.n) == ("better", 12)
    assert [gain.before, gain.after] == pytest.approx([0.2, 0.5])
    assert gain.interval.low == pytest.approx(0.3)
    [loss] = compare(rows("key_points", high), rows("key_points", low))
    assert loss.verdict == "worse"


def test_of_latencies_and_wrong_refusals_less_is_better() -> None:
    [faster] = compare(rows("total_ms", [900.0] * 10), rows("total_ms", [100.0] * 10))
    assert faster.verdict == "better"


def test_noise_and_too_few_rows_are_the_same() -> None:
    [noise] = compare(rows("mrr", [1, 0, 1, 0, 1, 0]), rows("mrr", [0, 1, 1, 0, 0, 1]))
    assert noise.verdict == "same"
    [one] = compare(rows("mrr", [0.0]), rows("mrr", [1.0]))
    assert one.verdict == "same"


def test_only_rows_and_scores_of_both_runs_are_compared() -> None:
    assert compare(rows("mrr", [0.0]), rows("mrr", [1.0], first=5)) == []
    assert compare(rows("mrr", [0.0]), rows("key_points", [1.0])) == []
    assert compare(rows("citations", [1]), rows("citations", [3])) == [], "a count is no quality"


def test_p_is_the_share_of_sign_patterns_with_so_large_a_mean() -> None:
    """Of the 2^5 patterns of five equal changes, two are as extreme as all of one sign."""
    assert sign_flip_p([1.0] * 5) == pytest.approx(2 / 32, abs=0.01)
    assert sign_flip_p([0.0] * 5) == 1
