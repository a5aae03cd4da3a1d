"""Trying a node that is not configured yet: a picture, a key, the state of its power."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.node_access import newest_frame
from qarunner.commands.node_checks import look_at_picture
from qarunner.commands.screenshot import write_picture
from qarunner.commands.terminal import say
from qarunner.errors import ConfigurationError, UnknownKeyError, nearest

if TYPE_CHECKING:
    from qarunner.commands.context import Context
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.client import NodeHandle
    from qarunner.protocols import Pixels

CHANGE_LIMIT = 3.0
"""Seconds in which a key should have an effect."""
STILL_FOR = 0.5
DIFFERENT, SHARE = 30, 0.00003
"""A picture has changed when more than this share of its values differ by more than so many levels, as for a letter."""


@contextmanager
def opened(context: Context, config: NodeConfig) -> Iterator[NodeHandle]:
    """Take the lease of a node; its exporter is the one that the configured node will have."""
    from qarunner.nodes.client import connect
    from qarunner.nodes.peers import user_name

    blocked = context.sources.get("block_plugins")
    handle = connect(config, holder=user_name(os.getuid()), reason="node add", blocked=blocked)
    try:
        yield handle
    finally:
        handle.close()


def try_picture(handle: NodeHandle, path: Path) -> None:
    """Wait for a picture, say what is to be seen, and save it.

    :raises QarunnerError: there is none; says why.
    """
    for check in look_at_picture(handle):
        say(f"  {check.subject}: {check.detail}")
        if check.advice:
            say(f"    {check.advice}")
    write_picture(path, newest_frame(handle).pixels)
    say(f"  saved in {path}")


def try_power(handle: NodeHandle) -> None:
    """Say whether the power is on; it is not switched."""
    state = handle.power_state()
    say(f"  power: {'the outlet cannot tell its state' if state is None else 'on' if state else 'off'}")


def press(handle: NodeHandle, key: str) -> None:
    """Press a key, and say whether the picture has changed.

    :raises UnknownKeyError: the remote has no such key; the nearest is named.
    """
    known = handle.keys()
    if known is not None and key not in known:
        advice = nearest(key, known) or f"it has {', '.join(list(known)[:20])}"
        raise UnknownKeyError(f"the remote has no key {key!r}", advice)
    if handle.config.capture is None:
        start, end = handle.press(key)
        say(f"  {key}: sent in {(end - start) * 1000:.0f} ms")
        return
    before = newest_frame(handle).pixels
    moves = _changed_within(handle, before, STILL_FOR) is not None
    before = newest_frame(handle).pixels
    start, end = handle.press(key)
    when = None if moves else _changed_within(handle, before, CHANGE_LIMIT)
    if moves:
        effect = "the picture moved before that already, so look yourself"
    elif when is None:
        effect = f"nothing has changed within {CHANGE_LIMIT:g} s: does the key mean something here, does it arrive?"
    else:
        effect = f"the picture changed {max(0.0, when - start):.2f} s after its begin"
    say(f"  {key}: sent in {(end - start) * 1000:.0f} ms; {effect}")


def _changed_within(handle: NodeHandle, before: Pixels, seconds: float) -> float | None:
    """Return when the first picture that differs was taken (monotonic); None when none did."""
    ends, newest = time.monotonic() + seconds, 0
    while (left := ends - time.monotonic()) > 0:
        frame = handle.frames.newest(newest, left)
        if frame is None:
            return None
        newest = frame.sequence
        if differs(before, frame.pixels):
            return frame.time
    return None


def differs(one: Pixels, other: Pixels) -> bool:
    """Whether two pictures of the same size, shape (height, width, 3), show something different."""
    import cv2

    return bool((cv2.absdiff(one, other) > DIFFERENT).mean() > SHARE)


def free_picture(name: str) -> Path:
    """Return a name for the picture of a node that no file has yet."""
    path, number = Path(f"{name}.png"), 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}.png")
    return path


def check_picture_name(path: Path) -> None:
    """Refuse a file that would not be a picture, or whose folder is not there.

    :raises ConfigurationError: says which.
    """
    from qarunner.commands.screenshot import check_suffix

    check_suffix(str(path))
    if not path.parent.is_dir():
        raise ConfigurationError(f"{path} has no folder", "Name another with --picture FILE")
