"""What belongs to one result, as the page loads it when somebody opens that result."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qarunner import Timeline
from qarunner_plugins.report_html.encoding import to_json

if TYPE_CHECKING:
    from qarunner import Result

TIMELINE_LIMIT = 4_000_000
"""Bytes; of a longer timeline, the last `LOG_EVENTS` log lines and the last `OTHER_EVENTS` other events are shown."""
LOG_EVENTS = 5_000
OTHER_EVENTS = 10_000
STACKS = "stacks.txt"
_is_json = msgspec.json.Decoder(msgspec.Raw).decode


def page_name(number: int) -> str:
    """Return the file name of the result at this place of the index."""
    return f"{number:06}.js"


def page_script(result: Result, folder: Path, log_limit: int) -> bytes:
    """Return a script which hands one result to the page; `folder` is the run directory.

    Timelines are passed on as they are, for decoding them would cost more than everything else.
    """
    sizes = {artifact.path: artifact.size for artifact in result.artifacts}
    here = f"{folder}/{result.folder}"
    timeline, usable = _timeline(f"{here}/timeline.json") if "timeline.json" in sizes else (b"null", False)
    texts = {
        name: _text(f"{here}/{name}", sizes[name], log_limit, from_end=name != STACKS)
        for name in _shown_texts(sizes, log_lines_known=usable)
    }
    return b"qa.setPage({result:%b,timeline:%b,texts:%b});\n" % (to_json(result), timeline, to_json(texts))


def _shown_texts(present: Container[str], *, log_lines_known: bool) -> list[str]:
    """Return the files that are shown as text: where no timeline has the log lines, the most complete log."""
    logs = () if log_lines_known else ("combined.log",) if "combined.log" in present else ("stdout.log", "stderr.log")
    return [name for name in (STACKS, *logs) if name in present]


def _timeline(path: str) -> tuple[bytes, bool]:
    """Return the timeline's JSON, shortened when it is very long; ``{"problem": ...}`` and False if it is damaged."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - there may be thousands
            text = file.read()
        if len(text) > TIMELINE_LIMIT:
            return _shortened(text), True
        _is_json(text)
    except (OSError, ValueError) as error:
        return to_json({"problem": f"the timeline cannot be read: {error}"}), False
    return text, True


def _shortened(text: bytes) -> bytes:
    timeline = msgspec.json.decode(text, type=Timeline)
    logs = [event for event in timeline.events if event.kind == "log"][-LOG_EVENTS:]
    others = [event for event in timeline.events if event.kind != "log"][-OTHER_EVENTS:]
    shown = sorted([*logs, *others], key=lambda event: event.time)
    left_out = len(timeline.events) - len(shown)
    short = msgspec.to_builtins(msgspec.structs.replace(timeline, events=tuple(shown)))
    return msgspec.json.encode(
        {**short, "problem": f"{left_out} early events are left out here"} if left_out else short
    )


def _text(path: str, size: int, limit: int, *, from_end: bool) -> dict[str, object]:
    """Return the end of a log, or the start of a file of stacks."""
    try:
        with Path(path).open("rb") as file:
            file.seek(max(0, size - limit) if from_end else 0)
            text = file.read(limit).decode("utf-8", "replace")
    except OSError as error:
        return {"text": "", "problem": str(error)}
    return {"text": text, "left_out": max(0, size - limit)}
