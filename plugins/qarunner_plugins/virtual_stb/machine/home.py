"""Keys on the home menu."""

from __future__ import annotations

from dataclasses import replace

from ..content.catalogue import RAILS
from . import guide, live, player, search, settings, timing
from .state import Box, Home, Screen, go

_OPENERS = {
    "live": live.watch,
    "guide": guide.show,
    "search": search.show,
    "settings": settings.show,
}


def press(box: Box, key: str, time: float) -> Box:
    """Return the box after `key`."""
    if key in ("KEY_LEFT", "KEY_RIGHT"):
        return replace(box, home=_along(box.home, -1 if key == "KEY_LEFT" else 1, time))
    if key in ("KEY_UP", "KEY_DOWN"):
        return replace(box, home=_across(box.home, -1 if key == "KEY_UP" else 1, time))
    if key in ("KEY_OK", "KEY_PLAY"):
        card = box.home.card
        opener = _OPENERS.get(card.opens)
        return opener(box, time) if opener else player.load(box, card, time)
    if key == "KEY_BACK":
        return show(box, time)
    return box


def show(box: Box, time: float) -> Box:
    """Open the home menu; when it is open already, return to its first card."""
    if box.screen is not Screen.HOME:
        return go(box, Screen.HOME, time)
    home = _across(box.home, -box.home.row, time)
    return replace(box, home=_along(home, -home.columns[0], time))


def _along(home: Home, step: int, time: float) -> Home:
    row = home.row
    column = min(max(home.columns[row] + step, 0), len(RAILS[row].cards) - 1)
    if column == home.columns[row]:
        return home
    motion = home.column_motions[row].towards(column, time, timing.FOCUS)
    return replace(
        home,
        before=home.card,
        moved_at=time,
        columns=(*home.columns[:row], column, *home.columns[row + 1 :]),
        column_motions=(*home.column_motions[:row], motion, *home.column_motions[row + 1 :]),
    )


def _across(home: Home, step: int, time: float) -> Home:
    row = min(max(home.row + step, 0), len(RAILS) - 1)
    if row == home.row:
        return home
    motion = home.row_motion.towards(row, time, timing.SCROLL)
    return replace(home, row=row, row_motion=motion, before=home.card, moved_at=time)
