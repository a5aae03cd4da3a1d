"""What the exporter and its recorder process say to each other, one JSON message per packet."""

from __future__ import annotations

from qarunner.nodes.messages import Message
from qarunner.nodes.status import RecordingInfo  # noqa: TC001 - msgspec reads it at run time


class Begin(Message, tag="begin"):
    """To the recorder, with the descriptor of the file: record from the picture that is there now on."""

    recording: int
    frame_rate: float
    """Nominal, a hint for the encoder; frames have their real times."""
    longest: float = 0.0
    """Seconds after which it ends by itself; 0 for never."""
    largest: int = 0
    """Bytes after which it ends by itself; 0 for never."""


class End(Message, tag="end"):
    """To the recorder: finish the file."""

    recording: int
    time_ns: int
    """Until when the last frame lasts, nanoseconds of CLOCK_MONOTONIC."""


class Ready(Message, tag="ready"):
    """From the recorder, once: its libraries are loaded."""


class Begun(Message, tag="begun"):
    """From the recorder: answer to `Begin`."""

    recording: int


class Progress(Message, tag="progress"):
    """From the recorder, about once a second: what is in the file for sure."""

    recording: int
    info: RecordingInfo


class Ended(Message, tag="ended"):
    """From the recorder: answer to `End`, or unasked when the file could not be written any more."""

    recording: int
    info: RecordingInfo


ToRecorder = Begin | End
FromRecorder = Ready | Begun | Progress | Ended
