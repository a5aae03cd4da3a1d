"""Which of the formats that a device offers is taken: a pure rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PREFERENCE = ("NV12", "YUYV", "UYVY", "BGR3", "RGB3", "MJPG", "JPEG")
"""Of formats that reach the frame rate: what costs the bus and us less comes first, what is lossy last."""
LARGEST = (1920, 1080)
"""Of sizes that nobody asked for."""
USUAL = ((1920, 1080), (1280, 720), (720, 576), (640, 480))
"""Sizes that are tried where a device takes any within a range."""
TOLERANCE = 0.05


@dataclass(frozen=True)
class Offer:
    """A format with a size and the highest frame rate it has (0 when the device does not say)."""

    code: str
    size: tuple[int, int]
    rate: float = 0.0

    def __str__(self) -> str:
        return f"{self.code} {self.size[0]}x{self.size[1]}{f' at {self.rate:g}' if self.rate else ''}"


def choose(
    offers: Iterable[Offer], *, code: str = "", size: tuple[int, int] | None = None, rate: float = 30.0
) -> Offer | None:
    """Return the offer to take, None when no one fits.

    :param code: a format that somebody asked for. :param size: a size likewise; else the largest up to `LARGEST`.
    :param rate: frames a second that are wanted. A size that reaches them comes before a larger one that does not.
    """
    fitting = [
        offer
        for offer in offers
        if offer.code in PREFERENCE and code in ("", offer.code) and size in (None, offer.size)
    ]
    if size is None:
        small = [offer for offer in fitting if offer.size[0] <= LARGEST[0] and offer.size[1] <= LARGEST[1]]
        fitting = small or fitting
    return max(fitting, key=lambda offer: _worth(offer, rate), default=None)


def _worth(offer: Offer, rate: float) -> tuple[bool, int, float, int]:
    reached = not offer.rate or offer.rate >= rate * (1 - TOLERANCE)
    pixels = offer.size[0] * offer.size[1]
    return reached, pixels, 0.0 if reached else offer.rate, -PREFERENCE.index(offer.code)


def listed(offers: Sequence[Offer], most: int = 12) -> str:
    """Return offers as messages say them."""
    words = [str(offer) for offer in offers[:most]]
    return ", ".join([*words, "..."] if len(offers) > most else words) or "nothing"
