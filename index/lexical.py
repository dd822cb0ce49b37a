"""Full-text search with SQLite's FTS5: BM25 over title, headings and text, stemmed."""

# SQL is put together from this module's constants only; values are always bound.
# ruff: noqa: S608

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import apsw

WEIGHTS = (0.5, 1.0, 1.0)
"""BM25 weights of the columns title, headings and text."""
POSTINGS = 10_000
"""Passages that the terms of a question may have together before its commonest are left out: they tell little, and to score
every passage that has one takes most of a search in a large index."""
_TOKENISER = ("porter", ["unicode61", "remove_diacritics", "2"])
_VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.passages_terms USING fts5vocab ('main', 'passages_fts', 'row')"

_TERM = re.compile(r"\w+")
_STOP_WORDS = frozenset(
    """
    a about above according after again against all also am an and any are as at be because been before being
    below between both but by can could did do does doing done down during each either else ever few for from
    further get gets give given gives had has have having he her here hers him his how however i if in into is it
    its itself just know let like many may me might more most much must my need no nor not now of off on once one
    only or other our out over own please report reports s said same say says shall she should so some such t tell
    than that the their them then there these they this those through to too under until up upon us very was we
    were what when where whether which while who whom whose why will with within would you your
    """.split()  # noqa: SIM905
)


def terms(question: str) -> list[str]:
    """The question's content words in order, once each; all of its words where it has no other."""
    found = list(dict.fromkeys(term.casefold() for term in _TERM.findall(question)))
    return [term for term in found if not is_stop_word(term)] or found


def is_stop_word(term: str) -> bool:
    return term in _STOP_WORDS


def match_expression(terms: Iterable[str]) -> str:
    """Any of the terms. Each is a quoted string, in which FTS5 knows no syntax but the doubled quotation mark."""
    return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)


def search(
    connection: Any,
    terms: Sequence[str],
    *,
    limit: int,
    documents: Sequence[str] | None = None,
    postings: int = POSTINGS,
) -> list[tuple[int, float]]:
    """Passage keys with their BM25 score (higher is better), best first; `documents` are the only ones looked at."""
    if not terms:
        return []
    terms = _telling(connection, terms, postings)
    where, values = "", []
    if documents is not None:
        # The plus sign: by its row numbers SQLite would search for the words again in each of the allowed passages.
        where = "AND +rowid IN (SELECT key FROM passages WHERE document_id IN (SELECT value FROM json_each(?)))"
        values = [json.dumps(list(documents))]
    rows = connection.execute(
        f"""SELECT rowid, -rank FROM passages_fts
            WHERE passages_fts MATCH ? AND rank MATCH ? {where} ORDER BY rank LIMIT ?""",
        (match_expression(terms), f"bm25({', '.join(map(str, WEIGHTS))})", *values, limit),
    )
    return [(key, score) for key, score in rows]


def _telling(connection: Any, terms: Sequence[str], postings: int) -> Sequence[str]:
    """The rarest terms, in at most so many passages together; the rarest of all in any case."""
    (newest,) = connection.execute("SELECT max(key) FROM passages").fetchone()
    if len(terms) * (newest or 0) <= postings:
        return terms
    connection.execute(_VOCABULARY)
    tokeniser = connection.fts5_tokenizer(*_TOKENISER)
    counts = sorted((_passages_with(connection, tokeniser, term), number) for number, term in enumerate(terms))
    kept = [counts[0][1]]
    total = counts[0][0]
    for passages, number in counts[1:]:
        total += passages
        if total > postings:
            break
        kept.append(number)
    return [terms[number] for number in sorted(kept)]


def _passages_with(connection: Any, tokeniser: Any, term: str) -> int:
    """How many passages have the term; of one that is several tokens, the rarest of them."""
    found = tokeniser(term.encode(), apsw.FTS5_TOKENIZE_QUERY, None, include_offsets=False)
    tokens = [token for colocated in found for token in colocated]
    rows = [
        connection.execute("SELECT doc FROM passages_terms WHERE term = ?", (token,)).fetchone() for token in tokens
    ]
    return min((row[0] if row else 0 for row in rows), default=0)
