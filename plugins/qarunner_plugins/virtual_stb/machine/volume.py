"""The volume keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import timing

if TYPE_CHECKING:
    from .state import Box

LOUDEST = 20


def press(box: Box, key: str, time: float) -> Box:
    """Return the box after a volume key; its bar comes up."""
    volume = box.volume
    if key == "KEY_MUTE":
        return replace(box, volume=replace(volume, muted=not volume.muted, shown_at=time))
    level = min(max(volume.level + (1 if key == "KEY_VOLUMEUP" else -1), 0), LOUDEST)
    motion = volume.motion.towards(level, time, timing.FOCUS)
    return replace(box, volume=replace(volume, level=level, muted=False, shown_at=time, motion=motion))
