"""What lies over every screen: the volume bar and short notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..machine import timing
from ..machine.tween import ease_out
from ..machine.volume import LOUDEST
from . import theme
from .strokes import MEDIUM, text_width

if TYPE_CHECKING:
    from ..machine.state import Box
    from .canvas import Canvas

BAR_X, BAR_Y, BAR_WIDTH, BAR_HEIGHT = 1160.0, 164.0, 64.0, 340.0


def _shown(time: float, since: float, lasting: float) -> float:
    """How visible something is that came at `since` and stays for `lasting` seconds; it comes at once."""
    if time < since:
        return 0.0
    return round(ease_out((since + lasting + timing.FADE - time) / timing.FADE), 3)


@dataclass(frozen=True, slots=True)
class VolumeLook:
    """The volume bar."""

    level: float
    number: int
    muted: bool
    shown: float


def volume(box: Box, time: float) -> VolumeLook | None:
    """The volume bar as it is at `time`."""
    state = box.volume
    shown = _shown(time, state.shown_at, timing.VOLUME_SHOWN)
    if shown <= 0:
        return None
    return VolumeLook(round(state.motion.at(time), 3), state.level, state.muted, shown)


def paint_volume(canvas: Canvas, seen: VolumeLook) -> None:
    """Draw the volume bar."""
    shown, middle = seen.shown, BAR_X + BAR_WIDTH / 2
    canvas.panel((BAR_X, BAR_Y, BAR_WIDTH, BAR_HEIGHT), 32, theme.NIGHT, shown)
    canvas.text(str(seen.number), (middle, BAR_Y + 46), 25, theme.TEXT, MEDIUM, align=0.5, opacity=shown)
    top, length = BAR_Y + 68, 204.0
    filled = length * seen.level / LOUDEST
    colour = theme.FAINT if seen.muted else theme.TEXT
    canvas.panel((middle - 5, top, 10, length), 5, theme.RAISED, shown)
    if filled >= 1:
        canvas.panel((middle - 5, top + length - filled, 10, filled), 5, colour, shown)
    icon = "mute" if seen.muted else "volume"
    canvas.icon(icon, (middle - 14, BAR_Y + 290), 28, theme.RED if seen.muted else theme.TEXT, shown)


@dataclass(frozen=True, slots=True)
class ToastLook:
    """A short notice."""

    text: str
    shown: float


def toast(box: Box, time: float) -> ToastLook | None:
    """The notice as it is at `time`."""
    shown = _shown(time, box.toast_at, timing.TOAST_SHOWN)
    return ToastLook(box.toast, shown) if box.toast and shown > 0 else None


def paint_toast(canvas: Canvas, seen: ToastLook) -> None:
    """Draw the notice."""
    width = text_width(seen.text, 23, MEDIUM) + 92
    canvas.panel((640 - width / 2, 40, width, 58), 29, theme.FOCUS, seen.shown)
    canvas.panel((640 - width / 2 + 24, 62, 14, 14), 7, theme.ACCENT, seen.shown)
    canvas.text(seen.text, (640 - width / 2 + 52, 77), 23, theme.ON_FOCUS, MEDIUM, opacity=seen.shown)
