"""Which kind of value a question asks for, and which sentences give one."""

import pytest

from service.answering.expects import expected, gives


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("How much did the dashboard cost to build?", "amount of money"),
        ("how much money will councils put into AI", "amount of money"),
        ("What does a licence cost a department?", "amount of money"),
        ("What's the fine for a late notice?", "amount of money"),
        ("How much would the department save?", "number"),
        ("What percentage of councils took part?", "share"),
        ("How many people were online?", "number"),
        ("How long may a contract run?", "length of time"),
        ("When was the council founded?", "date"),
        ("By which year will it be done?", "date"),
        ("Which company won the contract?", "name"),
        ("When must an agent stop?", None),
        ("What does the report say about cost and value?", None),
        ("What are the cost drivers?", None),
        ("Why does it matter?", None),
    ],
)
def test_what_a_question_expects(question: str, what: str | None) -> None:
    found = expected(question)
    assert (found.what if found else None) == what


@pytest.mark.parametrize(
    ("question", "answers", "others"),
    [
        ("How much did it cost?", ["It cost £3.9 million.", "About 40 million dollars.", "It was free."], ["It took three years."]),
        ("What share of staff agreed?", ["78% agreed.", "One in five did.", "Half of them did."], ["Staff agreed."]),
        ("How many councils took part in 2023?", ["Twelve took part.", "All of them did."], ["Councils took part in 2023."]),
        ("How long did it run?", ["It ran for six months."], ["It ran well in Leeds."]),
        ("When was it opened?", ["It opened in May 2019.", "Last autumn."], ["It may open.", "It opened with a speech."]),
        ("Which vendor won, says Socitm?", ["Acme Ltd won."], ["Socitm names a vendor.", "the vendor won"]),
    ],
)  # fmt: skip
def test_which_sentences_give_it(question: str, answers: list[str], others: list[str]) -> None:
    kind = expected(question)
    assert kind
    assert [text for text in answers if not gives(kind, text, question)] == []
    assert [text for text in others if gives(kind, text, question)] == []
