"""The one record: what a run and each of its results are. Everything else (reports, stores, APIs) is a view of it.

A result's JSON form is ``result.json`` in its directory, a run's is ``run.json`` in the run directory. Fields are only
ever added; `schema` counts the additions. Times of day are aware UTC datetimes; durations and offsets are seconds
measured on the monotonic clock.
"""

from __future__ import annotations

import enum
import os
import time
import uuid
from datetime import datetime
from typing import TypeVar

import msgspec

from qarunner.decoding import decoder_of

SCHEMA = 1
RESULT_FILE = "result.json"
RUN_FILE = "run.json"
TIMELINE_FILE = "timeline.json"


class Outcome(enum.StrEnum):
    """How a testcase ended. fail: the device is wrong. error: the rig or the test is wrong."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    ERROR = "error"
    SKIP = "skip"


class Phase(enum.StrEnum):
    """When something went wrong; INFRASTRUCTURE is outside the test (crash, kill, lost device)."""

    SETUP = "setup"
    CALL = "call"
    TEARDOWN = "teardown"
    INFRASTRUCTURE = "infrastructure"


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all records: immutable, JSON by msgspec, defaults left out of the file."""


class Failure(Record, frozen=True):
    """One thing that went wrong. The first of a result explains its outcome, the others are kept beside it."""

    outcome: Outcome
    phase: Phase
    kind: str = ""
    """The exception's class name, such as ``MatchTimeout``."""
    message: str = ""
    """One paragraph, as a person would be told."""
    traceback: str = ""


class Step(Record, frozen=True):
    """One step of a behave scenario, or one named step of a function (`qarunner.step`)."""

    keyword: str
    name: str
    status: str
    """behave's own word: passed, failed, error, skipped, undefined, untested, hook_error."""
    started: float | None = None
    """Seconds after the result's start; None when it was never reached."""
    duration: float = 0.0
    location: str = ""
    message: str = ""


class Measurement(Record, frozen=True):
    """A measured value with its limits; both limits are inclusive, None means unlimited."""

    name: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    time: float | None = None
    """Seconds after the result's start."""

    @property
    def within_limits(self) -> bool:
        """Whether ``low <= value <= high``; a value that is not a number is outside."""
        above = self.low is None or self.value >= self.low
        below = self.high is None or self.value <= self.high
        return above and below and self.value == self.value  # false for not-a-number only


class Artifact(Record, frozen=True):
    """A file of the evidence."""

    path: str
    """Relative to the result's directory, with forward slashes."""
    size: int
    """Bytes."""


class Device(Record, frozen=True):
    """What was tested, as far as it is known: the tag, the configuration or a plugin says."""

    model: str = ""
    build: str = ""
    properties: dict[str, str] = {}


class Result(Record, frozen=True, kw_only=True, omit_defaults=False):
    """One execution of one testcase."""

    schema: int = SCHEMA
    id: str
    """UUID version 7, made by the runner; the idempotency key everywhere."""
    run_id: str
    testcase: str
    """``tests/menu.py::test_x`` or ``features/menu.feature::Scenario name``, relative to the test pack's root."""
    folder: str
    """Name of the result's directory below the run directory."""
    node: str = ""
    finished: bool = False
    outcome: Outcome | None = None
    """None while the testcase runs."""
    failures: tuple[Failure, ...] = ()
    reason: str = ""
    """Why it was skipped, or is expected to fail."""
    started: datetime
    duration: float = 0.0
    attempt: int = 1
    """1 for the first execution in this run, 2 for the first retry or repetition, ..."""
    steps: tuple[Step, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    tags: dict[str, str] = {}
    markers: tuple[str, ...] = ()
    """pytest markers or behave tags of the testcase."""
    device: Device = Device()
    video_start: float | None = None
    """Seconds after `started` at which the first frame of ``video.mp4`` was taken; None without a video."""
    notes: tuple[str, ...] = ()
    """What a reader of the evidence must know, such as "the video is cut: disk full"."""
    location: str = ""
    """File and line of the testcase, relative to the test pack's root."""

    @property
    def failure(self) -> Failure | None:
        """The failure which explains the outcome."""
        return self.failures[0] if self.failures else None


class Process(Record, frozen=True):
    """Which process on which boot of which host, so that a reused process number is not mistaken for it."""

    host: str
    boot_id: str
    pid: int
    start_ticks: int
    namespace: str = ""
    """Which numbering of processes `pid` belongs to: containers on one host count on their own."""


class Run(Record, frozen=True, kw_only=True, omit_defaults=False):
    """One session of the runner: a folder of results with what they have in common."""

    schema: int = SCHEMA
    id: str
    node: str = ""
    pack: str = ""
    """Absolute path of the test pack's root."""
    revision: str = ""
    """git commit of the test pack; ``-dirty`` is appended when the work tree differs from it."""
    started: datetime
    duration: float | None = None
    """None while it runs, or when it was killed."""
    exit_code: int | None = None
    command_line: tuple[str, ...] = ()
    category: str = ""
    tags: dict[str, str] = {}
    job_uid: str = ""
    seed: int | None = None
    """Of the order, when it was shuffled."""
    selected: int | None = None
    """How many testcases were to run; None when forever."""
    user: str = ""
    process: Process | None = None
    device: Device = Device()
    versions: dict[str, str] = {}


def new_id() -> str:
    """Return a new UUID version 7: sorts by time to the millisecond, the rest is random (RFC 9562, 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))


RecordType = TypeVar("RecordType", bound=msgspec.Struct)

_encode = msgspec.json.Encoder().encode


def to_json(record: msgspec.Struct) -> bytes:
    """Return the JSON form of a record, one line of UTF-8."""
    return _encode(record)


def from_json(kind: type[RecordType], text: bytes) -> RecordType:
    """Read a record back; unknown fields of a newer schema are passed over.

    :raises msgspec.ValidationError: says what is wrong and at which path, such as ``$.started``.
    """
    return decoder_of(kind).decode(text)
