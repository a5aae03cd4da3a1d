"""A surface to draw on in design units (a picture of 1280 x 720), whatever its real size is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

import cv2
import numpy

from . import shapes
from .icons import icon_mask
from .sprite import Sprite, blit, coloured
from .strokes import BASE_LINE, REGULAR, text_mask, text_width

if TYPE_CHECKING:
    from .cache import Cache
    from .sprite import Pixels
    from .theme import Colour

WIDTH, HEIGHT = 1280, 720
Area = tuple[float, float, float, float]
"""Left, top, width, height."""


class Canvas:
    """Draws on `pixels`, shape (height, width, 3), proportions 16:9. `scenes` keeps the last few moving pictures."""

    def __init__(self, pixels: Pixels, cache: Cache, scenes: Cache) -> None:
        self.pixels = pixels
        self.cache = cache
        self.scenes = scenes
        self.height, self.width = pixels.shape[:2]
        self.scale = self.height / HEIGHT

    def on(self, pixels: Pixels) -> Canvas:
        """The same canvas on other pixels of the same scale."""
        other = Canvas(pixels, self.cache, self.scenes)
        other.scale = self.scale
        return other

    def px(self, units: float) -> int:
        """Design units to whole pixels."""
        return round(units * self.scale)

    def text(
        self,
        text: str,
        at: tuple[float, float],
        size: float,
        colour: Colour,
        weight: int = REGULAR,
        *,
        align: float = 0.0,
        opacity: float = 1.0,
        spacing: float = 0.0,
    ) -> float:
        """Write, and return the width. `at`: where on the base line the text begins (`align` 0) or ends (1)."""
        pixel_size = round(size * self.scale * 4) / 4

        def make() -> Sprite:
            return coloured(text_mask(text, pixel_size, weight, spacing), colour)

        width = text_width(text, pixel_size, weight, spacing)
        sprite = self.cache.get(("text", text, pixel_size, weight, spacing, colour), make)
        left = at[0] * self.scale - width * align
        blit(self.pixels, sprite, round(left), round(at[1] * self.scale - pixel_size * BASE_LINE), opacity)
        return width / self.scale

    def icon(
        self,
        name: str,
        at: tuple[float, float],
        size: float,
        colour: Colour,
        opacity: float = 1.0,
        weight: float = 2.0,
    ) -> None:
        """Draw an icon of `size`; `at`: its upper left corner."""
        pixels = self.px(size)
        sprite = self.cache.get(
            ("icon", name, pixels, colour, weight), lambda: coloured(icon_mask(name, pixels, weight), colour)
        )
        blit(self.pixels, sprite, self.px(at[0]), self.px(at[1]), opacity)

    def panel(self, area: Area, radius: float, colour: Colour, opacity: float = 1.0) -> None:
        """Fill a rounded rectangle. Only the corners are kept, so its size may change with every frame."""
        x, y, width, height = area
        left, top, right, bottom = self.px(x), self.px(y), self.px(x + width), self.px(y + height)
        edge = min(self.px(radius), (right - left) // 2, (bottom - top) // 2)
        self._fill((left, top + edge, right, bottom - edge), colour, opacity)
        self._fill((left + edge, top, right - edge, top + edge), colour, opacity)
        self._fill((left + edge, bottom - edge, right - edge, bottom), colour, opacity)
        if edge <= 0:
            return
        corners = self.cache.get(("corners", edge, colour), lambda: _corners(edge, colour))
        places = ((left, top), (right - edge, top), (left, bottom - edge), (right - edge, bottom - edge))
        for corner, (corner_x, corner_y) in zip(corners, places, strict=True):
            blit(self.pixels, corner, corner_x, corner_y, opacity)

    def _fill(self, edges: tuple[int, int, int, int], colour: Colour, opacity: float) -> None:
        left, top = max(edges[0], 0), max(edges[1], 0)
        right, bottom = min(edges[2], self.width), min(edges[3], self.height)
        if left >= right or top >= bottom:
            return
        if opacity >= 1:
            cv2.rectangle(self.pixels, (left, top), (right - 1, bottom - 1), colour, cv2.FILLED)
            return
        region = self.pixels[top:bottom, left:right]
        cv2.convertScaleAbs(region, dst=region, alpha=1 - opacity)
        # cv2 takes a colour where its type hints know pictures only
        cv2.add(region, cast("Pixels", (*(part * opacity for part in colour), 0.0)), dst=region)

    def fade(self, other: Pixels, share: float) -> None:
        """Mix `other` into the picture: `share` 0 leaves it, 1 replaces it."""
        cv2.addWeighted(self.pixels, 1 - share, other, share, 0, dst=self.pixels)


def _corners(edge: int, colour: Colour) -> tuple[Sprite, Sprite, Sprite, Sprite]:
    disc = shapes.disc(2 * edge)
    quarters = (disc[:edge, :edge], disc[:edge, edge:], disc[edge:, :edge], disc[edge:, edge:])
    first, second, third, fourth = (coloured(numpy.ascontiguousarray(quarter), colour) for quarter in quarters)
    return first, second, third, fourth


@functools.lru_cache(maxsize=512)
def wrap(text: str, size: float, width: float, weight: int = REGULAR) -> tuple[str, ...]:
    """Break text into lines of at most `width`."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(lines)


@functools.lru_cache(maxsize=4096)
def shorten(text: str, size: float, width: float, weight: int = REGULAR) -> str:
    """Cut text that is wider than `width`, with an ellipsis; empty when there is no room for that."""
    if text_width(text, size, weight) <= width:
        return text
    while text and text_width(f"{text}\u2026", size, weight) > width:
        text = text[:-1].rstrip()
    return f"{text}\u2026" if len(text) > 1 else ""
