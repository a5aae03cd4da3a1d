"""Hearing the node of the running testcase from one moment on: its sound as it comes, or an error that says why not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qarunner.errors import DeviceError, ExporterLostError
from qarunner.runner import current

if TYPE_CHECKING:
    from qarunner.nodes.audio_reader import AudioReader
    from qarunner.nodes.audio_ring import Heard
    from qarunner.protocols import AudioFormat
    from qarunner.runner.session import RunSession

WINDOW = 0.01
"""Seconds of sound that are judged as one: to this the times of what is found are exact."""
MOST_WINDOWS = 10
"""In a portion."""
LOOK_AGAIN = 0.01
NO_SOUND_AFTER = 5.0
"""Seconds after which sound that was due and has not arrived is a fault of the rig."""


class Listener:
    """One use of the sound.

    :param since: epoch seconds from which on it is heard; None for now.
    :raises DeviceError: the node delivers no sound. :raises ValueError: `since` is too long ago.
    """

    def __init__(self, since: float | None) -> None:
        session = current.session()
        self._use = session.use
        self._handle = self._use.uses_device()
        self._offset = self._use.epoch.refresh()
        now = time.monotonic()
        start = now if since is None else since - self._offset
        self._reader = _open(session)
        self._format = self._await_format(now)
        self.rate = self._format.sample_rate
        self.window = round(WINDOW * self.rate)
        self.first = round(start * self.rate)
        """The number of the first sample."""
        oldest = self._reader.ring.oldest
        if since is None:
            self.first = max(self.first, oldest)  # The node may only just have been opened.
        elif self.first < oldest:
            problem = f"since={since} is {(oldest - self.first) / self.rate:.1f} s before the oldest sound"
            raise ValueError(f"{problem} that node {self._handle.id!r} still has")

    def _await_format(self, now: float) -> AudioFormat:
        while (given := self._reader.ring.format) is None or not self._reader.ring.written:
            self._wait(now)
        return given

    def _wait(self, due: float) -> None:
        """Wait a little for sound that was heard at a monotonic time.

        :raises DeviceError: it should have come long ago.
        """
        if time.monotonic() < due + NO_SOUND_AFTER:
            self._reader.wait(LOOK_AGAIN)
            return
        capture = self._handle.status().capture
        why = (capture.audio.problem if capture.audio else "") or capture.problem or f"{capture.driver} is silent"
        problem = f"no sound has come from node {self._handle.id!r} for {NO_SOUND_AFTER:g} s: {why}"
        raise DeviceError(problem, "Is the device on, and does it send sound? `qarunner doctor` looks at the capture")

    def portions(self, seconds: float) -> Iterator[Heard]:
        """Yield the sound of so many seconds as it comes, in whole windows.

        :raises DeviceError: it stops coming, or changes its format.
        """
        position, end = self.first, self.first + max(1, round(seconds / WINDOW)) * self.window
        while position < end:
            while (there := self._reader.ring.written) < position + self.window:
                self._wait((position + self.window) / self.rate)
            whole = min((there - position) // self.window, MOST_WINDOWS, (end - position) // self.window)
            yield self.read(position, whole * self.window)
            position += whole * self.window

    def read(self, first: int, count: int) -> Heard:
        """Return so many samples from number `first` on."""
        if self._reader.ring.format != self._format:
            problem = f"the sound of node {self._handle.id!r} has changed its format"
            raise DeviceError(problem, "It was opened again, and sends something else than before")
        return self._reader.ring.read(first, first + count)

    def epoch(self, number: int) -> float:
        """Return the epoch seconds of a sample."""
        return number / self.rate + self._offset

    def note(self, first: int, label: str, duration: float, data: dict[str, Any]) -> None:
        """Put an event into the timeline that begins with a sample."""
        self._use.heard(first / self.rate, label, duration, data)


def _open(session: RunSession) -> AudioReader:
    try:
        return session.use.handle.audio
    except ExporterLostError:
        raise
    except DeviceError as error:
        drivers = sorted(session.plugins.drivers().items())
        able = [f"{scheme}: ({driver.sound})" for (_kind, scheme), (_plugin, driver) in drivers if driver.sound]
        raise DeviceError(error.problem, f"Captures that deliver sound: {', '.join(able) or 'none'}") from None
