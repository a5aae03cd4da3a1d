"""Draws the search: the text typed so far, the on-screen keyboard and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from ..content.schedule import clock_text
from ..machine import search, timing
from ..machine.tween import ease_out
from . import cards, chrome, theme
from .strokes import LIGHT, MEDIUM

if TYPE_CHECKING:
    from ..content.catalogue import Card
    from ..machine.state import Box
    from .canvas import Canvas

KEYS_LEFT, KEYS_TOP, KEY, KEY_HEIGHT, GAP = 56.0, 196.0, 62.0, 58.0, 6.0
RESULTS_LEFT, RESULTS_TOP, RESULT_PITCH = 520.0, 232.0, 152.0
_LEGEND = ((theme.RED, "Delete"), (theme.YELLOW, "Clear"))


@dataclass(frozen=True, slots=True)
class SearchLook:
    """What is to be seen."""

    text: str
    left: float
    top: float
    width: float
    key: str
    result: int | None
    found: tuple[Card, ...]
    pressed: float
    clock: str


def look(box: Box, time: float) -> SearchLook:
    """What is to be seen at `time`."""
    state = box.search
    return SearchLook(
        text=state.text,
        left=round(state.left.at(time), 3),
        top=round(state.top.at(time), 3),
        width=round(state.width.at(time), 3),
        key=search.key_at(state),
        result=state.result,
        found=search.results(state),
        pressed=round(1 - ease_out((time - state.pressed_at) / timing.FOCUS), 3),
        clock=clock_text(box.minute(time)),
    )


def paint(canvas: Canvas, seen: SearchLook) -> None:
    """Draw it."""
    numpy.copyto(canvas.pixels, chrome.ground(canvas))
    chrome.word_mark(canvas)
    chrome.clock(canvas, seen.clock)
    _field(canvas, seen)
    _keyboard(canvas, seen)
    _results(canvas, seen)
    chrome.legend(canvas, _LEGEND, 692)


def _field(canvas: Canvas, seen: SearchLook) -> None:
    canvas.panel((56, 96, 1168, 72), 20, theme.PANEL)
    canvas.icon("search", (80, 117), 30, theme.ACCENT, weight=2.4)
    x = 130.0
    if seen.text:
        x += canvas.text(seen.text, (x, 144), 34, theme.TEXT, MEDIUM)
    else:
        canvas.text("Search films, series and apps", (x + 14, 143), 28, theme.FAINT, LIGHT)
    canvas.panel((x + 4, 114, 3, 38), 1.5, theme.ACCENT)


def _keyboard(canvas: Canvas, seen: SearchLook) -> None:
    step_x, step_y = KEY + GAP, KEY_HEIGHT + GAP
    for row, letters in enumerate(search.LETTERS):
        for column in range(len(letters)):
            canvas.panel((KEYS_LEFT + column * step_x, KEYS_TOP + row * step_y, KEY, KEY_HEIGHT), 12, theme.PANEL)
    actions_y, action_step = KEYS_TOP + len(search.LETTERS) * step_y, search.ACTION_WIDTH * step_x
    for number in range(len(search.ACTIONS)):
        canvas.panel((KEYS_LEFT + number * action_step, actions_y, action_step - GAP, KEY_HEIGHT), 12, theme.PANEL)
    on_keys = seen.result is None
    if on_keys:
        grow = -3 * seen.pressed
        x, y = KEYS_LEFT + seen.left * step_x - grow, KEYS_TOP + seen.top * step_y - grow
        canvas.panel((x, y, seen.width * step_x - GAP + 2 * grow, KEY_HEIGHT + 2 * grow), 12, theme.FOCUS)
    for row, letters in enumerate(search.LETTERS):
        for column, letter in enumerate(letters):
            colour = theme.ON_FOCUS if on_keys and letter == seen.key else theme.TEXT
            x, y = KEYS_LEFT + column * step_x + KEY / 2, KEYS_TOP + row * step_y + 39
            canvas.text(letter, (x, y), 28, colour, MEDIUM, align=0.5)
    for number, action in enumerate(search.ACTIONS):
        colour = theme.ON_FOCUS if on_keys and action == seen.key else theme.TEXT
        x = KEYS_LEFT + number * action_step + (action_step - GAP) / 2
        canvas.text(action.capitalize(), (x, actions_y + 37), 21, colour, MEDIUM, align=0.5)


def _results(canvas: Canvas, seen: SearchLook) -> None:
    if not seen.found:
        canvas.text("Nothing found", (RESULTS_LEFT, 218), 24, theme.MUTED, MEDIUM)
        return
    title = "Results" if seen.text.strip() else "Suggestions"
    canvas.text(title, (RESULTS_LEFT, 218), 24, theme.TEXT, MEDIUM)
    order = sorted(range(len(seen.found)), key=lambda number: number == seen.result)
    for number in order:
        row, column = divmod(number, search.RESULT_COLUMNS)
        x, y = RESULTS_LEFT + column * (cards.WIDTH + 16), RESULTS_TOP + row * RESULT_PITCH
        cards.draw_card(canvas, seen.found[number], x, y, float(number == seen.result))
