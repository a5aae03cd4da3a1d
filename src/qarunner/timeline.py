"""What happened in a result, in the order of time: the content of ``timeline.json``."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from qarunner.results import SCHEMA, Record

EventKind = Literal[
    "press", "match", "motion", "step", "log", "measurement", "power", "fault", "sound", "note", "state"
]


class Event(Record, frozen=True):
    """One event.

    `time`: seconds of video time, 0 being the first frame of ``video.mp4`` (events before it are negative); without a
    video, seconds after the result's start.
    `data`, by kind: press: key, hold (seconds). match: image, matched, region [x, y, right, bottom] in frame pixels,
    score. motion: moving, region. step: keyword, status. log: stream (stdout, stderr or a logger's name), level.
    measurement: value, unit, low, high, within_limits. state, of a strategy: the state that a look has found (null for
    an unknown one); or for a transition its name as transition, from (null likewise), to, status (passed, error,
    interrupted). sound: found, threshold, rms and peak (dBFS of each channel).
    """

    time: float
    kind: EventKind
    label: str
    duration: float = 0.0
    data: dict[str, Any] = {}


class Timeline(Record, frozen=True, kw_only=True, omit_defaults=False):
    """All events of one result, sorted by time."""

    schema: int = SCHEMA
    result_id: str
    origin: Literal["video", "start"]
    started: datetime
    """The time of day (UTC) of time 0."""
    frame_size: tuple[int, int] | None = None
    """Width and height that regions refer to."""
    events: tuple[Event, ...] = ()
