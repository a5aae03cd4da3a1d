"""Tells a person how far a long piece of work is."""

from __future__ import annotations

import sys
import time
from typing import Self

from qarunner.commands.terminal import note

ON_A_TERMINAL, ELSEWHERE = 0.2, 15.0
"""Seconds between two messages."""


class Progress:
    """Called with what is done, how many of it are, and of how many, again and again; tells it now and then.

    On a terminal it is one line that changes, elsewhere a line each; nothing of it gets into the output proper.
    """

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._every = ON_A_TERMINAL if self._terminal else ELSEWHERE
        self._told = time.monotonic()
        self._what = self._shown = ""

    def __call__(self, what: str, done: int, of: int) -> None:
        """Tell it, if it is time."""
        new = self._terminal and what != self._what
        if not new and time.monotonic() - self._told < self._every:
            return
        self._told, self._what = time.monotonic(), what
        self._tell(f"{what}: {done} of {of}" if of else what)

    def _tell(self, text: str) -> None:
        if not self._terminal:
            note(text)
            return
        sys.stderr.write(f"\r{text.ljust(len(self._shown))}")
        sys.stderr.flush()
        self._shown = text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._shown:
            self._tell("")
            sys.stderr.write("\r")
            sys.stderr.flush()


def size(count: int) -> str:
    """Return a number of bytes as a person writes it: ``512 bytes``, ``1.5 MB``, ``20 GB``."""
    value, units = float(count), iter(("kB", "MB", "GB", "TB"))
    unit = "bytes"
    while value >= 1000 and unit != "TB":  # noqa: PLR2004 - decimal units, as disks are sold
        value, unit = value / 1000, next(units)
    return f"{value:.0f} bytes" if unit == "bytes" else f"{value:.3g} {unit}"
