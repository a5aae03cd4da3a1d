"""Videos that people record over HTTP: kept in nameless files until they are fetched, limited in size and number."""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, TYPE_CHECKING

from qarunner.errors import NodeBusyError
from qarunner.nodes.http_answers import HttpError

if TYPE_CHECKING:
    from qarunner.nodes.recorder_link import RecorderLink
    from qarunner.nodes.status import RecordingInfo

LONGEST = 600.0
LARGEST = 512 * 1024 * 1024
MOST_KEPT = 4
KEPT_FOR = 60.0
"""Seconds for which the exporter stays because a finished video has not been fetched."""


@dataclass
class HttpRecording:
    """A video and the file it is in, which vanishes with the last descriptor."""

    file: IO[bytes]
    number: int
    info: RecordingInfo | None = None
    finished: float = 0.0
    fetched: bool = False
    ending: threading.Lock = field(default_factory=threading.Lock)


class HttpRecordings:
    """All of them, by an identifier nobody can guess."""

    def __init__(self, recorder: RecorderLink) -> None:
        self._recorder = recorder
        self._lock = threading.Lock()
        self._kept: dict[str, HttpRecording] = {}

    def start(self, frame_rate: float) -> str:
        """Start a video of at most `LONGEST` seconds and `LARGEST` bytes; return its identifier.

        :raises NodeBusyError: too many are being recorded.
        """
        with self._lock:
            self._settle()
            finished = [name for name, recording in self._kept.items() if recording.info is not None]
            if len(self._kept) >= MOST_KEPT and not finished:
                raise NodeBusyError(f"{MOST_KEPT} videos are being recorded already", "Stop one of them first")
            if len(self._kept) >= MOST_KEPT:
                del self._kept[finished[0]]  # Whoever is just fetching it has its file all the same.
            file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the recording
            number = self._recorder.begin(file.fileno(), frame_rate, LONGEST, LARGEST)
            identifier = secrets.token_hex(8)
            self._kept[identifier] = HttpRecording(file, number)
        return identifier

    def _find(self, identifier: str) -> HttpRecording:
        recording = self._kept.get(identifier)
        if recording is None:
            problem = f"there is no recording {identifier!r}"
            raise HttpError(HTTPStatus.NOT_FOUND, problem, f"The last {MOST_KEPT} are kept")
        return recording

    def stop(self, identifier: str) -> RecordingInfo:
        """Finish a video; doing so twice is harmless.

        :raises HttpError: there is none.
        """
        recording = self._find(identifier)
        with recording.ending:
            if recording.info is None:
                recording.info = self._recorder.end(recording.number)
                recording.finished = time.monotonic()
        return recording.info

    def _settle(self) -> None:
        """Stop the videos that have ended by themselves, at their limits or for want of space."""
        for identifier, recording in list(self._kept.items()):
            if recording.info is None and self._recorder.has_ended(recording.number):
                self.stop(identifier)

    def fetch(self, identifier: str) -> tuple[IO[bytes], int]:
        """Return the file of a finished video and its size; read it with positions of its own.

        :raises HttpError: there is none, or it is still being recorded.
        """
        recording = self._find(identifier)
        if recording.info is None:
            problem = f"recording {identifier!r} is not finished"
            raise HttpError(HTTPStatus.CONFLICT, problem, "POST /record/stop before fetching it")
        recording.fetched = True
        return recording.file, recording.info.size

    @property
    def needed(self) -> bool:
        """Whether a video is being recorded, or was finished a short while ago and not fetched."""
        self._settle()
        now = time.monotonic()
        return any(
            recording.info is None or (not recording.fetched and now - recording.finished < KEPT_FOR)
            for recording in list(self._kept.values())
        )
