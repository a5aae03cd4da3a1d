"""The box as one pure state machine: `power_up`, `advance` with time, `press` a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from . import guide, home, live, player, search, settings, timing, volume
from .state import Box, Screen, go

_SCREENS: dict[Screen, Callable[[Box, str, float], Box]] = {
    Screen.HOME: home.press,
    Screen.LIVE: live.press,
    Screen.GUIDE: guide.press,
    Screen.SETTINGS: settings.press,
    Screen.SEARCH: search.press,
    Screen.LOADING: player.press,
    Screen.PLAYER: player.press,
}
_JUMPS: dict[str, Callable[[Box, float], Box]] = {
    "KEY_HOME": home.show,
    "KEY_MENU": settings.show,
    "KEY_EPG": guide.show,
    "KEY_SEARCH": search.show,
}
_START = {"home": Screen.HOME, "live": Screen.LIVE, "boot": Screen.BOOT, "standby": Screen.STANDBY}
START_SCREENS = tuple(_START)

REPEATING = frozenset(
    {
        "KEY_UP",
        "KEY_DOWN",
        "KEY_LEFT",
        "KEY_RIGHT",
        "KEY_VOLUMEUP",
        "KEY_VOLUMEDOWN",
        "KEY_CHANNELUP",
        "KEY_CHANNELDOWN",
    }
)
"""Keys that act again while they are held; the others act once."""


def power_up(box: Box, time: float) -> Box:
    """The box after its power came back, or after it crashed: it boots, and forgets all but what a box keeps."""
    fresh = Box(seed=box.seed, boot_seconds=box.boot_seconds, volume=replace(box.volume, shown_at=-60.0))
    kept = replace(fresh.settings, chosen=box.settings.chosen)
    return replace(
        fresh,
        settings=kept,
        live=replace(fresh.live, channel=box.live.channel),
        guide=replace(fresh.guide, reminders=box.guide.reminders),
        screen=Screen.BOOT,
        since=time,
    )


def start(seed: int, boot_seconds: float, screen: str) -> Box:
    """A box as it is first met, showing one of `START_SCREENS`."""
    opened = 0.0 if screen == "boot" else -60.0
    return Box(seed=seed, boot_seconds=boot_seconds, screen=_START[screen], since=opened)


def advance(box: Box, time: float) -> Box:
    """Let everything happen that was due by `time` without a key, each at its own moment."""
    while (due := _next_event(box)) is not None and due[0] <= time:
        box = due[1](box, due[0])
    return box


def _next_event(box: Box) -> tuple[float, Callable[[Box, float], Box]] | None:
    events: list[tuple[float, Callable[[Box, float], Box]]] = []
    if box.screen is Screen.BOOT:
        events.append((box.since + box.boot_seconds, lambda box, time: go(box, Screen.HOME, time)))
    if box.screen is Screen.LOADING:
        events.append((box.since + timing.LOADING, player.start))
    if box.live.digits:
        events.append((box.live.digits_at + timing.DIGITS_WAIT, live.commit))
    return min(events, key=lambda event: event[0], default=None)


def press(box: Box, key: str, time: float, *, repeated: bool = False) -> Box:
    """Return the box after `key` reached it at `time`; `repeated` when it is held down."""
    box = advance(box, time)
    if repeated and key not in REPEATING:
        return box
    if key == "KEY_POWER":
        if box.screen is Screen.STANDBY:
            return power_up(box, time)
        return replace(go(box, Screen.STANDBY, time), live=replace(box.live, digits=""), toast_at=-60.0)
    if box.screen in (Screen.STANDBY, Screen.BOOT):
        return box
    if key in ("KEY_VOLUMEUP", "KEY_VOLUMEDOWN", "KEY_MUTE"):
        return volume.press(box, key, time)
    if key in _JUMPS:
        return _JUMPS[key](box, time)
    if key in ("KEY_CHANNELUP", "KEY_CHANNELDOWN") and box.screen is not Screen.GUIDE:
        return live.zap(box, 1 if key == "KEY_CHANNELUP" else -1, time)
    if key.removeprefix("KEY_").isdigit() and box.screen is not Screen.SEARCH:
        return live.digit(box, key, time)
    if key == "KEY_OK" and box.live.digits:
        return live.commit(box, time)
    return _SCREENS[box.screen](box, key, time)
