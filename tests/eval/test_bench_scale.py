"""The benches of a growing index and of answers beside an upload: what they make and what they count."""

from pathlib import Path

import pytest

from eval.bench import scale, uploading
from eval.bench.grown import PASSAGES, Grown
from eval.bench.long_pdf import long_pdf
from index.hash_embedder import HashEmbedder
from index.local import LocalIndex
from ingest.report import read_report


def test_an_index_is_filled_to_each_size_and_measured(tmp_path: Path, made: Grown) -> None:
    folder, embedder = tmp_path / "index", HashEmbedder(32)
    for size in (4 * PASSAGES, 8 * PASSAGES):
        scale.fill(folder, embedder, made, size)  # type: ignore[arg-type]
        figures = scale.measure(folder, embedder, ["Where are drones?", "What is the cloud?"])  # type: ignore[arg-type]
        assert figures["Recall@10 of the vectors"] == [1.0, 1.0]
        assert len(figures["Seconds to the evidence of an answer"]) == 2
        assert figures["Seconds until the deleted report is not found any more"]
    index = LocalIndex.open(folder, embedder)
    assert index.stats().passages == 6 * PASSAGES  # two reports were deleted after each size
    index.close()


def test_an_answer_is_compared_with_the_same_question_in_the_other_rounds_alone() -> None:
    alone = [{"a": 1.0, "b": 4.0}, {"a": 3.0, "b": 4.0}, {"a": 2.0, "b": 1.0}]
    beside = [{"a": 4.0, "b": 6.0}, {"a": 1.0, "b": 3.0}]
    among_themselves, ratios = uploading.compared(uploading.Measured(alone, beside, []))
    assert among_themselves == [0.4, 1.6, 2.0, 1.6, 1.0, 0.25]
    assert ratios == [2.0, 2.0, 0.5, 1.0]


@pytest.mark.slow
@pytest.mark.usefixtures("models_dir")
def test_the_long_report_has_its_pages_and_no_sentence_twice() -> None:
    document, passages = read_report(long_pdf(uploading._sentences(), pages=20, lines=10), "long.pdf")
    assert len(document.pages) == 20
    assert passages[-1].sentences[-1].page == 20
    sentences = [sentence.readable for passage in passages for sentence in passage.sentences]
    assert len(set(sentences)) > 0.99 * len(sentences)
