"""Draws the guide: what is on, in a grid of channels and times."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy

from ..content.channels import CHANNELS
from ..content.schedule import Programme, clock_text, programmes_between
from ..machine import guide
from . import chrome, theme
from .canvas import shorten, wrap
from .scenes.gallery import make_scene
from .sprite import blit, cut_out
from .strokes import BOLD, MEDIUM, REGULAR

if TYPE_CHECKING:
    from ..machine.state import Box
    from .canvas import Canvas
    from .sprite import Pixels

LEFT, TOP = 270.0, 282.0
PER_MINUTE = (1280 - LEFT) / guide.VIEW
ROW, GAP = 60.0, 5.0
_LEGEND = (
    (theme.RED, "Now"), (theme.GREEN, "Remind me"), (theme.YELLOW, "3 hours back"), (theme.BLUE, "3 hours on"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GuideLook:
    """What is to be seen: minutes and rows, with fractions while they move."""

    seed: int
    window: float
    top: float
    row: float
    begin: float
    end: float
    focused: Programme
    channel: int
    minute: float
    reminders: frozenset[tuple[int, int]]


def look(box: Box, time: float) -> GuideLook:
    """What is to be seen at `time`."""
    state = box.guide
    row = state.focus_row.at(time)
    return GuideLook(
        seed=box.seed,
        window=round(state.window.at(time), 2),
        top=round(min(max(row - 2.5, 0.0), float(len(CHANNELS) - guide.ROWS)), 3),
        row=round(row, 3),
        begin=round(state.focus_begin.at(time), 2),
        end=round(state.focus_end.at(time), 2),
        focused=guide.focused(box),
        channel=state.channel,
        minute=int(box.minute(time)),
        reminders=state.reminders,
    )


def paint(canvas: Canvas, seen: GuideLook) -> None:
    """Draw it."""
    numpy.copyto(canvas.pixels, chrome.ground(canvas))
    chrome.word_mark(canvas)
    canvas.text("TV guide", (chrome.MARGIN + 168, 58), 23, theme.MUTED, MEDIUM)
    _details(canvas, seen)
    _times(canvas, seen)
    top = canvas.px(TOP)
    bottom = canvas.px(TOP + guide.ROWS * (ROW + GAP))
    grid = canvas.on(canvas.pixels[top:bottom])
    cells = list(_cells(seen))
    for cell in cells:
        if cell.width > GAP + 2:
            on_now = cell.programme.start <= seen.minute < cell.programme.end
            grid.panel((cell.x, cell.y, cell.width - GAP, ROW), 10, theme.RAISED if on_now else theme.PANEL)
    _now(grid, seen)
    for cell in cells:
        on_now = cell.programme.start <= seen.minute < cell.programme.end
        _title(grid, seen, cell, theme.TEXT if on_now else theme.MUTED)
    _highlight(grid, seen)
    _stations(grid, seen)
    chrome.legend(canvas, _LEGEND, 706)


def _details(canvas: Canvas, seen: GuideLook) -> None:
    programme, _station = seen.focused, CHANNELS[seen.channel]
    picture = canvas.cache.get(*_art_of(canvas, seen.channel))
    for neighbour in (seen.channel + 1, seen.channel - 1):
        if 0 <= neighbour < len(CHANNELS):
            canvas.cache.ahead(*_art_of(canvas, neighbour))
    canvas.pixels[: picture.shape[0], canvas.width - picture.shape[1] :] = picture
    chrome.clock(canvas, clock_text(seen.minute))
    times = f"{clock_text(programme.start)} \u2013 {clock_text(programme.end)}  \u00b7  {programme.genre}"
    canvas.text(programme.title, (chrome.MARGIN, 128), 42, theme.TEXT, BOLD)
    canvas.text(times, (chrome.MARGIN, 164), 20, theme.ACCENT, MEDIUM)
    for number, line in enumerate(wrap(programme.synopsis, 20, 640)[:2]):
        canvas.text(line, (chrome.MARGIN, 196 + 26 * number), 20, theme.MUTED, REGULAR)


def _art_of(canvas: Canvas, channel: int) -> tuple[tuple[str, int, int], Callable[[], Pixels]]:
    """The name of a channel's art among what is kept, and what draws it."""
    return ("guide art", channel, canvas.width), functools.partial(_art, canvas, channel)


def _art(canvas: Canvas, channel: int) -> Pixels:
    """The channel's picture at the upper right, fading into the ground."""
    station = CHANNELS[channel]
    width, height = canvas.px(430), canvas.px(242)
    pixels = numpy.empty((height, width, 3), numpy.uint8)
    make_scene(station.scene, width, height, station.palette, station.number).paint(pixels, 22)
    xs = numpy.clip(numpy.linspace(0, 1, width, dtype=numpy.float32)[None, :] / 0.6, 0, 1)
    ys = numpy.clip((1 - numpy.linspace(0, 1, height, dtype=numpy.float32)[:, None]) / 0.4, 0, 1)
    from_top = numpy.clip(numpy.linspace(0, 1, height, dtype=numpy.float32)[:, None] / 0.3 - 0.8, 0, 1)
    mask = (xs * xs * (3 - 2 * xs) * ys * from_top * 225).astype(numpy.uint8)
    under = chrome.ground(canvas)[:height, canvas.width - width :].copy()
    blit(under, cut_out(pixels, mask), 0, 0)
    return under


def _x(seen: GuideLook, minute: float) -> float:
    return LEFT + (minute - seen.window) * PER_MINUTE


def _times(canvas: Canvas, seen: GuideLook) -> None:
    minute = seen.window // guide.SLOT * guide.SLOT
    while (x := _x(seen, minute)) < canvas.width / canvas.scale:
        if x >= LEFT - 1:
            canvas.text(clock_text(minute), (x + 4, TOP - 14), 19, theme.MUTED, MEDIUM)
        minute += guide.SLOT
    now = _x(seen, seen.minute)
    if now > LEFT:
        canvas.panel((now - 5, TOP - 12, 10, 10), 5, theme.RED)


def _now(canvas: Canvas, seen: GuideLook) -> None:
    """The line through the grid at the present minute."""
    now = _x(seen, seen.minute)
    if now > LEFT:
        canvas.panel((now - 1, 0, 2, guide.ROWS * (ROW + GAP) - GAP), 0, theme.RED, 0.8)


def _rows(seen: GuideLook) -> range:
    return range(int(seen.top), min(int(seen.top) + guide.ROWS + 1, len(CHANNELS)))


@dataclass(frozen=True, slots=True)
class _Cell:
    """A programme's place in the grid, cut off at the left edge."""

    programme: Programme
    row: int
    x: float
    y: float
    width: float


def _cells(seen: GuideLook) -> Iterator[_Cell]:
    """Each cell in view."""
    for row in _rows(seen):
        y = (row - seen.top) * (ROW + GAP)
        for programme in programmes_between(seen.seed, row, seen.window, seen.window + guide.VIEW):
            begin, end = max(_x(seen, programme.start), LEFT), _x(seen, programme.end)
            yield _Cell(programme, row, begin, y, end - begin)


def _title(canvas: Canvas, seen: GuideLook, cell: _Cell, colour: theme.Colour) -> None:
    x, room = cell.x + 16, min(cell.width, canvas.width / canvas.scale - cell.x) - 36
    if (cell.row, cell.programme.start) in seen.reminders and room > 40:
        canvas.icon("bell", (x - 2, cell.y + 18), 22, theme.YELLOW)
        x, room = x + 30, room - 30
    text = shorten(cell.programme.title, 21, round(room), MEDIUM)
    if text:
        canvas.text(text, (x, cell.y + 38), 21, colour, MEDIUM)


def _highlight(canvas: Canvas, seen: GuideLook) -> None:
    begin, end = max(_x(seen, seen.begin), LEFT), min(_x(seen, seen.end), canvas.width / canvas.scale + 20)
    y = (seen.row - seen.top) * (ROW + GAP)
    if end - begin <= GAP + 2:
        return
    canvas.panel((begin, y, end - begin - GAP, ROW), 10, theme.FOCUS)
    _title(canvas, seen, _Cell(seen.focused, seen.channel, begin, y, end - begin), theme.ON_FOCUS)


def _stations(canvas: Canvas, seen: GuideLook) -> None:
    edge = canvas.px(LEFT) - canvas.px(GAP)
    first = canvas.px(TOP)
    canvas.pixels[:, :edge] = chrome.ground(canvas)[first : first + canvas.height, :edge]
    for row in _rows(seen):
        y = (row - seen.top) * (ROW + GAP)
        near = max(0.0, 1 - abs(row - seen.row))
        colour = theme.mix(theme.MUTED, theme.TEXT, near)
        canvas.text(str(CHANNELS[row].number), (chrome.MARGIN + 26, y + 38), 21, theme.FAINT, MEDIUM, align=1)
        canvas.text(CHANNELS[row].name, (chrome.MARGIN + 42, y + 38), 21, colour, MEDIUM)
