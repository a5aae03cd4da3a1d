"""Draws the settings: sections at the left, their lines at the right, pages of facts over the lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from ..content.preferences import SECTIONS, Entry
from ..content.schedule import clock_text
from ..machine import settings, timing
from ..machine.tween import ease_out
from . import chrome, theme
from .strokes import MEDIUM, REGULAR

if TYPE_CHECKING:
    from ..machine.state import Box
    from .canvas import Canvas

TOP, PITCH, ROW = 168.0, 72.0, 64.0
_LEFT_WIDTH, _RIGHT = 308.0, 424.0
_RIGHT_WIDTH = 1224 - _RIGHT


@dataclass(frozen=True, slots=True)
class SettingsLook:
    """What is to be seen."""

    depth: float
    level: int
    section: float
    section_index: int
    entry: float
    entry_index: int
    choices: tuple[int, ...]
    switching: tuple[int, float]
    """The line whose choice changes now, and how far its switch has come."""
    clock: str


def look(box: Box, time: float) -> SettingsLook:
    """What is to be seen at `time`."""
    state = box.settings
    entries = SECTIONS[state.section].entries
    changed = state.chosen_last[1] if state.chosen_last and state.chosen_last[0] == state.section else -1
    return SettingsLook(
        depth=round(state.depth_motion.at(time), 3),
        level=state.depth,
        section=round(state.section_motion.at(time), 3),
        section_index=state.section,
        entry=round(state.entry_motion.at(time), 3),
        entry_index=state.entry,
        choices=tuple(settings.choice(state, state.section, number) for number in range(len(entries))),
        switching=(changed, round(ease_out((time - state.chosen_at) / timing.FOCUS), 3)),
        clock=clock_text(box.minute(time)),
    )


def paint(canvas: Canvas, seen: SettingsLook) -> None:
    """Draw it."""
    numpy.copyto(canvas.pixels, chrome.ground(canvas))
    chrome.word_mark(canvas)
    chrome.clock(canvas, seen.clock)
    chrome.heading(canvas, "Settings", 128)
    _sections(canvas, seen)
    _trail(canvas, seen)
    page = max(0.0, seen.depth - 1)
    if page < 1:
        _entries(canvas, seen, -60 * page, 1 - page)
    if page > 0:
        _page(canvas, seen, 60 * (1 - page), page)


def _sections(canvas: Canvas, seen: SettingsLook) -> None:
    inside = min(seen.depth, 1.0)
    y = TOP + seen.section * PITCH
    canvas.panel((chrome.MARGIN, y, _LEFT_WIDTH, ROW), 16, theme.mix(theme.FOCUS, theme.RAISED, inside))
    for number, section in enumerate(SECTIONS):
        near = max(0.0, 1 - abs(number - seen.section)) * (1 - inside)
        colour = theme.mix(theme.TEXT, theme.ON_FOCUS, 1.0 if near > 0.5 else 0.0)
        line = TOP + number * PITCH
        canvas.icon(section.icon, (chrome.MARGIN + 20, line + 18), 28, colour)
        canvas.text(section.title, (chrome.MARGIN + 66, line + 41), 25, colour, MEDIUM)


def _trail(canvas: Canvas, seen: SettingsLook) -> None:
    section = SECTIONS[seen.section_index]
    x = _RIGHT
    x += canvas.text(section.title, (x, 126), 28, theme.TEXT if seen.level < 2 else theme.MUTED, MEDIUM)
    if seen.level == 2:
        canvas.icon("chevron", (x + 8, 105), 24, theme.MUTED, weight=2.4)
        canvas.text(section.entries[seen.entry_index].title, (x + 42, 126), 28, theme.TEXT, MEDIUM)


def _entries(canvas: Canvas, seen: SettingsLook, shift: float, opacity: float) -> None:
    entries = SECTIONS[seen.section_index].entries
    focus = min(seen.depth, 1.0)
    for number in range(len(entries)):
        canvas.panel((_RIGHT + shift, TOP + number * PITCH, _RIGHT_WIDTH, ROW), 16, theme.PANEL, opacity)
    if focus > 0:
        canvas.panel((_RIGHT + shift, TOP + seen.entry * PITCH, _RIGHT_WIDTH, ROW), 16, theme.FOCUS, focus * opacity)
    for number, entry in enumerate(entries):
        lit = focus * max(0.0, 1 - abs(number - seen.entry)) > 0.5
        y = TOP + number * PITCH
        canvas.text(
            entry.title,
            (_RIGHT + 28 + shift, y + 41),
            25,
            theme.ON_FOCUS if lit else theme.TEXT,
            MEDIUM,
            opacity=opacity,
        )
        _value(canvas, seen, number, entry, shift, opacity, lit=lit)


def _value(
    canvas: Canvas, seen: SettingsLook, number: int, entry: Entry, shift: float, opacity: float, *, lit: bool
) -> None:
    right, y = 1224 - 28 + shift, TOP + number * PITCH
    muted = theme.ON_FOCUS_MUTED if lit else theme.MUTED
    if entry.page:
        canvas.icon("chevron", (right - 22, y + 20), 24, muted, opacity, weight=2.4)
    elif entry.is_switch:
        on = float(seen.choices[number])
        if seen.switching[0] == number:
            on = on * seen.switching[1] + (1 - on) * (1 - seen.switching[1])
        _switch(canvas, right - 64, y + 15, on, opacity, lit=lit)
    else:
        canvas.text(entry.choices[seen.choices[number]], (right, y + 41), 23, muted, REGULAR, align=1, opacity=opacity)


def _switch(canvas: Canvas, x: float, y: float, on: float, opacity: float, *, lit: bool) -> None:
    off = theme.bgr("b4bdd2") if lit else theme.EDGE
    canvas.panel((x, y, 64, 34), 17, theme.mix(off, theme.ACCENT, on), opacity)
    canvas.panel((x + 4 + 30 * on, y + 4, 26, 26), 13, theme.WHITE, opacity)


def _page(canvas: Canvas, seen: SettingsLook, shift: float, opacity: float) -> None:
    facts = SECTIONS[seen.section_index].entries[seen.entry_index].page
    canvas.panel((_RIGHT + shift, TOP, _RIGHT_WIDTH, PITCH * len(facts) + 8), 20, theme.PANEL, opacity)
    for number, (name, value) in enumerate(facts):
        y = TOP + 4 + number * PITCH
        if number:
            canvas.panel((_RIGHT + 32 + shift, y, _RIGHT_WIDTH - 64, 2), 1, theme.RAISED, opacity)
        canvas.text(name, (_RIGHT + 32 + shift, y + 46), 25, theme.MUTED, REGULAR, opacity=opacity)
        canvas.text(value, (_RIGHT + 290 + shift, y + 46), 26, theme.TEXT, MEDIUM, opacity=opacity)
