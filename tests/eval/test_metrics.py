"""Small judgements, each worked out by hand; expected values are exact."""

from fractions import Fraction
from math import log2

import pytest

from eval.metrics import covers, hits, hits_any, key_point_score, ndcg_at, recall_at, reciprocal_rank, share


def test_share_counts_distinct_stems() -> None:
    assert share("skills, skilled risks", "a risk") == 1 / 2
    assert share("", "a risk") == 0


@pytest.mark.parametrize(
    ("answer", "point", "covered"),
    [
        ("Adoption of cloud computing rises.", "cloud computing adoption grows everywhere", True),  # 3 of 5
        ("Cloud adoption rises.", "cloud computing adoption grows everywhere", False),  # 2 of 5
        ("It costs £4 billion [1].", "£4 billion", True),
        ("It costs £1.3 billion [4].", "£4 billion", False),  # the marker is not the number
        ("No example was found.", "no", True),
        ("An example was found.", "no", False),
    ],
)
def test_a_key_point_counts_from_three_fifths_of_its_content_words(answer: str, point: str, covered: bool) -> None:
    assert covers(answer, point) is covered


def test_the_key_point_score_is_the_share_of_points_covered() -> None:
    assert key_point_score("Policies, skills and risk control.", ["policies", "skills", "compliance"]) == 2 / 3
    assert key_point_score("", ["policies"]) == 0
    with pytest.raises(ValueError, match="at least one key point"):
        key_point_score("anything", [])


def test_a_citation_hits_by_either_side() -> None:
    gold = "a decade of cuts coupled with economic downturn"
    assert hits("economic downturn", gold)
    assert hits(f"{gold} have resulted in the failure or serious degeneration of many public services", gold)
    assert not hits("economic growth in many public services", gold)
    assert not hits_any("economic downturn", [])


RANKING = [frozenset[str](), frozenset({"a"}), frozenset({"a", "b"}), frozenset({"c"})]


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, Fraction(0)), (2, Fraction(1, 4)), (3, Fraction(1, 2)), (4, Fraction(3, 4)), (9, Fraction(3, 4))],
)
def test_recall_counts_each_gold_quote_once(k: int, expected: Fraction) -> None:
    assert recall_at(k, RANKING, ["a", "b", "c", "d"]) == expected


def test_reciprocal_rank() -> None:
    assert reciprocal_rank(RANKING) == Fraction(1, 2)
    assert reciprocal_rank([frozenset()]) == 0
    assert reciprocal_rank([]) == 0


def test_ndcg_is_graded_and_its_ideal_knows_every_relevant_passage() -> None:
    gains = {"p1": 2, "p2": 1, "p9": 1}
    ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert ndcg_at(10, ["p1", "p2", "p9"], gains) == 1
    assert ndcg_at(10, ["p2", "x", "p1"], gains) == pytest.approx((1 / log2(2) + 2 / log2(4)) / ideal)
    assert ndcg_at(1, ["p2"], gains) == Fraction(1, 2)
    assert ndcg_at(10, [], gains) == 0
    assert ndcg_at(10, ["p1"], {}) == 0
