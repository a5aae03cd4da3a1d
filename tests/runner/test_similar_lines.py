"""Lines that say the same are written once a second."""

from __future__ import annotations

import logging
import time

from qarunner.runner.similar_lines import SimilarLines


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("stbt", logging.DEBUG, "", 0, message, (), None)


def test_lines_that_differ_only_in_numbers_are_left_out_and_counted(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines = SimilarLines()
    written = []
    for frame in range(70):
        now[0] = 100 + frame / 30
        line = record(f"no match at {frame / 30:.3f} in x=-{frame}")
        if lines.filter(line):
            written.append(line.getMessage())
    assert written == [
        "no match at 0.000 in x=-0",
        "no match at 1.000 in x=-30 (29 lines like this one left out)",
        "no match at 2.000 in x=-60 (29 lines like this one left out)",
    ]


def test_lines_that_say_something_else_pass():
    lines = SimilarLines()
    assert all(lines.filter(record(message)) for message in ("searching for a.png", "searching for b.png", "found"))
