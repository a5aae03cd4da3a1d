"""Keeps a test that looks thirty times a second from filling its log with thirty lines a second that say the same."""

from __future__ import annotations

import logging
import re
import time

PAUSE = 1.0
"""Seconds for which a line is left out when one like it was just written."""


class SimilarLines(logging.Filter):
    """Passes one of all records that differ only in numbers, once a second, and says how many were left out."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, tuple[float, int]] = {}

    def forget(self) -> None:
        """Begin anew, with another testcase."""
        self._last.clear()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        now = time.monotonic()
        message = record.getMessage()
        shape = re.sub(r"[-\d.]+", "#", message)
        written, left_out = self._last.get(shape, (now - PAUSE, 0))
        if now - written < PAUSE:
            self._last[shape] = (written, left_out + 1)
            return False
        self._last[shape] = (now, 0)
        if left_out:
            record.msg, record.args = f"{message} ({left_out} lines like this one left out)", ()
        return True
