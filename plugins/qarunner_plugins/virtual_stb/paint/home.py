"""Draws the home menu."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy

from ..content.catalogue import RAILS, Card
from ..content.schedule import clock_text
from ..machine.tween import ease_out
from . import cards, chrome, theme
from .canvas import wrap
from .sprite import blit, cut_out
from .strokes import BOLD, MEDIUM, REGULAR

if TYPE_CHECKING:
    from ..machine.state import Box
    from .canvas import Canvas
    from .sprite import Pixels

PITCH = cards.WIDTH + 20
RAIL_TOP, RAIL_PITCH = 360, 192
_CLIP = 300
_ART = (770, 433)
_HERO_FADE = 0.35


@dataclass(frozen=True, slots=True)
class HomeLook:
    """What is to be seen: positions are cards and rails from the first one, with fractions while they move."""

    row: float
    columns: tuple[float, ...]
    focused_row: int
    focused_column: int
    card: Card
    before: Card
    share: float
    clock: str


def look(box: Box, time: float) -> HomeLook:
    """What is to be seen at `time`."""
    home = box.home
    return HomeLook(
        row=round(home.row_motion.at(time), 3),
        columns=tuple(round(motion.at(time), 3) for motion in home.column_motions),
        focused_row=home.row,
        focused_column=home.columns[home.row],
        card=home.card,
        before=home.before,
        share=round(ease_out((time - home.moved_at) / _HERO_FADE), 2),
        clock=clock_text(box.minute(time)),
    )


def paint(canvas: Canvas, seen: HomeLook) -> None:
    """Draw it."""
    numpy.copyto(canvas.pixels, chrome.ground(canvas))
    chrome.word_mark(canvas)
    art = _art(canvas, seen.card if seen.share > 0 else seen.before)
    upper_right = canvas.pixels[: art.shape[0], canvas.width - art.shape[1] :]
    if 0 < seen.share < 1:
        cv2.addWeighted(_art(canvas, seen.before), 1 - seen.share, art, seen.share, 0, dst=upper_right)
    else:
        numpy.copyto(upper_right, art)
    if seen.share < 1:
        _words(canvas, seen.before, 1 - 2 * seen.share)
    _words(canvas, seen.card, 2 * seen.share - 1)
    chrome.clock(canvas, seen.clock)
    lower = canvas.on(canvas.pixels[canvas.px(_CLIP) :])
    for row in sorted(range(len(RAILS)), key=lambda row: -abs(row - seen.row)):
        _rail(lower, row, seen, RAIL_TOP + (row - seen.row) * RAIL_PITCH - _CLIP)
    _look_ahead(canvas, seen)


def _look_ahead(canvas: Canvas, seen: HomeLook) -> None:
    """Begin to draw what one more key leads to: the art of the neighbours, the cards of the rail below the last."""
    row, column = seen.focused_row, seen.focused_column
    for next_row, next_column in ((row, column + 1), (row, column - 1), (row + 1, None), (row - 1, None)):
        if 0 <= next_row < len(RAILS):
            at = round(seen.columns[next_row]) if next_column is None else next_column
            if 0 <= at < len(RAILS[next_row].cards):
                card = RAILS[next_row].cards[at]
                canvas.cache.ahead(("art", card.title, canvas.width), functools.partial(_draw_art, canvas, card))
    for card in RAILS[min(row + 2, len(RAILS) - 1)].cards:
        canvas.cache.ahead(*cards.picture_of(canvas, card))


def _rail(canvas: Canvas, row: int, seen: HomeLook, y: float) -> None:
    away = row - seen.row
    opacity = min(1.0, max(0.0, 1 + away * 1.9))
    if opacity <= 0 or y > canvas.height / canvas.scale:
        return
    near = max(0.0, 1 - abs(away))
    rail, column = RAILS[row], seen.columns[row]
    canvas.text(rail.title, (chrome.MARGIN, y - 22), 22, theme.TEXT, MEDIUM, opacity=opacity * (0.5 + 0.5 * near))
    scroll = min(max(column - 1, 0), max(len(rail.cards) - 4.7, 0)) * PITCH
    order = sorted(range(len(rail.cards)), key=lambda number: -abs(number - column))
    for number in order:
        x = chrome.MARGIN + number * PITCH - scroll
        if -PITCH < x < canvas.width / canvas.scale:
            focus = near * max(0.0, 1 - abs(number - column))
            dimmed = opacity * (0.62 + 0.38 * near)
            cards.draw_card(canvas, rail.cards[number], x, y, focus, dimmed)


def _art(canvas: Canvas, card: Card) -> Pixels:
    """The card's picture at the upper right, fading into the ground."""
    return canvas.cache.get(("art", card.title, canvas.width), lambda: _draw_art(canvas, card))


def _draw_art(canvas: Canvas, card: Card) -> Pixels:
    width, height = canvas.px(_ART[0]), canvas.px(_ART[1])
    picture = chrome.ground(canvas)[:height, canvas.width - width :].copy()
    mask = canvas.cache.get(("hero mask", width), lambda: _hero_mask(width, height))
    blit(picture, cut_out(cards.still(card, width, height), mask), 0, 0)
    return picture


def _words(canvas: Canvas, card: Card, opacity: float) -> None:
    """What is said about the card in focus: the old words go before the new ones come."""
    if opacity <= 0:
        return
    tint = theme.mix(theme.PALETTES[card.palette].horizon, theme.TEXT, 0.45)
    canvas.text(card.kind.upper(), (chrome.MARGIN, 126), 16, tint, BOLD, spacing=70, opacity=opacity)
    canvas.text(card.title, (chrome.MARGIN, 182), 54, theme.TEXT, BOLD, opacity=opacity)
    for number, line in enumerate(wrap(card.synopsis, 22, 500, REGULAR)[:3]):
        canvas.text(line, (chrome.MARGIN, 224 + 30 * number), 22, theme.MUTED, REGULAR, opacity=opacity)


def _hero_mask(width: int, height: int) -> Pixels:
    """Full at the upper right, fading to the left and downwards."""
    xs = numpy.clip((numpy.linspace(0, 1, width, dtype=numpy.float32)[None, :] - 0.02) / 0.75, 0, 1)
    ys = numpy.clip((1 - numpy.linspace(0, 1, height, dtype=numpy.float32)[:, None]) / 0.5, 0, 1)
    smooth = (xs * xs * xs * (xs * (xs * 6 - 15) + 10)) * (ys * ys * (3 - 2 * ys))
    mask: Pixels = (smooth * 235).astype(numpy.uint8)
    return mask
