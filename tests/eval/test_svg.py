from xml.etree import ElementTree

import pytest

from eval.intervals import Interval
from eval.svg import Axis, Bar, bars, curve


def test_bars_are_as_long_as_their_values_and_labels_are_text() -> None:
    drawn = ElementTree.fromstring(bars("t", [Bar("<b>", 0.5, "half", Interval(0.25, 0.75)), Bar("full", 1.0, "all")]))  # noqa: S314
    half, full = (float(rect.attrib["width"]) for rect in drawn.findall("rect"))
    assert half * 2 == pytest.approx(full)
    assert [text.text for text in drawn.findall("text")] == ["<b>", "half", "full", "all"]
    [line] = drawn.findall("line")
    assert float(line.attrib["x2"]) - float(line.attrib["x1"]) == pytest.approx(half, abs=0.2)


def test_a_curve_puts_the_corners_in_the_corners() -> None:
    drawn = ElementTree.fromstring(curve("t", [(0, 0), (10, 1)], Axis("x", high=10), Axis("y"), diagonal=True))  # noqa: S314
    frame, diagonal, dots = drawn.find("rect"), drawn.find("line"), drawn.findall("circle")
    assert frame is not None
    assert diagonal is not None
    assert [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in dots] == [
        (float(diagonal.attrib["x1"]), float(diagonal.attrib["y1"])),
        (float(diagonal.attrib["x2"]), float(diagonal.attrib["y2"])),
    ]
