"""A node as its exporter serves it: what can be done with it, by whom, and what is undone when a lease ends."""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import threading
import time
from typing import TYPE_CHECKING

from qarunner._version import __version__
from qarunner.errors import ConfigurationError, DeviceError
from qarunner.nodes.activity import Activity
from qarunner.nodes.devices import CLOSE_LIMIT, PowerSwitch, RemoteControl
from qarunner.nodes.leases import Lease, Leases
from qarunner.nodes.names import fingerprint
from qarunner.nodes.peers import user_name
from qarunner.nodes.pictures import Pictures
from qarunner.nodes.status import CaptureStatus, LeaseInfo, NodeStatus, RecordingInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner.node_config import NodeConfig
    from qarunner.nodes.capture_loop import CaptureLoop
    from qarunner.nodes.driver_calls import WatchedCalls
    from qarunner.nodes.faults import Faults
    from qarunner.nodes.hub import FrameHub
    from qarunner.nodes.recorder_link import RecorderLink

LONGEST_UNLEASED_HOLD = 30.0
"""Seconds after which a key is released that was pressed down by somebody without a lease."""

SOUND_LIMIT = 5.0
"""Seconds that a capture which is just being opened is given to say whether it has sound."""
NO_SOUND = "docs/reference/devices.md says which captures deliver sound, and when"


class ServedNode:
    """One node with its hub, drivers, recorder and lease book. Its methods may be called on any thread.

    Those that drive the node take the caller's lease token and raise `NodeBusyError` when another has the lease;
    without any lease an empty token will do.
    """

    def __init__(
        self,
        config: NodeConfig,
        hub: FrameHub,
        recorder: RecorderLink,
        *,
        capture: CaptureLoop | None,
        remote: RemoteControl | None,
        power: PowerSwitch | None,
        faults: Faults,
        stays: bool = False,
    ) -> None:
        self.config = config
        self.stays = stays
        self.fingerprint = fingerprint(config)
        self.hub = hub
        self.recorder = recorder
        self.capture = capture
        self.faults = faults
        self.leases = Leases(config.id)
        self.pictures = Pictures(hub, config.id)
        self.activity = Activity()
        self.leaving = threading.Event()
        self.since = time.time()
        self._remote = remote
        self._power = power
        self._recordings: dict[str, int] = {}
        self._recording_lock = threading.Lock()

    @property
    def remote(self) -> RemoteControl:
        """The remote control.

        :raises ConfigurationError: the node has none.
        """
        if self._remote is None:
            raise ConfigurationError(f"node {self.config.id!r} has no remote", "Configure `remote` of the node")
        return self._remote

    @property
    def power(self) -> PowerSwitch:
        """The power outlet.

        :raises ConfigurationError: the node has none.
        """
        if self._power is None:
            raise ConfigurationError(f"node {self.config.id!r} has no power outlet", "Configure `power` of the node")
        return self._power

    @property
    def has_remote(self) -> bool:
        """Whether it has a remote."""
        return self._remote is not None

    def audio_memory(self) -> int:
        """Return the descriptor of the memory with its sound.

        :raises DeviceError: it delivers none; says why.
        """
        audio = self.capture.audio if self.capture is not None else None
        if self.capture is None or audio is None:
            driver = f"{self.capture.name} delivers pictures only" if self.capture else "it has no capture"
            raise DeviceError(f"node {self.config.id!r} has no sound: {driver}", NO_SOUND)
        audio.known.wait(SOUND_LIMIT)
        if audio.status.signal == "none":
            raise DeviceError(f"node {self.config.id!r} has no sound: {audio.status.problem}", NO_SOUND)
        return audio.descriptor

    def press(self, token: str, key: str) -> tuple[float, float]:
        """Press a key; return start and end in seconds of CLOCK_MONOTONIC."""
        self.leases.check(token)
        return self.remote.press(key)

    def keydown(self, token: str, key: str) -> tuple[float, float]:
        """Hold a key down until `keyup` or the end of the lease."""
        return self.remote.keydown(key, self.leases.check(token))

    def keyup(self, token: str, key: str) -> tuple[float, float]:
        """Release a key."""
        self.leases.check(token)
        return self.remote.keyup(key)

    def set_power(self, token: str, *, on: bool) -> None:
        """Switch the outlet."""
        self.leases.check(token)
        self.power.set(on=on)

    def inject_fault(self, token: str, name: str, value: float) -> None:
        """Switch a driver's fault on or off (0); it ends with the lease."""
        self.faults.inject(name, value, self.leases.check(token))

    @property
    def frame_rate(self) -> float:
        """Nominal rate of the capture; 0 when it is not known."""
        return self.capture.status.nominal_frame_rate if self.capture else 0.0

    def start_recording(self, token: str, descriptor: int) -> None:
        """Record into the lease holder's file; the video is finished at the latest when the lease ends."""
        with self._recording_lock:  # Whoever ends the lease meanwhile finds the video only when it has begun.
            self.leases.find(token)
            if token in self._recordings:
                raise DeviceError("this lease records a video already", "Stop it before starting another")
            self._recordings[token] = self.recorder.begin(descriptor, self.frame_rate)

    def stop_recording(self, token: str) -> RecordingInfo:
        """Finish the lease holder's video."""
        with self._recording_lock:
            number = self._recordings.pop(token, None)
        if number is None:
            raise DeviceError("no video is being recorded under this lease", "Start it before stopping it")
        return self.recorder.end(number)

    def take_lease(
        self,
        claim: LeaseInfo,
        *,
        wait: float = 0.0,
        time_to_live: float | None = None,
        gone: Callable[[], bool] = lambda: False,
        on_wait: Callable[[LeaseInfo], None] = lambda _info: None,
    ) -> Lease:
        """Take the lease as `Leases.take` does; keys that somebody without a lease holds down are released."""
        lease = self.leases.take(claim, wait=wait, time_to_live=time_to_live, gone=gone, on_wait=on_wait)
        if self._remote is not None:
            self._remote.release("")
        return lease

    def end_lease(self, token: str) -> None:
        """End a lease: finish its video, release its keys, switch off its faults; then the next one gets it.

        When a driver hangs the exporter leaves, so that whoever comes next gets a fresh one.
        """
        self.leases.end(token, lambda: self._undo(token))
        if self.hangs:
            self.leaving.set()

    def _undo(self, token: str) -> None:
        with contextlib.suppress(DeviceError):
            self.stop_recording(token)
        self.faults.clear(token)
        if self._remote is not None:
            self._remote.release(token)

    def release_forgotten_keys(self) -> None:
        """Release keys that somebody without a lease has held down for too long; does not wait for the remote."""
        remote = self._remote
        if remote is not None and remote.held_longer_than("", LONGEST_UNLEASED_HOLD):
            threading.Thread(target=remote.release, args=("", LONGEST_UNLEASED_HOLD), daemon=True).start()

    @property
    def hangs(self) -> tuple[str, ...]:
        """Driver calls that have not come back within their limits, in words."""
        calls: list[WatchedCalls] = [device.calls for device in (self._remote, self._power) if device is not None]
        calls.append(self.faults.calls)
        if self.capture is not None:
            calls.append(self.capture.calls)
            calls += [self.capture.audio.calls] if self.capture.audio is not None else []
        return tuple(hang for hang in (call.hang for call in calls) if hang)

    @property
    def status(self) -> NodeStatus:
        """All there is to know; answered also while drivers hang."""
        signal, problem = self.hub.reader.signal()
        return NodeStatus(
            node=self.config.id,
            pid=os.getpid(),
            user=user_name(os.getuid()),
            host=socket.gethostname(),
            since=self.since,
            versions={"qarunner": __version__, "python": platform.python_version()},
            fingerprint=self.fingerprint,
            frame_size=self.config.frame_size,
            capture=self.capture.status
            if self.capture
            else CaptureStatus(driver="", signal=signal.words, problem=problem),
            remote=self._remote.status if self._remote else None,
            power=self._power.status if self._power else None,
            lease=self.leases.current,
            waiting=self.leases.waiting,
            readers=self.activity.readers,
            viewers=self.activity.viewers,
            recorder=self.recorder.status,
            hangs=self.hangs,
            leaving=self.leaving.is_set(),
        )

    def close(self) -> None:
        """Finish the videos and close all drivers; one that hangs is left behind."""
        closers = [part.close for part in (self.capture, self._remote, self._power, self.recorder) if part is not None]
        threads = [threading.Thread(target=closer, daemon=True) for closer in closers]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + CLOSE_LIMIT
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
