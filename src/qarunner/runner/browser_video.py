"""The video of the page that a testcase drives with its browser, made on a thread beside the testcase."""

from __future__ import annotations

import importlib
import os
import threading
import time
from typing import TYPE_CHECKING, cast

from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from pathlib import Path

    from qarunner.nodes.status import RecordingInfo
    from qarunner.nodes.video import Planes, VideoWriter
    from qarunner.protocols import BrowserPictures, CapturedFrame, Pixels

NANOSECONDS = 1_000_000_000
LOOK = 0.25
"""Seconds that one look for a new picture may take; the end of a testcase waits for it."""
END_LIMIT = 10.0
FRAME_RATE = 10.0


def get_ready() -> None:
    """Load what a video needs beside whatever goes on: it takes half a second."""
    threading.Thread(target=importlib.import_module, args=("qarunner.nodes.video",), daemon=True).start()


class BrowserVideo:
    """Records until `stop`. All pictures get the size of the first one.

    :param browser: opened; gives the pictures.
    :param path: of the file, which must not exist.
    :param name: of the browser, for notes.
    """

    def __init__(self, browser: BrowserPictures, path: Path, name: str) -> None:
        self._browser = browser
        self._path = path
        self._name = name
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._writer: VideoWriter | None = None
        self._planes: Planes | None = None
        self._size = (0, 0)
        self._notes: list[str] = []
        self._info: RecordingInfo | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"video of {name}", daemon=True)
        self._thread.start()

    def stop(self) -> RecordingInfo:
        """End the video and say what it became. The second time it only says so again."""
        if self._info is None:
            self._info = self._end()
        return self._info

    def _end(self) -> RecordingInfo:
        from qarunner.nodes.status import RecordingInfo

        self._stopped.set()
        self._thread.join(END_LIMIT)
        if self._thread.is_alive():  # it keeps the file, whose whole fragments can be played
            return RecordingInfo(cut=True, notes=(f"the video of {self._name} is cut: it has not come to its end",))
        writer = self._writer
        if writer is None or not writer.frames:
            self._path.unlink(missing_ok=True)
            return RecordingInfo(notes=tuple(self._notes))
        return RecordingInfo(
            frames=writer.frames,
            start=writer.start,
            duration=writer.duration,
            size=writer.size,
            cut=bool(self._notes),
            notes=tuple(self._notes),
        )

    def _run(self) -> None:
        import av

        try:
            last = False
            while not last:
                last = self._stopped.is_set()  # one more look: a video ends with what the testcase saw last
                frame = self._browser.picture(LOOK)
                if frame is not None:
                    self._add(frame)
            if self._writer is not None:
                self._writer.finish(time.monotonic_ns())
        except (QarunnerError, OSError, av.FFmpegError) as error:
            self._notes.append(f"the video of {self._name} is cut: {getattr(error, 'strerror', '') or error}")
            if self._writer is not None:
                self._writer.abandon()
        finally:
            os.close(self._descriptor)

    def _add(self, frame: CapturedFrame) -> None:
        pixels = frame.pixels
        if self._writer is None or self._planes is None:
            from qarunner.nodes.video import Planes, VideoWriter

            height, width = pixels.shape[:2]
            self._size = width, height
            self._planes = Planes(width, height)
            self._writer = VideoWriter(self._descriptor, self._planes.width, self._planes.height, FRAME_RATE)
        self._writer.add(self._planes.convert(self._scaled(pixels)), round(frame.time * NANOSECONDS))

    def _scaled(self, pixels: Pixels) -> Pixels:
        """Return a picture in the video's size: another window may have another."""
        if pixels.shape[1::-1] == self._size:
            return pixels
        import cv2

        return cast("Pixels", cv2.resize(pixels, self._size, interpolation=cv2.INTER_AREA))
