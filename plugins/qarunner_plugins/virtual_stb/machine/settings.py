"""Keys in the settings."""

from __future__ import annotations

from dataclasses import replace

from ..content.preferences import SECTIONS, Entry
from . import timing
from .state import Box, Screen, Settings, go
from .tween import Tween


def show(box: Box, time: float) -> Box:
    """Open the settings at their first section; what was chosen stays."""
    return replace(go(box, Screen.SETTINGS, time), settings=Settings(chosen=box.settings.chosen))


def press(box: Box, key: str, time: float) -> Box:
    """Return the box after `key`."""
    settings = box.settings
    if key == "KEY_BACK" and settings.depth == 0:
        return go(box, box.came_from, time)
    if key in ("KEY_BACK", "KEY_LEFT"):
        return replace(box, settings=_step_to(settings, max(settings.depth - 1, 0), time))
    if key in ("KEY_UP", "KEY_DOWN"):
        return replace(box, settings=_move(settings, -1 if key == "KEY_UP" else 1, time))
    if key in ("KEY_OK", "KEY_RIGHT"):
        return replace(box, settings=_enter(settings, time, choose=key == "KEY_OK"))
    return box


def choice(settings: Settings, section: int, entry: int) -> int:
    """Position of what is chosen on a line."""
    return settings.chosen.get((section, entry), SECTIONS[section].entries[entry].initial)


def _step_to(settings: Settings, depth: int, time: float) -> Settings:
    if depth == settings.depth:
        return settings
    return replace(settings, depth=depth, depth_motion=settings.depth_motion.towards(depth, time, timing.FADE))


def _move(settings: Settings, step: int, time: float) -> Settings:
    if settings.depth == 0:
        section = min(max(settings.section + step, 0), len(SECTIONS) - 1)
        motion = settings.section_motion.towards(section, time, timing.FOCUS)
        return replace(settings, section=section, section_motion=motion, entry=0, entry_motion=Tween.still(0))
    if settings.depth == 1:
        entry = min(max(settings.entry + step, 0), len(SECTIONS[settings.section].entries) - 1)
        return replace(settings, entry=entry, entry_motion=settings.entry_motion.towards(entry, time, timing.FOCUS))
    return settings


def _enter(settings: Settings, time: float, *, choose: bool) -> Settings:
    if settings.depth == 0:
        return _step_to(replace(settings, entry=0, entry_motion=Tween.still(0)), 1, time)
    entry: Entry = SECTIONS[settings.section].entries[settings.entry]
    if settings.depth == 1 and entry.page:
        return _step_to(settings, 2, time)
    if settings.depth == 1 and choose:
        line = (settings.section, settings.entry)
        following = (choice(settings, *line) + 1) % len(entry.choices)
        chosen = {**settings.chosen, line: following}
        return replace(settings, chosen=chosen, chosen_at=time, chosen_last=line)
    return settings
