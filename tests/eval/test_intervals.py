import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.intervals import bootstrap, wilson


def test_wilson_against_published_values() -> None:
    """Newcombe 1998, table I, method 3 (score without continuity correction)."""
    for successes, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        interval = wilson(successes, n)
        assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_without_trials_nothing_is_known() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_proportion(trial: tuple[int, int]) -> None:
    successes, n = trial
    interval = wilson(successes, n)
    assert 0 <= interval.low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= interval.high <= 1


def test_the_bootstrap_repeats_itself_and_narrows_with_more_rows() -> None:
    few, many = bootstrap([0.0, 1.0, 0.5] * 4), bootstrap([0.0, 1.0, 0.5] * 100)
    assert few == bootstrap([0.0, 1.0, 0.5] * 4)
    assert few.low < many.low < 0.5 < many.high < few.high
    with pytest.raises(ValueError, match="at least one"):
        bootstrap([])
