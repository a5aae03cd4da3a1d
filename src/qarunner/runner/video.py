"""The video of one testcase: begun at its first use of the device, so that testcases without one cost nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.nodes.client import NodeHandle
    from qarunner.nodes.status import RecordingInfo

VIDEO_FILE = "video.mp4"


class Recording(Protocol):
    """A video in the making."""

    def stop(self) -> RecordingInfo:
        """End it and say what it became."""
        ...


class Video:
    """A recording in a result's folder. The exporter gets the open file, never the path.

    :raises QarunnerError: the node cannot record.
    """

    def __init__(self, handle: NodeHandle, folder: Path) -> None:
        self._path = folder / VIDEO_FILE
        self._handle = handle
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            handle.record_start(descriptor)
        except BaseException:
            self._path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)

    def stop(self) -> RecordingInfo:
        """End the recording and say what it became; a recorder that is gone is said in the notes, not raised."""
        from qarunner.nodes.status import RecordingInfo

        try:
            info = self._handle.record_stop()
        except QarunnerError as error:
            info = RecordingInfo(notes=(f"the video is cut: {error.problem}",))
        if self._path.exists() and not self._path.stat().st_size:
            self._path.unlink()
        return info
