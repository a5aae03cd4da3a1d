"""Frames a second, delay and processor time of each capture driver, beside the same work written bare.

Run: python benchmarks/bench_captures.py [SECONDS OF A ROUND]. Pictures are 1280x720, 25 a second, all on this machine:
an Xvfb (screen, gstreamer's ximagesrc), H.264 in MPEG-TS over TCP (stream), a TigerVNC server (vnc), a fake adb server
(adb, as fast as it can), an H.264 file (video; replay plays by the same code), the virtual box, which has no peer. Of
v4l2 the conversion of recorded pictures is measured, against OpenCV's own: no device is here. A bare peer is what one
would write without qarunner (`bare_captures`): a loop around the library that reads and converts. Pages in a browser
have `bench_browser.py`. What is not installed is left out.

Bar: a driver delivers at least 0.9 times the frames of its bare peer, which counts at most at the nominal rate (a bare
loop also delivers what has waited while it started; a driver leaves out what is old). The better of two rounds counts.
Delays and processor time are printed.
"""

from __future__ import annotations

import contextlib
import os
import platform
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bare_captures import (
    RATE,
    SIZE,
    bare_adb,
    bare_gstreamer,
    bare_screen,
    bare_stream,
    bare_video,
    bare_vnc,
)
from tests.peers.capture_devices import Android, Process, VncScreen
from tests.peers.capture_trial import age, bars
from tests.peers.ports import free_port
from tests.peers.stream_sender import Encoder
from tests.peers.x_display import XDisplay

from qarunner.testing import DriverRig
from qarunner_plugins.raw_pictures import BT709, LIMITED, RawConverter, layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[numpy.uint8]

BAR = 0.9
WARMING = 1.0
Figures = tuple[float, float, float]
"""Frames a second, median delay in milliseconds (negative: unknown), share of a processor."""


def cpu() -> float:
    """Return seconds of processor time of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measure(frames: Iterator[float], seconds: float, began: float) -> Figures:
    """Take frames for a while. `frames` yields the delay of each; `began`: processor time before it all."""
    warm = time.monotonic() + WARMING
    while time.monotonic() < warm:
        next(frames)
    delays = [next(frames)]
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        delays.append(next(frames))
    passed = time.monotonic() - start
    frames.close()  # type: ignore[attr-defined]  # they are all generators; children end here
    return (len(delays) - 1) / passed, statistics.median(delays) * 1000, (cpu() - began) / (passed + WARMING)


def better(make: Callable[[], Iterator[float]], seconds: float) -> Figures:
    """Return the better of two rounds."""
    return max(measure(make(), seconds, cpu()) for _ in range(2))


def of_driver(uri: str, folder: Path, *, clock: bool = False, **options: Any) -> Iterator[float]:
    """Yield the delay of each frame of a driver: from its time, or from the clock in the picture, until it is here."""
    with DriverRig(folder)("capture", uri, **options) as capture:
        while True:
            frame = capture.read(5)
            if frame is not None:
                now = time.monotonic()
                yield age(frame.pixels, now) if clock else now - frame.time


def rounds(folder: Path) -> Iterator[tuple[str, Callable[[], Iterator[float]], Callable[[], Iterator[float]] | None]]:
    """Yield what is measured: a name, the driver, its bare peer where there is one."""
    if shutil.which("Xvfb"):
        with XDisplay(*SIZE) as display, busy(display):
            name = display.name
            yield "screen", lambda: of_driver(f"screen:{name}?fps={RATE}", folder), lambda: bare_screen(name)
            if shutil.which("gst-launch-1.0"):
                uri = f"gstreamer:ximagesrc display-name={name} use-damage=false ! video/x-raw,framerate={RATE}/1"
                yield "gstreamer", lambda: of_driver(uri, folder), lambda: bare_gstreamer(name)
    port = free_port()
    sender = Path(__file__).parents[1] / "tests" / "peers" / "stream_sender.py"
    process = Process([sys.executable, str(sender), "tcp", str(port), "x".join(map(str, SIZE))], folder)
    url = f"tcp://127.0.0.1:{port}"
    yield "stream", lambda: of_driver(f"stream:{url}", folder, clock=True), lambda: bare_stream(url)
    process.stop()
    if shutil.which("Xtigervnc"):
        screen = VncScreen(folder, size=SIZE)
        with screen, busy(screen):
            yield "vnc", lambda: of_driver(f"{screen.uri}?fps={RATE}", folder), lambda: bare_vnc(screen.port)
    android = Android(folder)
    android.pixels = cv2.resize(bars(), SIZE).astype(numpy.uint8)
    yield "adb", lambda: of_driver("adb:", folder, server=android.address, fps=30.0), lambda: bare_adb(android.address)
    android.stop()
    video = recorded(folder / "video.mp4", seconds=60)
    yield "video", lambda: of_driver(f"video:{video}", folder), lambda: bare_video(video)
    yield "virtual", lambda: of_driver(f"virtual:?fps={RATE}", folder), None


def recorded(path: Path, seconds: float) -> Path:
    """Write an H.264 file with the bars and a clock, and return its path."""
    encoder = Encoder(str(path), "mp4", {}, full=False, size=SIZE)
    encoder.write(int(seconds * RATE))
    return path


@contextlib.contextmanager
def busy(display: XDisplay) -> Iterator[None]:
    """Have something move on a display."""
    display.run(["xterm", "-geometry", "200x50+0+0", "-e", "sh", "-c", "while :; do seq 1 200; sleep 0.05; done"])
    yield


def conversions() -> Iterator[tuple[str, float, float]]:
    """Yield what a picture's conversion takes, ours and OpenCV's, in milliseconds."""
    raw = numpy.random.default_rng(1).integers(0, 256, SIZE[0] * SIZE[1] * 2, numpy.uint8)
    pixels = numpy.empty((SIZE[1], SIZE[0], 3), numpy.uint8)
    lines = raw.reshape(SIZE[1], SIZE[0], 2)
    half = raw[: SIZE[0] * SIZE[1] * 3 // 2].reshape(SIZE[1] * 3 // 2, SIZE[0])
    for code, bare in (
        ("yuyv422", lambda: cv2.cvtColor(lines, cv2.COLOR_YUV2BGR_YUYV, pixels)),
        ("nv12", lambda: cv2.cvtColor(half, cv2.COLOR_YUV2BGR_NV12, pixels)),
    ):
        converter = RawConverter(layout(code, *SIZE), BT709, LIMITED)
        yield code, timed(lambda converter=converter: converter.convert(raw, pixels)), timed(bare)  # type: ignore[misc]  # a loop's variable


def timed(function: Callable[[], object]) -> float:
    """Return the milliseconds of a call, the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(20):
            function()
        best = min(best, (time.perf_counter() - start) / 20 * 1000)
    return best


def shown(name: str, figures: Figures) -> str:
    """Return a line of the table."""
    rate, delay, share = figures
    return f"{name:<16}{rate:9.1f}{delay:12.1f}{share * 100:10.0f} %"


def main(seconds: float) -> int:
    """Measure, and return 1 when a bar was missed."""
    print(f"{platform.node()}, {os.cpu_count()} processors, {seconds:g} s a round, {SIZE}, {RATE}/s")
    print(f"{'capture':<16}{'frames/s':>9}{'delay ms':>12}{'processor':>12}")
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for name, driver, bare in rounds(Path(folder)):
            ours = better(driver, seconds)
            print(shown(name, ours))
            if bare is not None:
                peer = better(bare, seconds)
                print(shown(f"  {name}, bare", peer))
                if ours[0] < BAR * min(peer[0], RATE):
                    missed.append(f"{name}: {ours[0] / peer[0]:.2f} times the frames of the bare peer, bar {BAR}")
    print("\nconversion of a picture to blue-green-red, ms")
    for code, ours_ms, bare_ms in conversions():
        print(f"  {code:<10}ours {ours_ms:5.2f} (matrix and range as stated), OpenCV {bare_ms:5.2f} (BT.601, limited)")
    print("\n".join(f"MISSED {line}" for line in missed) or "\nall bars held")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0))
