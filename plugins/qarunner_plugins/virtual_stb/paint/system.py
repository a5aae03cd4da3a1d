"""Draws the splash screen of a box that starts, and nothing at all for one that sleeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from ..machine.tween import ease_out
from . import chrome, theme
from .strokes import BOLD

if TYPE_CHECKING:
    from ..machine.state import Box
    from .canvas import Canvas


@dataclass(frozen=True, slots=True)
class BootLook:
    """How far the start has come, 0..1."""

    progress: float
    shown: float


def look_boot(box: Box, time: float) -> BootLook:
    """What is to be seen at `time` while starting."""
    since = time - box.since
    progress = min(since / box.boot_seconds, 1.0) if box.boot_seconds else 1.0
    return BootLook(round(progress, 3), round(ease_out(since / 0.6), 3))


def paint_boot(canvas: Canvas, seen: BootLook) -> None:
    """Draw the splash screen."""
    numpy.copyto(canvas.pixels, chrome.ground(canvas))
    lift = 14 * (1 - seen.shown)
    chrome.logo(canvas, 415, 288 + lift, 84, seen.shown)
    canvas.text("qarunner", (523, 354 + lift), 72, theme.TEXT, BOLD, opacity=seen.shown)
    canvas.panel((500, 458, 280, 6), 3, theme.RAISED, seen.shown)
    if seen.progress > 0:
        canvas.panel((500, 458, max(6.0, 280 * seen.progress), 6), 3, theme.ACCENT, seen.shown)


def look_standby(_box: Box, _time: float) -> str:
    """Nothing is to be seen."""
    return "standby"


def paint_standby(canvas: Canvas, _seen: object) -> None:
    """Draw black."""
    canvas.pixels.fill(0)
