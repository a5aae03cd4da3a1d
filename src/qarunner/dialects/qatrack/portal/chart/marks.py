"""The points of a chart: the shape says the verdict, and the colour says it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from qarunner.dialects.qatrack.rules.bands import NONE, Bands
from qarunner.dialects.qatrack.rules.records import PassFail

DENSE, DENSER = 150, 500
"""From so many points on they are smaller."""
SIZES = (5.0, 3.6, 2.6)
"""Half the width of a mark, in pixels."""

SHAPES = {
    PassFail.OK: '<circle r="{0}"/>',
    PassFail.TOLERANCE: '<path d="M0 -{1}L{1} {0}H-{1}Z"/>',
    PassFail.ACTION: '<path d="M0 -{1}L{1} 0L0 {1}L-{1} 0Z"/>',
    PassFail.NO_TOL: '<rect x="-{0}" y="-{0}" width="{2}" height="{2}"/>',
    PassFail.NOT_DONE: '<path d="M-{0} -{0}L{0} {0}M{0} -{0}L-{0} {0}"/>',
}
ABOVE, BELOW = "above", "below"
ARROWS = {
    ABOVE: '<path d="M0 -{1}L{1} 0H1.2V{2}H-1.2V0H-{1}Z"/>',
    BELOW: '<path d="M0 {1}L{1} 0H1.2V-{2}H-1.2V0H-{1}Z"/>',
}
"""Of values that are off the chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One point.

    :param value: None for what was not done: it stands at the foot, and no line goes through it.
    :param title: what is shown of it under the pointer. :param address: of the page it leads to.
    :param valid: whether its review lets it count; it is drawn hollow when not.
    """

    time: datetime
    value: float | None
    verdict: PassFail
    reference: float | None = None
    bands: Bands = NONE
    title: str = ""
    address: str = ""
    valid: bool = True


def size_of(count: int) -> float:
    """Return half the width of each of so many marks."""
    return SIZES[0] if count < DENSE else SIZES[1] if count < DENSER else SIZES[2]


def symbols(size: float) -> Markup:
    """Return the definitions of all shapes."""
    shapes = {**{str(verdict): shape for verdict, shape in SHAPES.items()}, **ARROWS}
    return Markup("").join(
        Markup('<g id="mark-{}">{}</g>').format(name, Markup(_sized(shape, size)))  # noqa: S704 - numbers only
        for name, shape in shapes.items()
    )


def shape_alone(verdict: PassFail, *, size: float = SIZES[0]) -> Markup:
    """Return a picture of one shape, for a legend."""
    side = 4 * size
    return Markup(
        '<svg class="key" width="{0}" height="{0}" viewBox="-{1} -{1} {0} {0}" aria-hidden="true">{2}</svg>'
    ).format(
        _short(side),
        _short(side / 2),
        Markup('<g class="mark {}">{}</g>').format(verdict, Markup(_sized(SHAPES[verdict], size))),  # noqa: S704 - numbers only
    )


def drawn(mark: Mark, percent: float, height: float, beyond: str = "") -> Markup:
    """Return a mark in its place.

    :param percent: from the left. :param height: pixels from the top. :param beyond: `ABOVE` or `BELOW` where its value
        is off the chart: then it is an arrow.
    """
    text = Markup(
        '<a href="{}" tabindex="-1"><use href="#mark-{}" class="mark {}{}" x="{}%" y="{}"><title>{}</title></use></a>'
    )
    hollow = "" if mark.valid else " hollow"
    shape = beyond or str(mark.verdict)
    return text.format(mark.address, shape, mark.verdict, hollow, _short(percent), _short(height), mark.title)


def _sized(shape: str, size: float) -> str:
    return shape.format(_short(size), _short(size * 1.3), _short(size * 2))


def _short(number: float) -> str:
    """Return a coordinate with two decimals at most."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
