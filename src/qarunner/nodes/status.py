"""What a node says of itself: the records behind ``GET /status`` and the client's `status`."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec


class LeaseInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who drives a node, why and since when. Times of day are seconds of the epoch."""

    holder: str
    reason: str = ""
    user: str = ""
    host: str = ""
    pid: int = 0
    """0 when the holder is not a process of this host."""
    command: str = ""
    since: float = 0.0
    until: float | None = None
    """When it ends by itself or is expected to end; None when it ends with the holder."""

    def __str__(self) -> str:
        process = ", ".join(part for part in (self.command, f"process {self.pid}" if self.pid else "") if part)
        where = f" on {self.host}" if self.host else ""
        who = f"{self.holder}{f' ({self.user}{where}: {process})' if process else where}"
        reason = f" for {self.reason!r}" if self.reason else ""
        end = f"until {_clock(self.until)}" if self.until is not None else "until that ends"
        return f"{who}{reason}, since {_clock(self.since)}, {end}"


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


class RecordingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a video holds, so far or when it is finished."""

    frames: int = 0
    start: float | None = None
    """When its first frame was taken, seconds of CLOCK_MONOTONIC; None when it has no frame."""
    duration: float = 0.0
    """Seconds of video, the last frame's own duration included."""
    size: int = 0
    """Bytes."""
    skipped: int = 0
    """Frames that were captured while it ran and are not in it, because encoding could not keep up."""
    cut: bool = False
    """Whether it ended before it was stopped."""
    sound: bool = False
    """Whether it has a sound track."""
    notes: tuple[str, ...] = ()
    """What a viewer must know, such as ``the video is cut: disk full at 12.3 s``."""


class AudioStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the sound of a capture is."""

    signal: str
    """One of ``starting``, ``sound``, ``none`` (these pictures have no sound), ``lost``."""
    problem: str = ""
    """Why no sound comes, in words."""
    sample_rate: int = 0
    """Samples a second; 0 while that is not known."""
    channels: int = 0
    sample_type: str = ""
    gaps: int = 0
    """How often sound was missing between two blocks."""
    missing: float = 0.0
    """Seconds that these gaps were long, all in all."""


class CaptureStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the capture is."""

    driver: str
    signal: str
    """One of ``starting``, ``frames``, ``no signal``, ``lost``, ``ended``, ``none`` (the node has no capture)."""
    problem: str = ""
    """Why there are no frames, in words."""
    width: int = 0
    """As captured, before scaling to the node's frame size."""
    height: int = 0
    pixel_format: str = ""
    nominal_frame_rate: float = 0.0
    frame_rate: float = 0.0
    """Measured over the last seconds."""
    frames: int = 0
    dropped: int = 0
    """Frames that were missing between others, by the nominal rate; 0 where there is none."""
    delay: float | None = None
    """Seconds from taking a picture until it was in the ring, median of the last seconds; None when unknown."""
    reconnects: int = 0
    audio: AudioStatus | None = None
    """Its sound; None when this driver delivers none."""


class DriverStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the remote or the power outlet is."""

    driver: str
    open: bool
    problem: str = ""


class RemoteStatus(DriverStatus, frozen=True, kw_only=True):
    """How the remote is, and what it can send."""

    keys: tuple[str, ...] | None = ()
    """Names; None when it takes any. Empty also when it could not be opened yet."""
    can_hold: bool = False


class ReaderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A process that reads frames."""

    pid: int
    user: str
    command: str


class RecorderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The recorder process and what it records."""

    pid: int
    ready: bool
    restarts: int
    recordings: tuple[RecordingInfo, ...]


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to know of a node's exporter."""

    node: str
    pid: int
    user: str
    host: str
    since: float
    """Start of the exporter, seconds of the epoch."""
    versions: dict[str, str]
    fingerprint: str
    """Of the configuration it runs with."""
    frame_size: tuple[int, int]
    capture: CaptureStatus
    remote: RemoteStatus | None
    power: DriverStatus | None
    lease: LeaseInfo | None
    waiting: int
    """How many wait for the lease."""
    readers: tuple[ReaderStatus, ...]
    viewers: int
    """Live views over HTTP."""
    recorder: RecorderStatus
    hangs: tuple[str, ...]
    """Driver calls that have not come back within their limit."""
    leaving: bool = False
