"""Draws live television: the channel's moving picture; the banner and the number being typed lie over it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..content.channels import CHANNELS, Channel
from ..content.schedule import Programme, clock_text, programme_at
from ..machine import live, timing
from ..machine.state import Box, Screen
from ..machine.tween import ease_out
from . import theme
from .canvas import shorten
from .scenes.gallery import make_scene
from .strokes import BOLD, LIGHT, MEDIUM

if TYPE_CHECKING:
    from .canvas import Canvas

_START = 20.0
"""Scenes are joined when they have been on for a while."""


@dataclass(frozen=True, slots=True)
class LiveLook:
    """Which channel at which moment, or black."""

    channel: int
    time: float
    black: bool


def look(box: Box, time: float) -> LiveLook:
    """What is to be seen at `time`."""
    if live.is_black(box, time):
        return LiveLook(box.live.channel, 0.0, black=True)
    return LiveLook(box.live.channel, round(live.scene_time(box, time), 4), black=False)


def paint(canvas: Canvas, seen: LiveLook) -> None:
    """Draw it."""
    channel = CHANNELS[seen.channel]
    key = channel.number, canvas.width
    make = functools.partial(make_scene, channel.scene, canvas.width, canvas.height, channel.palette, channel.number)
    if seen.black:
        canvas.scenes.ahead(key, make)
        canvas.pixels.fill(0)
    else:
        canvas.scenes.get(key, make).paint(canvas.pixels, _START + seen.time)


@dataclass(frozen=True, slots=True)
class BannerLook:
    """The channel's card along the lower edge; `shown` 0..1 while it slides."""

    channel: Channel
    now: Programme
    following: Programme
    minute: int
    shown: float
    paused: bool


def banner(box: Box, time: float) -> BannerLook | None:
    """The banner as it is at `time`."""
    since = time - box.live.banner_at
    shown = min(ease_out(since / timing.BANNER_IN), ease_out((timing.BANNER_SHOWN + timing.FADE - since) / timing.FADE))
    if box.live.paused_at is not None:
        shown = ease_out(since / timing.BANNER_IN)
    if box.screen is not Screen.LIVE or shown <= 0:
        return None
    minute = box.minute(time)
    now = programme_at(box.seed, box.live.channel, minute)
    following = programme_at(box.seed, box.live.channel, now.end)
    paused = box.live.paused_at is not None
    return BannerLook(CHANNELS[box.live.channel], now, following, int(minute), round(shown, 3), paused)


def paint_banner(canvas: Canvas, seen: BannerLook) -> None:
    """Draw the banner."""
    x, y, width, height = 56.0, 540 + 36 * (1 - seen.shown), 1168.0, 136.0
    shown = seen.shown
    canvas.panel((x, y, width, height), 22, theme.NIGHT, shown)
    canvas.text(str(seen.channel.number), (x + 78, y + 87), 56, theme.TEXT, LIGHT, align=0.5, opacity=shown)
    canvas.panel((x + 148, y + 26, 2, height - 52), 1, theme.EDGE, shown)
    canvas.text(seen.channel.name, (x + 180, y + 42), 20, theme.ACCENT, BOLD, opacity=shown, spacing=20)
    title = shorten(seen.now.title, 32, 540, MEDIUM)
    canvas.text(title, (x + 180, y + 81), 32, theme.TEXT, MEDIUM, opacity=shown)
    begin, end = seen.now.start, seen.now.end
    canvas.text(clock_text(begin), (x + 180, y + 115), 17, theme.MUTED, opacity=shown)
    canvas.panel((x + 236, y + 106, 400, 6), 3, theme.RAISED, shown)
    canvas.panel((x + 236, y + 106, max(6, 400 * (seen.minute - begin) / (end - begin)), 6), 3, theme.ACCENT, shown)
    canvas.text(clock_text(end), (x + 650, y + 115), 17, theme.MUTED, opacity=shown)
    canvas.text(clock_text(seen.minute), (x + width - 32, y + 60), 34, theme.TEXT, LIGHT, align=1, opacity=shown)
    if seen.paused:
        canvas.icon("pause", (x + width - 158, y + 33), 30, theme.YELLOW, shown, weight=3)
    following = shorten(f"{clock_text(seen.following.start)}  {seen.following.title}", 18, 300)
    canvas.text(following, (x + width - 32, y + 102), 18, theme.MUTED, align=1, opacity=shown)


def paint_digits(canvas: Canvas, digits: str) -> None:
    """Draw the channel number as far as it is typed."""
    canvas.panel((1080, 48, 144, 92), 20, theme.NIGHT)
    canvas.text(f"{digits}\u2013", (1152, 114), 56, theme.TEXT, LIGHT, align=0.5)
