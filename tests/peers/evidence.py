"""Makes the evidence of one result: a real video of a moving menu, pictures, logs and the timeline that fits them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy

from qarunner.timeline import Event, Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT, FRAME_RATE, SECONDS = 640, 360, 25, 8
TILES = ("Home", "Guide", "Live", "Films", "Settings")
PRESSES = (1.0, 2.2, 3.4, 4.6)
"""Seconds of video time at which KEY_RIGHT is pressed; the highlight moves 0.2 s later."""


@dataclass(frozen=True)
class Evidence:
    """Files in `folder`, and the timeline that belongs to them; `duration` in seconds."""

    folder: Path
    files: tuple[str, ...]
    timeline: Timeline
    duration: float


def make_evidence(folder: Path) -> Evidence:
    """Make video.mp4 (fragmented H.264), screenshot.png, thumbnail.jpg and logs in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_video(folder / "video.mp4")
    last = picture(SECONDS - 0.04)
    cv2.imwrite(str(folder / "screenshot.png"), last)
    cv2.imwrite(str(folder / "thumbnail.jpg"), cv2.resize(last, (320, 180)))
    timeline = make_timeline()
    lines = [f"{event.time:8.3f} {event.label}\n" for event in timeline.events if event.kind == "log"]
    for name in ("combined.log", "stbt.log"):
        (folder / name).write_text("".join(lines), encoding="utf-8")
    (folder / "stdout.log").write_text("pressing\n" * 4, encoding="utf-8")
    files = ("video.mp4", "screenshot.png", "thumbnail.jpg", "combined.log", "stbt.log", "stdout.log")
    return Evidence(folder, files, timeline, SECONDS + 0.5)


def selected_tile(time: float) -> int:
    """Return which tile of the menu is highlighted at a video time in seconds."""
    return sum(time >= press + 0.2 for press in PRESSES)


def tile_region(index: int) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a tile in pixels."""
    left = 30 + index * 118
    return left, 140, left + 108, 220


def picture(time: float) -> NDArray[numpy.uint8]:
    """Return the frame at a video time: shape (360, 640, 3), blue-green-red."""
    shade = numpy.linspace(70, 25, HEIGHT).astype(numpy.uint8)
    frame = numpy.repeat(shade[:, None], WIDTH, axis=1)
    frame = numpy.dstack([frame, frame // 2, frame // 3]).astype(numpy.uint8)
    cv2.putText(frame, "ACME television", (30, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (240, 240, 240), 2, cv2.LINE_AA)
    cv2.putText(frame, f"{time:5.2f}", (540, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (200, 200, 200), 1, cv2.LINE_AA)
    for index, name in enumerate(TILES):
        left, top, right, bottom = tile_region(index)
        chosen = index == selected_tile(time)
        colour = (210, 150, 40) if chosen else (110, 85, 70)
        cv2.rectangle(frame, (left, top), (right, bottom), colour, -1)
        cv2.putText(frame, name, (left + 10, 188), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (255, 255, 255), 1, cv2.LINE_AA)
    return numpy.ascontiguousarray(frame)


def make_timeline() -> Timeline:
    """Return the events of the video: presses, matches that follow them, steps, log lines, a measurement, a fault."""
    events = [Event(time=-0.2, kind="note", label="lease of living-room taken")]
    for index, press in enumerate(PRESSES):
        events += [
            Event(time=press, kind="press", label="KEY_RIGHT", data={"key": "KEY_RIGHT"}),
            Event(time=press + 0.01, kind="log", label="pressing KEY_RIGHT", data={"stream": "stbt", "level": "INFO"}),
            Event(
                time=press + 0.28,
                kind="match",
                label=f"images/{TILES[index + 1].lower()}.png",
                duration=0.4,
                data={
                    "matched": index < 3,
                    "region": list(tile_region(index + 1)),
                    "score": 0.98 if index < 3 else 0.61,
                },
            ),
        ]
    events += [
        Event(time=time / 10, kind="log", label=f"searching, {time} looks", data={"stream": "stdout"})
        for time in range(0, 80, 2)
    ]
    events += [
        Event(time=0.5, kind="step", label="Given the home menu is shown", duration=0.9, data={"status": "passed"}),
        Event(time=3.0, kind="step", label="Then I see the guide", duration=2.0, data={"status": "failed"}),
        Event(time=5.2, kind="log", label="no match for settings.png", data={"stream": "stbt", "level": "WARNING"}),
        Event(
            time=3.1,
            kind="measurement",
            label="zap_time",
            data={"value": 0.84, "unit": "s", "high": 1.0, "within_limits": True},
        ),
        Event(time=7.0, kind="fault", label="no picture for 0.5 s"),
    ]
    return Timeline(
        result_id="",
        origin="video",
        started=datetime(2026, 3, 14, tzinfo=UTC),
        frame_size=(WIDTH, HEIGHT),
        events=tuple(sorted(events, key=lambda event: event.time)),
    )


def _write_video(path: Path) -> None:
    """Write the video as the recorder does: in fragments, so that it can be played after a kill."""
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream = container.add_stream(
            "libx264", rate=FRAME_RATE, options={"preset": "ultrafast", "crf": "30", "g": "25"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(SECONDS * FRAME_RATE):
            frame = av.VideoFrame.from_ndarray(picture(number / FRAME_RATE), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
