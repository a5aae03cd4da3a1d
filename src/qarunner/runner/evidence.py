"""The evidence of one result while it comes into being, and its files once the testcase has ended."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from qarunner.masking import Masking
from qarunner.outbox.files import list_artifacts, write_whole
from qarunner.results import RESULT_FILE, TIMELINE_FILE, Measurement, Result, Step, new_id, to_json
from qarunner.runner.annotations import Annotations
from qarunner.runner.output import OutputLog
from qarunner.timeline import Event, EventKind, Timeline

if TYPE_CHECKING:
    from qarunner.protocols import Pixels
    from qarunner.results import Run
    from qarunner.runner.outcome import Verdict
    from qarunner.runner.video import Recording

MOST_LOG_EVENTS = 5000
"""Log lines in a timeline; the log files have all of them."""


class Evidence:
    """Everything one testcase leaves.

    :param run_folder: the run directory.
    :param position: of the result in the run, from 1; makes the folder's name unique.
    :param masking: of secrets, which it must not hold.
    """

    def __init__(
        self,
        run: Run,
        run_folder: Path,
        position: int,
        testcase: str,
        *,
        location: str = "",
        markers: tuple[str, ...] = (),
        attempt: int = 1,
        masking: Masking | None = None,
    ) -> None:
        self.start = time.monotonic()
        name = folder_name(position, testcase)
        self.folder = run_folder / name
        self.result = Result(
            id=new_id(),
            run_id=run.id,
            testcase=testcase,
            folder=name,
            node=run.node,
            started=datetime.now(UTC),
            attempt=attempt,
            tags=run.tags,
            device=run.device,
            location=location,
            markers=markers,
        )
        self.folder.mkdir()
        self._path = f"{self.folder}/{RESULT_FILE}"
        with open(self._path, "xb", buffering=0) as file:  # noqa: PTH123 - once per testcase
            file.write(to_json(self.result))
        self._masking = masking or Masking()
        self.output = OutputLog(self.folder, self._masking)
        self.events: list[tuple[float, EventKind, str, float, dict[str, Any]]] = []
        self.annotations = Annotations(self.event)
        self.measurements: list[Measurement] = []
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.last_look: tuple[Pixels, float] | None = None
        self.frame_size: tuple[int, int] | None = None
        self.video: Recording | None = None

    def event(
        self, when: float, kind: EventKind, label: str, duration: float = 0.0, data: dict[str, Any] | None = None
    ) -> None:
        """Put an event into the timeline; `when` is monotonic time."""
        self.events.append((when, kind, label, duration, data or {}))

    def masked(self, content: bytes) -> bytes:
        """Return a file's content without the secrets of the job."""
        return self._masking.data(content)

    def looked_at(self, pixels: Pixels, when: float) -> None:
        """Remember the frame the test looked at; the last one becomes the screenshot."""
        self.last_look = (pixels, when)

    def end(self, verdict: Verdict, later: Callable[[Callable[[], None]], None]) -> Result:
        """Close the evidence and return the finished result.

        What takes long (encoding the screenshot) goes to `later`; the result is on disk, finished, before this returns.
        """
        duration = time.monotonic() - self.start
        video_start = self._end_video()
        self.output.close()
        self.notes.extend(self.output.notes)
        self.result = structs.replace(
            self.result,
            finished=True,
            outcome=verdict.outcome,
            failures=verdict.failures,
            reason=verdict.reason,
            duration=duration,
            steps=tuple(self.steps),
            measurements=tuple(self.measurements),
            video_start=None if video_start is None else video_start - self.start,
        )
        self._try("timeline.json", lambda: self._write_timeline(video_start))
        self._write_result()
        if self.last_look is not None:
            pixels = self.last_look[0]
            later(lambda: self._write_pictures(pixels))
        return self.result

    def _end_video(self) -> float | None:
        if self.video is None:
            return None
        info = self.video.stop()
        self.notes.extend(info.notes)
        return info.start if info.frames else None

    def _write_result(self) -> None:
        whole = structs.replace(self.result, artifacts=list_artifacts(self.folder), notes=tuple(self.notes))
        self.result = self._masking.record(whole)
        self._try(RESULT_FILE, lambda: write_whole(self._path, to_json(self.result)))

    def _write_pictures(self, pixels: Pixels) -> None:
        from qarunner.runner import pictures

        self._try("screenshot.png", lambda: pictures.write(self.folder, pixels))
        self._write_result()

    def _try(self, what: str, write: Callable[[], None]) -> None:
        """Write, and say so in the result when the disk does not take it: evidence never changes an outcome."""
        try:
            write()
        except OSError as error:
            self.notes.append(f"{what} could not be written: {error.strerror}")

    def _write_timeline(self, video_start: float | None) -> None:
        """Write ``timeline.json``, unless it would say no more than the steps in the record do."""
        self.annotations.flush()
        logged = self.output.lines[:MOST_LOG_EVENTS]
        if video_start is None and not logged and all(kind == "step" for _when, kind, *_rest in self.events):
            return
        origin = self.start if video_start is None else video_start
        events = [
            Event(time=when - origin, kind=kind, label=label, duration=duration, data=data)
            for when, kind, label, duration, data in self.events
        ]
        for when, stream, level, text in logged:
            data = {"stream": stream, "level": level} if level else {"stream": stream}
            events.append(Event(time=when - origin, kind="log", label=text, data=data))
        shift = self.start - origin
        timeline = Timeline(
            result_id=self.result.id,
            origin="start" if video_start is None else "video",
            started=self.result.started + timedelta(seconds=-shift),
            frame_size=self.frame_size,
            events=tuple(sorted(events, key=lambda event: event.time)),
        )
        # Written in place: nobody reads it before ``result.json``, which is written after it, lists it.
        (self.folder / TIMELINE_FILE).write_bytes(to_json(self._masking.record(timeline)))


def folder_name(position: int, testcase: str) -> str:
    """``0007-menu.py-test_settings_opens``: unique by its number, safe on every file system, readable for the rest."""
    path, _, name = testcase.partition("::")
    file = path.rpartition("/")[2]
    readable = re.sub(r"[^A-Za-z0-9._]+", "-", f"{file}-{name}").strip("-.")
    return f"{position:04d}-{readable[:80].rstrip('-.')}"
