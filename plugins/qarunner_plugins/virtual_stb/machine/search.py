"""Keys in the search, with its on-screen keyboard."""

from __future__ import annotations

from dataclasses import replace

from ..content.catalogue import Card
from ..content.catalogue import search as find
from . import player, timing
from .state import Box, Screen, Search, go

LETTERS = ("abcdef", "ghijkl", "mnopqr", "stuvwx", "yz1234", "567890")
ACTIONS = ("space", "delete", "clear")
COLUMNS = 6
ACTION_WIDTH = COLUMNS // len(ACTIONS)
RESULT_COLUMNS = 3
MOST_RESULTS = 9
MOST_LETTERS = 18


def show(box: Box, time: float) -> Box:
    """Open an empty search with the cursor on the first letter."""
    return replace(go(box, Screen.SEARCH, time), search=Search())


def results(search: Search) -> tuple[Card, ...]:
    """The cards found for the text typed so far."""
    return find(search.text)[:MOST_RESULTS]


def key_at(search: Search) -> str:
    """The key under the cursor: a character, or one of `ACTIONS`."""
    if search.row < len(LETTERS):
        return LETTERS[search.row][search.column]
    return ACTIONS[search.column // ACTION_WIDTH]


def press(box: Box, key: str, time: float) -> Box:
    """Return the box after `key`."""
    search = box.search
    if key == "KEY_BACK":
        return go(box, box.came_from, time)
    if key in ("KEY_RED", "KEY_YELLOW"):
        return replace(box, search=_type(search, "delete" if key == "KEY_RED" else "clear", time))
    if key.removeprefix("KEY_").isdigit():
        return replace(box, search=_type(search, key.removeprefix("KEY_"), time))
    if search.result is not None:
        return _press_on_result(box, search.result, key, time)
    if key == "KEY_OK":
        return replace(box, search=_type(search, key_at(search), time))
    if key == "KEY_RIGHT" and _right_edge(search) and results(search):
        return replace(box, search=replace(search, result=0))
    steps = {"KEY_UP": (-1, 0), "KEY_DOWN": (1, 0), "KEY_LEFT": (0, -1), "KEY_RIGHT": (0, 1)}
    return replace(box, search=_move(search, *steps[key], time)) if key in steps else box


def _right_edge(search: Search) -> bool:
    width = ACTION_WIDTH if search.row == len(LETTERS) else 1
    return search.column + width >= COLUMNS


def _press_on_result(box: Box, result: int, key: str, time: float) -> Box:
    found = results(box.search)
    if key == "KEY_OK":
        return player.load(box, found[result], time)
    if key == "KEY_LEFT" and result % RESULT_COLUMNS == 0:
        return replace(box, search=replace(box.search, result=None))
    steps = {"KEY_UP": -RESULT_COLUMNS, "KEY_DOWN": RESULT_COLUMNS, "KEY_LEFT": -1, "KEY_RIGHT": 1}
    following = result + steps.get(key, 0)
    return replace(box, search=replace(box.search, result=following)) if 0 <= following < len(found) else box


def _move(search: Search, down: int, right: int, time: float) -> Search:
    row = min(max(search.row + down, 0), len(LETTERS))
    on_actions = row == len(LETTERS)
    width = ACTION_WIDTH if on_actions else 1
    column = min(max(search.column + right * width, 0), COLUMNS - 1)
    if on_actions:
        column -= column % ACTION_WIDTH
    return replace(
        search,
        row=row,
        column=column,
        left=search.left.towards(column, time, timing.FOCUS),
        top=search.top.towards(row, time, timing.FOCUS),
        width=search.width.towards(width, time, timing.FOCUS),
    )


def _type(search: Search, key: str, time: float) -> Search:
    text = search.text
    if key == "delete":
        text = text[:-1]
    elif key == "clear":
        text = ""
    elif len(text) < MOST_LETTERS:
        text = f"{text} " if key == "space" else f"{text}{key}"
    return replace(search, text=text, pressed_at=time, result=None)
