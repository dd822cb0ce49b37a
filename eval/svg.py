"""Small plots as inline SVG, drawn by hand so that a report needs no library and no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from eval.intervals import Interval

_WIDTH, _LABEL, _ROW = 640, 190, 24
_SIDE, _MARGIN = 280, 40


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    """Between 0 and 1."""
    note: str
    interval: Interval | None = None


def bars(title: str, items: Sequence[Bar]) -> str:
    """Horizontal bars from 0 to 1, each with its interval as a line."""
    span = _WIDTH - _LABEL - 130
    parts = [f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {_ROW * len(items) + 8}">']
    for number, item in enumerate(items):
        y = number * _ROW + 4
        parts.append(f'<text x="{_LABEL - 8}" y="{y + 14}" text-anchor="end">{escape(item.label)}</text>')
        parts.append(f'<rect x="{_LABEL}" y="{y}" width="{item.value * span:.1f}" height="16" class="bar"/>')
        if item.interval:
            low, high = (_LABEL + edge * span for edge in (item.interval.low, item.interval.high))
            parts.append(f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y + 8}" y2="{y + 8}" class="interval"/>')
        parts.append(f'<text x="{_LABEL + span + 8}" y="{y + 14}">{escape(item.note)}</text>')
    return "".join([*parts, "</svg>"])


def standalone(svg: str) -> str:
    """A plot as a file of its own: with the namespace that a file needs, and the colours that a page would give."""
    style = (
        "<style>text{font:13px sans-serif;fill:#333}.bar{fill:#3b6ea5}.interval{stroke:#111;stroke-width:2}"
        ".frame{fill:none;stroke:#999}.curve{fill:none;stroke:#3b6ea5;stroke-width:2}.diagonal{stroke:#999}</style>"
        '<rect width="100%" height="100%" fill="#fff"/>'
    )
    head, rest = svg.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}'


@dataclass(frozen=True, slots=True)
class Axis:
    label: str
    high: float = 1.0
    low: float = 0.0


def curve(title: str, points: Sequence[tuple[float, float]], x: Axis, y: Axis, *, diagonal: bool = False) -> str:
    """A line through the points with a dot at each; the diagonal is what a perfectly calibrated score would give."""
    side = _SIDE + 2 * _MARGIN
    placed = [(_across(px, x), _up(py, y)) for px, py in points]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in placed)
    parts = [f'<svg role="img" aria-label="{escape(title)}" viewBox="0 0 {side} {side}" class="square">']
    parts.append(f'<rect x="{_MARGIN}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}" class="frame"/>')
    if diagonal:
        ends = f'x1="{_MARGIN}" y1="{_MARGIN + _SIDE}" x2="{_MARGIN + _SIDE}" y2="{_MARGIN}"'
        parts.append(f'<line {ends} class="diagonal"/>')
    parts.append(f'<polyline points="{path}" class="curve"/>')
    parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.5"/>' for px, py in placed]
    parts += _axis_texts(x, y)
    return "".join([*parts, "</svg>"])


def _axis_texts(x: Axis, y: Axis) -> list[str]:
    bottom, right = _MARGIN + _SIDE, _MARGIN + _SIDE
    return [
        f'<text x="{_MARGIN}" y="{bottom + 16}">{x.low:g}</text>',
        f'<text x="{right}" y="{bottom + 16}" text-anchor="end">{x.high:g}</text>',
        f'<text x="{_MARGIN + _SIDE / 2}" y="{bottom + 30}" text-anchor="middle">{escape(x.label)}</text>',
        f'<text x="{_MARGIN - 6}" y="{bottom}" text-anchor="end">{y.low:g}</text>',
        f'<text x="{_MARGIN - 6}" y="{_MARGIN + 10}" text-anchor="end">{y.high:g}</text>',
        f'<text x="{_MARGIN}" y="{_MARGIN - 10}">{escape(y.label)}</text>',
    ]


def _across(value: float, axis: Axis) -> float:
    return _MARGIN + _SIDE * (value - axis.low) / (axis.high - axis.low)


def _up(value: float, axis: Axis) -> float:
    return _MARGIN + _SIDE * (1 - (value - axis.low) / (axis.high - axis.low))
