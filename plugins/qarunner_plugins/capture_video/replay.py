"""The two faces of a replay: the pace of its video, and its remote."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from qarunner_plugins.capture_video.session import ReplaySession
from qarunner_plugins.capture_video.sources import find_path

if TYPE_CHECKING:
    from qarunner import DriverContext


class ReplayPace:
    """The pace of a replay's video: recorded pace, with a stop at each press."""

    speed = 1.0

    def __init__(self, session: ReplaySession) -> None:
        self._session = session
        self._done = 0

    def due(self, video_time: float, now: float) -> float:
        """Return when a picture is due, infinite while a press is awaited."""
        self._done = self._session.done
        return self._session.due(video_time, now)

    def video_time(self, now: float) -> float:
        """Return the time of the video that is due now."""
        return self._session.video_time(now)

    def wait(self, seconds: float) -> None:
        """Wait, until a press at most."""
        self._session.wait(seconds, self._done)

    def begin(self) -> None:
        """Join the session."""
        self._session.join(self)

    def end(self) -> None:
        """Leave the session."""
        self._session.leave(self)


class ReplayRemote:
    """A remote that takes exactly the recorded presses, in their order."""

    def __init__(self, session: ReplaySession) -> None:
        self.session = session

    def open(self) -> None:
        """Read the recorded presses.

        :raises DeviceError: the folder is no recorded result.
        """
        self.session.join(self)

    def keys(self) -> Collection[str] | None:
        """Any key may be tried: a wrong one gets an error that says which one was recorded."""
        return None

    def press(self, key: str) -> None:
        """Make a short press.

        :raises DeviceError: another one was recorded.
        """
        self.session.press(key, held=False)

    def keydown(self, key: str) -> None:
        """Hold a key down.

        :raises DeviceError: another press was recorded.
        """
        self.session.press(key, held=True)

    def keyup(self, key: str) -> None:
        """Release a key; the recording goes on by itself."""

    def close(self) -> None:
        """Leave the replay."""
        self.session.leave(self)


def shared_session(context: DriverContext) -> ReplaySession:
    """Return the one session of a node's replay drivers for a folder.

    :raises ConfigurationError: the address names no folder.
    """
    folder = find_path(context, context.address)
    return context.share(f"replay:{folder}", lambda: ReplaySession(folder))
