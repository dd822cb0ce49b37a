"""A claim that has nothing to do with what it cites is never supported, however short the cited text is."""

import pytest

from index.hash_embedder import HashEmbedder
from service.answering.types import Verdict
from service.answering.verify import Verifier


@pytest.mark.parametrize(
    "claim",
    [
        "The top industries impacted by the rise of artificial intelligence include healthcare, finance and transportation.",
        "To rename all files in a folder by appending the current date, you can use the following script:",
        "A simple recipe for pancakes needs flour, eggs and milk.",
    ],
)
@pytest.mark.parametrize(
    "source", ["Cyber exercise of Netherwick Council 2024", "Contact centre trial of Marlmere Council"]
)
def test_a_claim_of_another_subject_is_not_supported(claim: str, source: str) -> None:
    check = Verifier(HashEmbedder()).check([(claim, source)])[0]
    assert check.verdict == Verdict.UNSUPPORTED
    assert check.reason
