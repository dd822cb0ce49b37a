"""Lexical search, fusion, understanding of questions: each part by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical, vocabulary
from index.fusion import combine, whole_and_parts
from index.local import LocalIndex
from index.local_vocabulary import LocalVocabulary
from index.query import distance, understand
from tests.index.reports import add, report

SCORES = np.array([0.9, 0.1, 0.5], np.float32)


def test_combined_scores_weigh_each_part() -> None:
    bm25 = np.array([0, 8, 4], np.float32)
    np.testing.assert_allclose(combine(SCORES, bm25, SCORES, weights=(1, 0, 0)), SCORES)
    np.testing.assert_allclose(combine(SCORES, bm25, SCORES, weights=(0, 1, 0)), [0, 1, 0.5])
    np.testing.assert_allclose(combine(SCORES, bm25, SCORES, weights=(1, 2, 1)), [0.45, 0.55, 0.5])
    np.testing.assert_allclose(combine(SCORES, bm25 * 0, SCORES, weights=(1, 1, 0)), SCORES / 2)


def test_the_best_fitting_part_counts_beside_the_whole() -> None:
    parts = [np.array([0, 1, 0], np.float32), np.array([0, 0, 0.5], np.float32)]
    np.testing.assert_allclose(whole_and_parts(SCORES, parts, weight=1.0), [0.45, 0.55, 0.5])
    np.testing.assert_allclose(whole_and_parts(SCORES, [], weight=1.0), SCORES)


@pytest.mark.parametrize(
    ("left", "right", "edits"),
    [("council", "council", 0), ("counsil", "council", 1), ("jsut", "just", 1), ("recrutment", "recruitment", 1),
     ("abc", "xyz", 3), ("teh", "there", 3)],
)  # fmt: skip
def test_distance_counts_edits_up_to_the_limit(left: str, right: str, edits: int) -> None:
    assert distance(left, right, 2) == edits
    assert distance(right, left, 2) == edits


def test_terms_leave_function_words_out_unless_there_is_nothing_else() -> None:
    assert lexical.terms("What is the Cloud, and the cloud?") == ["cloud"]
    assert lexical.terms("Who are you?") == ["who", "are", "you"]
    assert lexical.terms("?!") == []


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_question_is_read_as_query_syntax(question: str) -> None:
    expression = lexical.match_expression(lexical.terms(question))
    assert expression.count('"') % 2 == 0
    assert all(part.startswith('"') and part.endswith('"') for part in expression.split(" OR ") if part)


@pytest.mark.parametrize("question", ['cloud" OR NEAR(', "title:cloud*", "-cloud AND", "\x00cloud", "cloud ^ {a b}: +"])
def test_hostile_questions_find_what_their_words_say(index: LocalIndex, question: str) -> None:
    add(index, report("Councils use cloud."))
    assert [hit.lexical_rank for hit in index.search(question)] == [1]


def test_acronyms_are_learned_where_they_are_introduced() -> None:
    texts = ["An ‘extended reality’ (XR) and the internet of things (IoT).", "Departments (DWP) and more (see above)."]
    assert vocabulary.acronyms(texts) == {("xr", "extended reality"), ("iot", "internet of things")}


def test_questions_are_repaired_expanded_and_cut_into_parts(index: LocalIndex) -> None:
    add(index, report("Extended reality (XR) needs infrastructure.\nCouncils recruit people."))
    with index.database.read() as connection:
        words = LocalVocabulary(connection)
        whole, *parts = understand(words, "wich infrastructre does XR need?", {"wich", "need"}.__contains__)
        assert whole.dense == "wich infrastructure does XR need? (extended reality)"
        assert {"infrastructre", "infrastructure", "xr", "extended", "reality"} <= set(whole.terms)
        assert parts == []
        _, *parts = understand(words, "What needs XR and who recruits people?", lambda _: True)
        assert [part.dense for part in parts] == ["What needs XR", "who recruits people?"]
        [known] = understand(words, "Are councillors and swaps here", {"councillor", "swap", "here"}.__contains__)
        assert known.dense == "Are councillors and swaps here"


@pytest.fixture
def worded(index: LocalIndex) -> LocalIndex:
    """Thirty passages about councils, ten of which name the cloud and one a quantum computer."""
    lines = [f"Councils {'use clouds' if n % 3 == 0 else 'plan'} in {2000 + n}." for n in range(30)]
    add(index, report("\n".join([*lines[:29], "Councils test quantum computers."]), title="Report"))
    return index


@pytest.mark.parametrize(("postings", "found"), [(10_000, 30), (60, 30), (41, 30), (40, 11), (11, 11), (10, 1), (0, 1)])
def test_the_commonest_words_bring_nothing_where_the_rarer_ones_bring_enough(
    worded: LocalIndex, postings: int, found: int
) -> None:
    with worded.database.read() as connection:
        terms = ["council", "cloud", "quantum"]
        ranking = lexical.search(connection, terms, limit=100, postings=postings)
        best = lexical.search(connection, terms, limit=1)[0]
    assert len(ranking) == found
    assert ranking[0][0] == best[0]


def test_words_are_counted_as_the_word_index_knows_them(worded: LocalIndex) -> None:
    with worded.database.read() as connection:
        kept = lexical._telling(connection, ["Clouds", "council", "nowhere", "quantum"], 11)
        assert kept == ["Clouds", "nowhere", "quantum"]
        assert lexical._telling(connection, ["council"], 0) == ["council"]
