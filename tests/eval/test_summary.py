from eval.results import FAILED, Result
from eval.summary import by_kind, statuses, summarise, worst


def result(name: str, kind: str = "factoid", status: str = "answered", **scores: float) -> Result:
    answerable = "right_refusal" not in scores
    return Result(name, kind, f"{name}?", answerable, ("point",), ("quote",), status, scores, "text", {})


ROWS = [
    result("a", key_points=1.0, false_refusal=0, citations=3, citations_exact=3, citations_judged=3, citation_hits=2),
    result("b", key_points=0.5, false_refusal=0, citations=1, citations_exact=1, citations_judged=1, citation_hits=0),
    result(
        "c", "list", "not_in_reports", key_points=0.0, false_refusal=1, citations=0, citations_judged=0, total_ms=90.0
    ),
    result("d", "unanswerable-far", "out_of_scope", right_refusal=1, total_ms=10.0),
    result("e", "unanswerable-far", FAILED, right_refusal=0),
]


def test_means_are_over_the_rows_with_the_score_and_ratios_over_citations() -> None:
    metrics = {metric.name: metric for metric in summarise(ROWS)}
    assert (metrics["key_points"].value, metrics["key_points"].n) == (0.5, 3)
    assert (metrics["false_refusal"].value, metrics["false_refusal"].n) == (1 / 3, 3)
    assert (metrics["right_refusal"].value, metrics["right_refusal"].n) == (1 / 2, 2)
    assert (metrics["citation_hits"].value, metrics["citation_hits"].n) == (2 / 4, 4)
    assert (metrics["citation_exact"].value, metrics["citation_exact"].n) == (1, 4)
    assert (metrics["total_ms_p50"].value, metrics["total_ms_p50"].n) == (50, 2)
    assert "mrr" not in metrics, "what no row has is not reported as zero"


def test_every_proportion_has_an_interval_around_it() -> None:
    for metric in summarise(ROWS):
        if not metric.name.startswith("total_ms"):
            assert metric.interval is not None
            assert metric.interval.low <= metric.value <= metric.interval.high


def test_slices_statuses_and_worst_cases() -> None:
    assert {kind: len(rows) for kind, rows in by_kind(ROWS).items()} == {"factoid": 2, "list": 1, "unanswerable-far": 2}
    assert statuses(ROWS) == {"answered": 2, "not_in_reports": 1, "out_of_scope": 1, FAILED: 1}
    assert [row.id for row in worst(ROWS)] == ["c", "e", "b"]
    assert [row.id for row in worst(ROWS, limit=1)] == ["c"]


def test_a_result_survives_json() -> None:
    assert Result.from_json(ROWS[0].to_json()) == ROWS[0]
