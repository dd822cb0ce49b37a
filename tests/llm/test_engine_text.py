from hypothesis import given
from hypothesis import strategies as st

from service.llm.engine_text import TextPieces, loops

texts = st.text(alphabet="ab\nSTOP:é語😀", max_size=40)


def cut(raw: bytes, sizes: list[int]) -> list[bytes]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(raw[at : at + size])
        at += size
    return [*pieces, raw[at:]]


@given(text=texts, stops=st.lists(st.text(alphabet="ab\nSTOP:é", min_size=1, max_size=5), max_size=3),
       sizes=st.lists(st.integers(1, 5), max_size=40))  # fmt: skip
def test_pieces_join_to_the_text_before_the_stop_that_is_complete_first(
    text: str, stops: list[str], sizes: list[int]
) -> None:
    out = TextPieces(stops)
    given_out = "".join([*(out.feed(piece) for piece in cut(text.encode(), sizes)), out.finish()])
    found = [(text.find(stop) + len(stop), text.find(stop)) for stop in stops if stop in text]
    assert given_out == (text[: min(found)[1]] if found else text)
    assert out.stopped == bool(found)


def test_of_two_stops_the_one_that_is_complete_first_counts() -> None:
    for pieces in ([b"OST", b"OP"], [b"O", b"S", b"TOP"], [b"OSTOP"]):
        out = TextPieces(["OSTOP", "ST"])
        assert "".join(out.feed(piece) for piece in pieces) + out.finish() == "O"


@given(text=texts, sizes=st.lists(st.integers(1, 5), max_size=40))
def test_nothing_is_held_back_without_need(text: str, sizes: list[int]) -> None:
    """Without stop strings every whole code point leaves at once."""
    out, raw, sent = TextPieces(), text.encode(), ""
    for end, piece in zip(_ends(raw, sizes), cut(raw, sizes), strict=True):
        sent += out.feed(piece)
        assert sent == raw[:end].decode("utf-8", "ignore")


def _ends(raw: bytes, sizes: list[int]) -> list[int]:
    ends = [min(sum(sizes[: i + 1]), len(raw)) for i in range(len(sizes))]
    return [*ends, len(raw)]


def test_broken_bytes_become_replacement_characters() -> None:
    out = TextPieces()
    assert out.feed(b"a\xffb\xe8\xaa") + out.finish() == "a\ufffdb\ufffd"


def test_a_loop_is_three_repetitions_of_some_length() -> None:
    sentence = list(range(100, 120))
    assert loops([1, 2, 3, *sentence * 3])
    assert not loops([1, 2, 3, *sentence * 2, *sentence[:-1]])
    assert loops([7] * 12)
    assert not loops([7] * 11)
    assert not loops([])
    assert not loops(list(range(200)))
