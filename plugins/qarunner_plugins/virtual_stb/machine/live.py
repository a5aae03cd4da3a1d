"""Keys while live television is on."""

from __future__ import annotations

from dataclasses import replace

from ..content.channels import CHANNELS, index_of
from . import timing
from .state import Box, Screen, go, say


def press(box: Box, key: str, time: float) -> Box:
    """Return the box after `key`."""
    if key in ("KEY_UP", "KEY_DOWN"):
        return zap(box, 1 if key == "KEY_UP" else -1, time)
    if key == "KEY_OK":
        return replace(box, live=replace(box.live, banner_at=time))
    if key == "KEY_BACK":
        return go(box, Screen.HOME, time)
    if key == "KEY_PAUSE" and box.live.paused_at is None:
        return replace(box, live=replace(box.live, paused_at=time, banner_at=time))
    if key == "KEY_PLAY" and box.live.paused_at is not None:
        behind = box.live.behind + time - box.live.paused_at
        return replace(box, live=replace(box.live, paused_at=None, behind=behind, banner_at=time))
    return box


def watch(box: Box, time: float) -> Box:
    """Return to live television with the banner of the channel."""
    return replace(go(box, Screen.LIVE, time), live=replace(box.live, banner_at=time, digits=""))


def zap(box: Box, step: int, time: float) -> Box:
    """Change to the channel `step` places further, round and round."""
    return tune(box, (box.live.channel + step) % len(CHANNELS), time)


def tune(box: Box, channel: int, time: float) -> Box:
    """Change to a channel of the list: a moment of black, then its picture and its banner."""
    live = replace(box.live, channel=channel, zapped_at=time, banner_at=time, digits="", paused_at=None, behind=0.0)
    return replace(go(box, Screen.LIVE, time), live=live)


def digit(box: Box, key: str, time: float) -> Box:
    """Add a digit to the channel number being typed; the second one completes it."""
    digits = box.live.digits + key.removeprefix("KEY_")
    box = replace(box, live=replace(box.live, digits=digits, digits_at=time))
    return commit(box, time) if len(digits) == len(str(CHANNELS[-1].number)) else box


def commit(box: Box, time: float) -> Box:
    """Change to the channel whose number was typed."""
    number = int(box.live.digits)
    channel = index_of(number)
    if channel is None:
        return say(replace(box, live=replace(box.live, digits="")), f"There is no channel {number}", time)
    return tune(box, channel, time)


def scene_time(box: Box, time: float) -> float:
    """The moment of the broadcast that is in the picture at `time`: stands still while paused."""
    shown = time if box.live.paused_at is None else box.live.paused_at
    return shown - box.live.behind


def is_black(box: Box, time: float) -> bool:
    """Whether a zap has not found its picture yet."""
    return box.live.zapped_at <= time < box.live.zapped_at + timing.ZAP_BLACK
