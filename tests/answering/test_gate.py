"""The gate asks the model only where its word can matter."""

from hypothesis import given
from hypothesis import strategies as st

from service.answering import gate
from service.answering.calibration import load

SHARE = st.floats(0, 1)
FLAG = st.sampled_from([0.0, 1.0])
FEATURES = st.fixed_dictionaries(
    {
        "best_dense": SHARE,
        "best_sentence": SHARE,
        "near_sentences": SHARE,
        "value_gap": SHARE,
        "length": SHARE,
        "coverage": SHARE,
        "agreement": FLAG,
        "names_missing": FLAG,
        "numbers_missing": FLAG,
    }
)
NEAR = {"best_dense": 0.8, "best_sentence": 0.9, "near_sentences": 0.8, "length": 0.8, "coverage": 1.0}


@given(values=FEATURES, judge=st.floats(gate.LEAST_JUDGED, 6))
def test_what_is_settled_passes_whatever_the_model_says(values: dict[str, float], judge: float) -> None:
    if gate.is_settled(values, load()):
        assert gate.decide(gate.judged(values, judge), load()).answerable


def test_what_is_near_is_settled_and_what_lacks_a_value_or_is_far_is_not() -> None:
    assert gate.is_settled(NEAR, load())
    assert not gate.is_settled({**NEAR, "value_gap": 0.8}, load())
    assert not gate.is_settled({**NEAR, "best_dense": gate.FAR / 2}, load())
    assert not gate.is_settled({}, load())
