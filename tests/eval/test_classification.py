import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.classification import auroc, auroc_interval, calibration_error, reliability, risk_coverage

scored = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), min_size=2, max_size=30).filter(
    lambda rows: 0 < sum(label for _, label in rows) < len(rows)
)


def test_auroc_counts_pairs_in_order_and_ties_as_half() -> None:
    assert auroc([0.9, 0.4, 0.4, 0.1], [True, True, False, False]) == 3.5 / 4
    assert auroc([1, 1], [True, False]) == 1 / 2
    assert auroc([0, 1], [True, False]) == 0
    with pytest.raises(ValueError, match="both classes"):
        auroc([0.5], [True])


@given(scored)
def test_auroc_equals_the_count_over_all_pairs(rows: list[tuple[float, bool]]) -> None:
    scores, labels = [score for score, _ in rows], [label for _, label in rows]
    pairs = [(p, n) for p, positive in rows if positive for n, negative in rows if not negative]
    expected = sum((p > n) + (p == n) / 2 for p, n in pairs) / len(pairs)
    assert auroc(scores, labels) == pytest.approx(expected)


def test_the_interval_holds_the_figure_and_narrows_with_more_rows() -> None:
    few = auroc_interval([0.9, 0.4, 0.6, 0.1] * 3, [True, True, False, False] * 3)
    many = auroc_interval([0.9, 0.4, 0.6, 0.1] * 30, [True, True, False, False] * 30)
    assert few.low < many.low < 3 / 4 < many.high < few.high


def test_reliability_compares_predicted_with_observed() -> None:
    bins = reliability([0.1, 0.15, 0.9, 1.0], [False, True, True, True], bins=2)
    assert [(item.predicted, item.observed, item.n) for item in bins] == [(0.125, 0.5, 2), (0.95, 1.0, 2)]
    assert calibration_error([0.5, 0.5], [True, False]) == 0
    assert calibration_error([1.0, 1.0], [True, False]) == 1 / 2


def test_risk_falls_where_the_score_knows_better_and_ties_stay_together() -> None:
    points = risk_coverage([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    assert points == [(1 / 4, 0), (3 / 4, 1 / 3), (1, 1 / 2)]
