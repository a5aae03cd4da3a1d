"""The ends of logs, as pages show them: each line with its time, and where in the video that was."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 64 * 1024
"""Bytes of a log on a page; the rest is behind a link, so that no page grows with what a testcase wrote."""
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:\+00:00|Z) ")
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Ending:
    """The end of a log. `left_out`: bytes before it. `size`: bytes of the whole log."""

    text: str
    left_out: int
    size: int


@dataclass(frozen=True)
class Line:
    """A line of a log. `clock`: the time of day (UTC), empty when the line does not begin with one."""

    text: str
    clock: str = ""
    moment: float | None = None
    """Seconds of video time; None where there is no video, or not yet."""


def ending_of(file: BinaryIO, shown: int = SHOWN) -> Ending:
    """Return the end of a log, from the beginning of a line on."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - shown)
    file.seek(start)
    data = file.read(size - start)
    if start:
        line = data.find(b"\n") + 1
        start, data = start + line, data[line:]
    return Ending(plain(data.decode("utf-8", "replace")), start, size)


def plain(text: str) -> str:
    """Return a text without the codes that colour terminals, and without other controls."""
    return _CODES.sub("", text.replace("\r\n", "\n"))


def lines_of(text: str, video_began: datetime | None) -> Iterable[Line]:
    """Take a log apart.

    :param video_began: the time of the video's first frame.
    """
    return [_line(line, video_began) for line in text.splitlines()]


def _line(text: str, video_began: datetime | None) -> Line:
    found = _STAMP.match(text)
    if found is None:
        return Line(text)
    try:
        time = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return Line(text)
    seconds = None if video_began is None else (time - video_began).total_seconds()
    clock = f"{time:%H:%M:%S}.{time.microsecond // 1000:03}"
    return Line(text[found.end() :], clock, seconds if seconds is not None and seconds >= 0 else None)
