"""What clients and the exporter say to each other on the control socket: one JSON message per packet.

A client asks and gets one answer, except that `TakeLease` may be answered by some `Waiting` before its `Granted`.
Descriptors (the frame ring, a video's output file) travel beside the message.
"""

from __future__ import annotations

import msgspec

from qarunner.nodes.status import LeaseInfo, NodeStatus, RecordingInfo


class Message(msgspec.Struct, kw_only=True, tag_field="say"):
    """Base of all messages; the tag is the class name."""


class Hello(Message, tag="hello"):
    """First on every connection. Answer: `Welcome`, or `Refused` for a user who may not use the node."""

    fingerprint: str


class TakeLease(Message, tag="take-lease"):
    """Ask for the lease, which lives as long as this connection. Answer: `Granted`, before that maybe `Waiting`."""

    holder: str
    reason: str
    wait: float = 0.0
    until: float | None = None
    """Until when the holder expects to need it (seconds of the epoch), for others to read; it is not enforced."""


class Attach(Message, tag="attach"):
    """Act under a lease that another connection holds. Answer: `Done`."""

    token: str


class EndLease(Message, tag="end-lease"):
    """Give the lease back. Answer: `Done`, when all that was done under it is undone."""


class OpenFrames(Message, tag="open-frames"):
    """Turn this connection into a reader of frames. Answer: `Ring` with its descriptor, then doorbells."""


class OpenAudio(Message, tag="open-audio"):
    """Turn this connection into a reader of sound, which hears of the exporter's end. Answer: `AudioRing`."""


class AskStatus(Message, tag="ask-status"):
    """Answer: `StatusIs`."""


class Leave(Message, tag="leave"):
    """Ask the exporter to end because another configuration is wanted. Answer: `Done`, or `Refused` when in use."""


class Press(Message, tag="press"):
    """Answer: `Pressed`. This and what follows needs the lease."""

    key: str


class KeyDown(Message, tag="keydown"):
    """Answer: `Pressed`."""

    key: str


class KeyUp(Message, tag="keyup"):
    """Answer: `Pressed`."""

    key: str


class SetPower(Message, tag="set-power"):
    """Answer: `PowerIs`."""

    on: bool


class AskPower(Message, tag="ask-power"):
    """Answer: `PowerIs`."""


class AskFaults(Message, tag="ask-faults"):
    """Answer: `FaultsAre`."""


class InjectFault(Message, tag="inject-fault"):
    """Answer: `Done`."""

    name: str
    value: float


class ClearFaults(Message, tag="clear-faults"):
    """Answer: `Done`."""


class StartRecording(Message, tag="start-recording"):
    """Record into the file whose descriptor comes with it. Answer: `Done` once the recorder is at work."""


class StopRecording(Message, tag="stop-recording"):
    """Answer: `Recorded`."""


Request = (
    Hello
    | TakeLease
    | Attach
    | EndLease
    | OpenFrames
    | OpenAudio
    | AskStatus
    | Leave
    | Press
    | KeyDown
    | KeyUp
    | SetPower
    | AskPower
    | AskFaults
    | InjectFault
    | ClearFaults
    | StartRecording
    | StopRecording
)


class Welcome(Message, tag="welcome"):
    """The exporter's name and number."""

    node: str
    pid: int
    fingerprint: str


class Refused(Message, tag="refused"):
    """Carries one of `qarunner.errors` by the name of its class."""

    error: str
    problem: str
    advice: str = ""


class Done(Message, tag="done"):
    """It is done."""


class Waiting(Message, tag="waiting"):
    """Who holds the lease that was asked for; repeated when that changes."""

    lease: LeaseInfo


class Granted(Message, tag="granted"):
    """The lease, with what the node can do."""

    token: str
    keys: tuple[str, ...] | None = None
    """What the remote can send; None when it takes any, empty without a remote."""
    can_hold: bool = False


class Ring(Message, tag="ring"):
    """Comes with the descriptor of the frame ring."""


class AudioRing(Message, tag="audio-ring"):
    """Comes with the descriptor of the memory that holds the last seconds of sound."""


class StatusIs(Message, tag="status-is"):
    """The node's status."""

    status: NodeStatus


class Pressed(Message, tag="pressed"):
    """When the driver's call began and when it returned, in seconds of CLOCK_MONOTONIC."""

    start: float
    end: float


class PowerIs(Message, tag="power-is"):
    """Whether the power is on; None when the outlet cannot tell."""

    on: bool | None


class FaultsAre(Message, tag="faults-are"):
    """The faults that can be injected, each with a sentence."""

    faults: dict[str, str]


class Recorded(Message, tag="recorded"):
    """What the finished video holds."""

    info: RecordingInfo


Reply = (
    Welcome
    | Refused
    | Done
    | Waiting
    | Granted
    | Ring
    | AudioRing
    | StatusIs
    | Pressed
    | PowerIs
    | FaultsAre
    | Recorded
)
