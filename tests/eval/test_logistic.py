import numpy as np
import pytest

from eval.logistic import fit, out_of_fold


def test_one_binary_feature_gives_the_log_odds_of_its_classes() -> None:
    """With 3 of 4 positives at 1 and 1 of 4 at 0, the unpenalised optimum is known: weight 2 ln 3, bias -ln 3."""
    values = np.array([[1.0]] * 4 + [[0.0]] * 4)
    labels = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=float)
    fitted = fit(values, labels, penalty=0.0)
    assert fitted.weights[0] == pytest.approx(2 * np.log(3))
    assert fitted.bias == pytest.approx(-np.log(3))
    assert fitted.probabilities(values)[[0, -1]] == pytest.approx([3 / 4, 1 / 4])


def test_the_penalty_bounds_weights_of_separable_classes_and_an_idle_feature_gets_none() -> None:
    values = np.array([[0.0, 5.0], [0.1, 5.0], [0.9, 5.0], [1.0, 5.0]])
    fitted = fit(values, np.array([0.0, 0.0, 1.0, 1.0]), penalty=1.0)
    assert 0 < fitted.weights[0] < 20
    assert fitted.weights[1] == 0


def test_classes_weigh_the_same_however_many_rows_they_have() -> None:
    few = fit(np.array([[0.0], [1.0]] * 5), np.array([0.0, 1.0] * 5))
    many = fit(np.array([[0.0]] * 45 + [[1.0]] * 5), np.array([0.0] * 45 + [1.0] * 5))
    assert float(few.probabilities(np.array([[0.5]]))[0]) == pytest.approx(0.5)
    assert float(many.probabilities(np.array([[0.5]]))[0]) == pytest.approx(0.5, abs=0.05)


def test_no_row_is_scored_by_a_model_that_saw_its_group() -> None:
    """The label is a property of the group and the feature only names it: held out, nothing can be known."""
    groups = [f"g{n}" for n in range(10) for _ in range(4)]
    labels = np.array([n % 2 for n in range(10) for _ in range(4)], dtype=float)
    values = np.eye(10)[[n for n in range(10) for _ in range(4)]]
    assert fit(values, labels).probabilities(values)[labels == 1].min() > 0.6
    assert out_of_fold(values, labels, groups, folds=10)[labels == 1].max() < 0.6
