"""How a session uses its node: one lease for all testcases, a fresh exporter after a crash, a video per testcase."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qarunner.errors import QarunnerError
from qarunner.runner.annotations import Annotations
from qarunner.runner.epoch import EpochClock
from qarunner.runner.video import Video

if TYPE_CHECKING:
    from qarunner.nodes.client import NodeHandle
    from qarunner.protocols import Pixels
    from qarunner.runner.evidence import Evidence
    from qarunner.timeline import EventKind


class NodeUse:
    """The node as the session's testcases use it, one after the other.

    :param connect: takes the lease; called again when the exporter has died in between.
    :param with_video: whether testcases are recorded.
    """

    def __init__(self, connect: Callable[[], NodeHandle], *, with_video: bool) -> None:
        self._connect = connect
        self._with_video = with_video
        self.epoch = EpochClock()
        self._handle: NodeHandle | None = None
        self._evidence: Evidence | None = None
        self._nowhere = Annotations(lambda *_event: None)
        self._faulty = False

    @property
    def handle(self) -> NodeHandle:
        """The lease, taken at the first use."""
        if self._handle is None:
            self._handle = self._connect()
        return self._handle

    @property
    def can_hold(self) -> bool:
        """Whether the node is there, and its remote can hold keys."""
        return self._handle is not None and self._handle.can_hold

    @property
    def annotations(self) -> Annotations:
        """Where matches are noted: the running testcase's, or nowhere while none runs."""
        return self._nowhere if self._evidence is None else self._evidence.annotations

    def begin(self, evidence: Evidence) -> None:
        """A testcase begins. An exporter that died in the one before is replaced here."""
        self._evidence = evidence
        if self._handle is not None and self._handle.lost:
            self._handle.close()
            self._handle = None

    def end(self) -> None:
        """The testcase has ended: faults it switched on are switched off."""
        self._evidence = None
        if self._faulty and self._handle is not None and not self._handle.lost:
            self._handle.clear_faults()
        self._faulty = False

    def uses_device(self) -> NodeHandle:
        """Return the node, and begin the running testcase's video at its first use."""
        handle = self.handle
        evidence = self._evidence
        if evidence is not None and self._with_video and evidence.video is None and evidence.frame_size is None:
            evidence.frame_size = handle.config.frame_size
            if handle.config.capture:
                try:
                    evidence.video = Video(handle, evidence.folder)
                except (QarunnerError, OSError) as error:
                    evidence.notes.append(f"no video: {error}")
        return handle

    def looked_at(self, pixels: Pixels, when: float) -> None:
        """The testcase got this frame."""
        if self._evidence is not None:
            self._evidence.looked_at(pixels, when)

    def pressed(self, key: str, start: float, end: float, hold: float | None) -> None:
        """The testcase pressed a key."""
        if self._evidence is not None:
            data = {"key": key} if hold is None else {"key": key, "hold": hold}
            self._evidence.event(start, "press", key, end - start, data)

    def heard(self, when: float, label: str, duration: float, data: dict[str, Any]) -> None:
        """The testcase listened; `when` is monotonic."""
        if self._evidence is not None:
            self._evidence.event(when, "sound", label, duration, data)

    def noted(self, kind: str, label: str, when: float) -> None:
        """The testcase switched the power or a fault."""
        self._faulty = self._faulty or kind == "fault"
        if self._evidence is not None:
            self._evidence.event(when, "fault" if kind == "fault" else "power", label)

    def told(self, when: float, kind: EventKind, label: str, duration: float, data: dict[str, Any]) -> None:
        """The testcase, or who acts for it, did something that its timeline shows."""
        if self._evidence is not None:
            self._evidence.event(when, kind, label, duration, data)

    def close(self) -> None:
        """Give the lease back."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None
