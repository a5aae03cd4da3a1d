"""The cards of the rails: art, name, rounded corners; larger and with a ring of light when in focus."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy

from . import shapes, theme
from .canvas import shorten
from .scenes.gallery import make_scene
from .sprite import blit, coloured, cut_out, shrunk
from .strokes import MEDIUM

if TYPE_CHECKING:
    from ..content.catalogue import Card
    from .canvas import Canvas
    from .sprite import Pixels, Sprite

WIDTH, HEIGHT, RADIUS = 224, 126, 14
GROWTH = 0.10
"""A card in focus is this much larger."""
_STEPS = 8
_RING, _REACH = 3.5, 25


def seed_of(title: str) -> int:
    """A number of its own for each title."""
    return zlib.crc32(title.encode()) % 10_000


def still(card: Card, width: int, height: int) -> Pixels:
    """The art of a card, shape (height, width, 3)."""
    pixels = numpy.empty((height, width, 3), numpy.uint8)
    seed = seed_of(card.title)
    make_scene(card.art, width, height, card.palette, seed).paint(pixels, 3 + seed % 40)
    return pixels


def draw_card(canvas: Canvas, card: Card, x: float, y: float, focus: float = 0.0, opacity: float = 1.0) -> None:
    """Draw a card whose place is at x, y; `focus` 0..1 lets it grow about its middle and shine."""
    step = round(focus * _STEPS)
    scale = 1 + GROWTH * step / _STEPS
    width, height = canvas.px(WIDTH * scale), canvas.px(HEIGHT * scale)
    left = canvas.px(x + WIDTH / 2) - width // 2
    top = canvas.px(y + HEIGHT / 2) - height // 2
    if step:
        margin = canvas.px(_REACH * 1.5)
        light = canvas.cache.get(
            ("light", width, height, card.palette), lambda: _light(canvas, card, width, height, margin)
        )
        blit(canvas.pixels, light, left - margin, top - margin, opacity * step / _STEPS)
    face = canvas.cache.get(("card", card.title, width, height), lambda: _face(canvas, card, width, height))
    blit(canvas.pixels, face, left, top, opacity)
    if step:
        edge = canvas.px(_RING) + 2
        line = canvas.cache.get(("ring", width, height), lambda: _ring(canvas, width, height, edge))
        blit(canvas.pixels, line, left - edge, top - edge, opacity * step / _STEPS)


def picture_of(canvas: Canvas, card: Card) -> tuple[tuple[str, str], Callable[[], Pixels]]:
    """The name of a card's picture among what is kept, and what draws it."""
    return ("picture", card.title), functools.partial(_picture, canvas, card)


def _light(canvas: Canvas, card: Card, width: int, height: int, margin: int) -> Sprite:
    palette = theme.PALETTES[card.palette]
    mask = shapes.halo(width, height, canvas.px(RADIUS), margin / 1.5, margin, 0.75)
    return coloured(mask, theme.mix(palette.horizon, theme.ACCENT, 0.35))


def _ring(canvas: Canvas, width: int, height: int, edge: int) -> Sprite:
    return coloured(shapes.ring(width, height, canvas.px(RADIUS), canvas.px(_RING), edge), theme.WHITE)


def _face(canvas: Canvas, card: Card, width: int, height: int) -> Sprite:
    picture = canvas.cache.get(*picture_of(canvas, card))
    if picture.shape[:2] != (height, width):
        picture = shrunk(picture, width, height)
    radius = canvas.px(RADIUS * width / canvas.px(WIDTH))
    return cut_out(picture, shapes.rounded(width, height, radius), solid=radius)


def _picture(canvas: Canvas, card: Card) -> Pixels:
    """The card at its largest."""
    grown = 1 + GROWTH
    width, height = canvas.px(WIDTH * grown), canvas.px(HEIGHT * grown)
    palette = theme.PALETTES[card.palette]
    if card.icon:
        pixels = shapes.diagonal_gradient(
            width, height, theme.mix(palette.horizon, palette.far, 0.55), theme.mix(palette.far, palette.near, 0.55)
        )
    else:
        pixels = still(card, width, height)
        shade = shapes.vertical_gradient(width, height, [(0, (0, 0, 0)), (0.45, (0, 0, 0)), (1, (215, 215, 215))])
        blit(pixels, cut_out(shade * 0, shade[..., 0].copy()), 0, 0)
    on = canvas.on(pixels)
    if card.icon:
        on.icon(card.icon, (WIDTH * grown / 2 - 26, 24), 52, theme.WHITE, weight=1.7)
        on.text(card.title, (WIDTH * grown / 2, 112), 21, theme.WHITE, MEDIUM, align=0.5)
        return pixels
    lift = 12 if card.progress else 0
    on.text(
        shorten(card.title, 21, WIDTH * grown - 32, MEDIUM), (16, HEIGHT * grown - 17 - lift), 21, theme.WHITE, MEDIUM
    )
    if card.progress:
        on.panel((16, HEIGHT * grown - 16, WIDTH * grown - 32, 5), 2.5, theme.WHITE, 0.35)
        on.panel((16, HEIGHT * grown - 16, (WIDTH * grown - 32) * card.progress, 5), 2.5, theme.WHITE)
    return pixels
