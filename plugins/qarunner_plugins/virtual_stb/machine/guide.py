"""Keys in the guide."""

from __future__ import annotations

from dataclasses import replace

from ..content.channels import CHANNELS
from ..content.schedule import Programme, programme_at
from . import live, timing
from .state import Box, Guide, Screen, go, say
from .tween import Tween

SLOT = 30
"""The times of the head line are this many minutes apart."""
VIEW = 186
"""Minutes in view."""
ROWS = 6
"""Channels in view."""
_LEAP = 180


def show(box: Box, time: float) -> Box:
    """Open the guide at the channel that is on, now."""
    guide = Guide(channel=box.live.channel, cursor=box.minute(time), reminders=box.guide.reminders)
    guide = replace(guide, window=Tween.still(_slot(guide.cursor)), focus_row=Tween.still(guide.channel))
    programme = focused(replace(box, guide=guide))
    guide = replace(guide, focus_begin=Tween.still(programme.start), focus_end=Tween.still(programme.end))
    return replace(go(box, Screen.GUIDE, time), guide=guide)


def focused(box: Box) -> Programme:
    """The programme in focus."""
    return programme_at(box.seed, box.guide.channel, box.guide.cursor)


def press(box: Box, key: str, time: float) -> Box:
    """Return the box after `key`."""
    steps = {"KEY_UP": -1, "KEY_DOWN": 1, "KEY_CHANNELUP": -ROWS, "KEY_CHANNELDOWN": ROWS}
    if key in steps:
        channel = min(max(box.guide.channel + steps[key], 0), len(CHANNELS) - 1)
        # what is seen of the programme counts, not what scrolled away
        cursor = max(box.guide.cursor, box.guide.window.end)
        return _move(box, channel, cursor, time)
    if key in ("KEY_LEFT", "KEY_RIGHT"):
        programme = focused(box)
        cursor = programme.start - 1 if key == "KEY_LEFT" else programme.end
        if cursor < _slot(box.minute(time)):
            return box
        return _move(box, box.guide.channel, cursor, time)
    if key in ("KEY_RED", "KEY_YELLOW", "KEY_BLUE"):
        now = box.minute(time)
        cursor = {"KEY_RED": now, "KEY_YELLOW": box.guide.cursor - _LEAP, "KEY_BLUE": box.guide.cursor + _LEAP}[key]
        return _move(box, box.guide.channel, max(cursor, now), time)
    if key == "KEY_GREEN":
        return _remind(box, time)
    if key == "KEY_OK":
        return _choose(box, time)
    if key == "KEY_BACK":
        return go(box, box.came_from, time)
    return box


def _slot(minute: float) -> float:
    return minute // SLOT * SLOT


def _move(box: Box, channel: int, cursor: float, time: float) -> Box:
    guide = box.guide
    programme = programme_at(box.seed, channel, cursor)
    window = guide.window.end
    if cursor < window:
        window = max(_slot(programme.start), _slot(box.minute(time)))
    elif programme.start > window + VIEW - SLOT:
        window = _slot(programme.start) - SLOT
    if channel == guide.channel:
        cursor = max(programme.start, window)
    guide = replace(
        guide,
        channel=channel,
        cursor=cursor,
        window=guide.window.towards(window, time, timing.SCROLL),
        focus_row=guide.focus_row.towards(channel, time, timing.FOCUS),
        focus_begin=guide.focus_begin.towards(programme.start, time, timing.FOCUS),
        focus_end=guide.focus_end.towards(programme.end, time, timing.FOCUS),
    )
    return replace(box, guide=guide)


def _remind(box: Box, time: float) -> Box:
    programme = focused(box)
    mark = (box.guide.channel, programme.start)
    box = replace(box, guide=replace(box.guide, reminders=box.guide.reminders ^ {mark}))
    return say(box, "Reminder set" if mark in box.guide.reminders else "Reminder removed", time)


def _choose(box: Box, time: float) -> Box:
    programme = focused(box)
    if programme.start <= box.minute(time):
        return live.tune(box, box.guide.channel, time)
    return _remind(box, time)
