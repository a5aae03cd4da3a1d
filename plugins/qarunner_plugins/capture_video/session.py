"""A recorded result replayed: its video, cut into segments by its recorded key presses.

The folder of a result holds ``video.mp4`` and ``timeline.json``. The video plays at the pace at which it was recorded,
up to the time of the next recorded press. There it waits, showing the last picture, until the test presses.

- The test presses the key that was recorded: the video goes on from the time of that press. When the test is faster
  than it was then, the video jumps forward to the press; when it is slower, the video has waited.
- The test presses another key, holds a key that was pressed shortly or the other way round, or presses more often than
  was recorded: the press is an error that says what was expected, and at which place of the recording. The recording
  then stays where it is.
- The test ends with recorded presses left over: they are listed in the exporter's log, since no press is there to fail.
  The video still waits at the first of them, so that what the test looks for afterwards is not there.

After the last press the video plays to its end and keeps its last picture. Frames carry the time at which they are
shown, so that times measured between a press and a picture are those of the recording. A replay begins when the capture
is opened and begins anew when both drivers have been closed: give the node a short ``linger`` (seconds the exporter
stays after a run) and each run gets a replay of its own.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from pathlib import Path

import msgspec

from qarunner import DeviceError, Timeline

VIDEO_FILE, TIMELINE_FILE = "video.mp4", "timeline.json"

_log = logging.getLogger(__name__)


class RecordedPress(msgspec.Struct, frozen=True):
    """A press of the recorded test.

    `time`: seconds of video time. `hold`: seconds the key was down, 0 for a short press.
    """

    key: str
    time: float
    hold: float

    def __str__(self) -> str:
        return f"{self.key} held for {self.hold:.1f} s" if self.hold else self.key


class ReplaySession:
    """What the capture and the remote of one node share: where the replay stands. Threads may share it.

    :param folder: of the recorded result.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.presses: tuple[RecordedPress, ...] = ()
        self._changed = threading.Condition()
        self._done = 0
        self._zero = math.nan
        self._users: set[object] = set()

    @property
    def unused(self) -> tuple[RecordedPress, ...]:
        """The recorded presses that the test has not made (yet)."""
        return self.presses[self._done :]

    def join(self, user: object) -> None:
        """Note that a driver uses the session; the first one makes it read the recorded presses.

        :raises DeviceError: the folder is no recorded result, or its timeline cannot be used.
        """
        with self._changed:
            if not self._users:
                self.presses = read_presses(self.folder)
            self._users.add(user)

    def leave(self, user: object) -> None:
        """Note that a driver has been closed; when none is left the replay is over, and the next one begins anew."""
        with self._changed:
            if user not in self._users:
                return
            self._users.remove(user)
            if self._users:
                return
            if self._done and self.unused:
                left = ", ".join(f"{press} at {press.time:.1f} s" for press in self.unused)
                _log.warning("%s: the test has not made all recorded presses; these are left: %s", self.folder, left)
            self._done, self._zero = 0, math.nan

    def press(self, key: str, *, held: bool) -> None:
        """Take a press of the test and let the video go on from there.

        :raises DeviceError: it is not the one that was recorded.
        """
        action = f"{key} held" if held else key
        advice = "The test no longer does what was recorded. If that is meant, record it again with the device"
        with self._changed:
            count = len(self.presses)
            if not self.unused:
                problem = (
                    f"{self.folder}: the recording has {count} presses, the test presses {action} as number {count + 1}"
                )
                raise DeviceError(problem, advice)
            expected = self.unused[0]
            if (expected.key, bool(expected.hold)) != (key, held):
                place = f"{self.folder / TIMELINE_FILE}, press {self._done + 1} of {count} at {expected.time:.3f} s"
                raise DeviceError(f"{place}: recorded was {expected}, the test presses {action}", advice)
            self._done += 1
            self._zero = time.monotonic() - expected.time
            self._changed.notify_all()

    def due(self, video_time: float, now: float) -> float:
        """Return when a picture is due; infinite when it lies behind a press that has not been made."""
        with self._changed:
            if math.isnan(self._zero):
                self._zero = now
            return math.inf if video_time > self._gate() else self._zero + video_time

    def video_time(self, now: float) -> float:
        """Return where the video stands."""
        with self._changed:
            return 0.0 if math.isnan(self._zero) else min(now - self._zero, self._gate())

    def wait(self, seconds: float, presses_before: int) -> None:
        """Wait so long, or until more than `presses_before` presses have been made."""
        with self._changed:
            self._changed.wait_for(lambda: self._done != presses_before, seconds)

    @property
    def done(self) -> int:
        """How many of the recorded presses the test has made."""
        return self._done

    def _gate(self) -> float:
        """Return the time of the video at which it waits for a press. Its first picture is always shown."""
        return max(0.0, self.unused[0].time) if self.unused else math.inf


def read_presses(folder: Path) -> tuple[RecordedPress, ...]:
    """Return the presses of a recorded result in the order of time.

    :raises DeviceError: there is no timeline, or its times are not those of a video.
    """
    path = folder / TIMELINE_FILE
    advice = f"Name the folder of a result that has {VIDEO_FILE} and {TIMELINE_FILE}, such as one in qa-results/latest"
    try:
        timeline = msgspec.json.decode(path.read_bytes(), type=Timeline)
    except OSError as error:
        raise DeviceError(f"{path} cannot be read: {error.strerror}", advice) from error
    except msgspec.DecodeError as error:
        raise DeviceError(f"{path} is no timeline: {error}", advice) from error
    if timeline.origin != "video":
        raise DeviceError(f"{path}: its times are not those of a video, so there was none", advice)
    presses = [event for event in timeline.events if event.kind == "press"]
    return tuple(
        RecordedPress(str(event.data.get("key") or event.label), event.time, float(event.data.get("hold") or 0.0))
        for event in sorted(presses, key=lambda event: event.time)
    )
