"""Draws an app or a film: the spinner while it loads, its picture, and the controls over it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy

from ..machine import timing
from ..machine.state import Box, Screen
from ..machine.tween import ease_out
from . import cards, shapes, theme
from .scenes.gallery import Scene, make_scene
from .sprite import Sprite, blit, coloured, shrunk
from .strokes import BOLD, MEDIUM

if TYPE_CHECKING:
    from ..content.catalogue import Card
    from .canvas import Canvas

_TURN = 1.1
"""Seconds in which the spinner turns once."""
_SPINNER = 88


@dataclass(frozen=True, slots=True)
class LoadingLook:
    """A card opening; `turn` 0..1 is where its spinner stands."""

    card: Card
    turn: float


def look_loading(box: Box, time: float) -> LoadingLook:
    """What is to be seen at `time` while loading."""
    return LoadingLook(box.player.card, round((time - box.since) / _TURN % 1, 4))


def paint_loading(canvas: Canvas, seen: LoadingLook) -> None:
    """Draw it."""
    palette = theme.PALETTES[seen.card.palette]
    numpy.copyto(
        canvas.pixels,
        canvas.cache.get(
            ("loading", seen.card.palette, canvas.width),
            lambda: shapes.diagonal_gradient(
                canvas.width, canvas.height, theme.mix(palette.near, palette.far, 0.5), theme.INK
            ),
        ),
    )
    canvas.text(seen.card.title, (640, 300), 48, theme.TEXT, BOLD, align=0.5)
    blit(canvas.pixels, _spinner(canvas, seen.turn), canvas.px(640 - _SPINNER / 2), canvas.px(372))
    canvas.text("Loading", (640, 520), 22, theme.MUTED, MEDIUM, align=0.5)
    canvas.scenes.ahead(*_scene(canvas, seen.card))


def _spinner(canvas: Canvas, turn: float) -> Sprite:
    step = int(turn * 60)

    def make() -> Sprite:
        over, size = 3, canvas.px(_SPINNER)
        mask = numpy.zeros((size * over, size * over), numpy.uint8)
        centre, radius, pen = size * over / 2, size * over * 0.42, max(2, round(size * over * 0.085))
        segments = 48
        for number in range(segments):
            begin = step / 60 * 360 + number * 290 / segments
            strength = round(28 + 227 * (number / (segments - 1)) ** 1.6)
            ends = [
                (
                    round(centre + math.cos(math.radians(angle)) * radius),
                    round(centre + math.sin(math.radians(angle)) * radius),
                )
                for angle in (begin, begin + 290 / segments)
            ]
            cv2.line(mask, ends[0], ends[1], strength, pen, cv2.LINE_AA)
        return coloured(shrunk(mask, size, size), theme.TEXT)

    return canvas.cache.get(("spinner", step, canvas.width), make)


@dataclass(frozen=True, slots=True)
class PlayerLook:
    """A film at a position in seconds."""

    card: Card
    position: float


def look(box: Box, time: float) -> PlayerLook:
    """What is to be seen at `time`."""
    return PlayerLook(box.player.card, round(box.player.position_at(time), 4))


def paint(canvas: Canvas, seen: PlayerLook) -> None:
    """Draw it."""
    canvas.scenes.get(*_scene(canvas, seen.card)).paint(canvas.pixels, seen.position)


def _scene(canvas: Canvas, card: Card) -> tuple[tuple[str, int], Callable[[], Scene]]:
    """The scene's name among those that are kept, and what makes it."""
    size = canvas.width, canvas.height
    make = functools.partial(make_scene, card.art, *size, card.palette, cards.seed_of(card.title))
    return (card.title, canvas.width), make


@dataclass(frozen=True, slots=True)
class ControlsLook:
    """Title, progress and whether it plays; `shown` 0..1 while they fade."""

    card: Card
    second: int
    playing: bool
    shown: float


def controls(box: Box, time: float) -> ControlsLook | None:
    """The controls as they are at `time`."""
    state = box.player
    since = time - state.shown_at
    shown = ease_out(since / timing.FADE)
    if state.playing:
        shown = min(shown, ease_out((timing.CONTROLS_SHOWN + timing.FADE - since) / timing.FADE))
    if box.screen is not Screen.PLAYER or shown <= 0:
        return None
    return ControlsLook(state.card, int(state.position_at(time)), state.playing, round(shown, 3))


def paint_controls(canvas: Canvas, seen: ControlsLook) -> None:
    """Draw the controls."""
    height = canvas.px(230)
    shade = canvas.cache.get(("shade", canvas.width), lambda: _shade(canvas.width, height))
    blit(canvas.pixels, shade, 0, canvas.height - height, seen.shown)
    shown, total = seen.shown, seen.card.minutes * 60
    canvas.text(seen.card.title, (56, 606), 40, theme.WHITE, BOLD, opacity=shown)
    canvas.icon("pause" if seen.playing else "play", (56, 634), 34, theme.WHITE, shown, weight=2.6)
    canvas.text(_length(seen.second), (116, 660), 20, theme.WHITE, MEDIUM, opacity=shown)
    canvas.panel((206, 649, 920, 8), 4, theme.WHITE, 0.3 * shown)
    reached = 920 * seen.second / total
    canvas.panel((206, 649, max(8.0, reached), 8), 4, theme.WHITE, shown)
    canvas.panel((206 + reached - 9, 644, 18, 18), 9, theme.WHITE, shown)
    canvas.text(_length(total), (1224, 660), 20, theme.WHITE, MEDIUM, align=1, opacity=shown)


def _shade(width: int, height: int) -> Sprite:
    slope = (numpy.linspace(0, 1, height, dtype=numpy.float32) ** 1.3 * 215).astype(numpy.uint8)
    return coloured(numpy.ascontiguousarray(numpy.broadcast_to(slope[:, None], (height, width))), (0, 0, 0))


def _length(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
