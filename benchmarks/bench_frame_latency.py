"""How much later than by a bare copy a frame reaches a second process through the exporter.

Run: python benchmarks/bench_frame_latency.py [SECONDS OF A ROUND]. Measured is the time from the stamp a capture
driver puts on a frame until a reader in another process has its own copy. The bare peer does just that with a memfd
and a socket. Bars: at most 1 ms (p95) over the bare copy at 720p30 while a video is recorded and one live view is
open, and at 1080p60 without recording.
"""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy

from qarunner.drivers import Driver, DriverContext, Options
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.nodes import client, ring_layout
from qarunner.nodes.shared_memory import PAGE
from qarunner.opening import ResolvedDriver
from qarunner.protocols import CapturedFrame, CaptureFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BAR = 1.0
"""Milliseconds over the bare peer."""

ROUNDS = 3

VIEWER = """
import sys
from qarunner.nodes.http_client import LocalConnection
connection = LocalConnection(sys.argv[1])
connection.request("GET", "/live.mjpg")
response = connection.getresponse()
while response.read(65536):
    pass
"""


class BenchOptions(Options, frozen=True, kw_only=True):
    """Size and rate of the pictures."""

    width: int
    height: int
    fps: float


def pictures(width: int, height: int) -> list[NDArray[numpy.uint8]]:
    """Return some pictures that are neither trivial nor noise, and that move."""
    rough = numpy.random.default_rng(1).integers(0, 256, (height // 8, width // 8 + 8, 3), numpy.uint8)
    wide = cv2.resize(rough, (width + 64, height))
    return [numpy.ascontiguousarray(wide[:, shift : shift + width]).astype(numpy.uint8) for shift in range(0, 64, 8)]


def paced(rate: float) -> Iterator[int]:
    """Count, at `rate` a second."""
    due, number = time.monotonic(), 0
    while True:
        due = max(due + 1 / rate, time.monotonic() - 0.1)
        time.sleep(max(0.0, due - time.monotonic()))
        yield number
        number += 1


class BenchCapture:
    """A capture driver which costs nothing but waiting."""

    def __init__(self, context: DriverContext) -> None:
        self._options: BenchOptions = context.options
        self._pictures = pictures(self._options.width, self._options.height)
        self._pace = paced(self._options.fps)

    def open(self) -> CaptureFormat:
        """Start."""
        return CaptureFormat(self._options.width, self._options.height, self._options.fps)

    def read(self, timeout: float) -> CapturedFrame | None:
        """Return the next picture."""
        del timeout
        number = next(self._pace)
        return CapturedFrame(self._pictures[number % len(self._pictures)], time.monotonic())

    def close(self) -> None:
        """Do nothing."""


def resolve(config: NodeConfig, blocked: Any) -> dict[str, ResolvedDriver]:
    """Give the exporter the driver above."""
    del blocked
    assert config.capture is not None
    options = BenchOptions(**config.capture.options)
    driver = Driver(capability="capture", scheme="bench", summary="", open=BenchCapture, options=BenchOptions)
    context = DriverContext(config.id, "capture", config.capture.uri, options=options, frame_size=config.frame_size)
    return {"capture": ResolvedDriver("bench", driver, context)}


def bare(width: int, height: int, rate: float, seconds: float) -> list[float]:
    """Return the peer's milliseconds per frame: copy into a memfd, a packet on a socket, copy out of it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    descriptor, view = ring_layout.create(width, height, 4)
    size = width * height * 3
    child = os.fork()
    if child == 0:
        ours.close()
        source = pictures(width, height)
        target = numpy.frombuffer(view, numpy.uint8)
        for number in paced(rate):
            stamp = time.monotonic_ns()
            start = PAGE + number % 4 * size
            target[start : start + size] = source[number % len(source)].ravel()
            theirs.send(number.to_bytes(8, "little") + stamp.to_bytes(8, "little"))
            if number > rate * seconds:
                os._exit(0)
    theirs.close()
    source_view = numpy.frombuffer(view, numpy.uint8)
    taken = []
    while packet := ours.recv(16):
        number, stamp = int.from_bytes(packet[:8], "little"), int.from_bytes(packet[8:], "little")
        start = PAGE + number % 4 * size
        copy = source_view[start : start + size].copy()
        taken.append((time.monotonic_ns() - stamp) / 1e6)
        del copy
    os.waitpid(child, 0)
    os.close(descriptor)
    return taken


def through_exporter(width: int, height: int, rate: float, seconds: float, *, busy: bool) -> tuple[list[float], int]:
    """Return milliseconds per frame through the exporter, and how many frames were missed; `busy`: record and view."""
    options = {"width": width, "height": height, "fps": rate}
    capture = DriverConfig(uri="bench:", options=options)
    config = NodeConfig(id=f"bench-{os.getpid()}-{width}", capture=capture, frame_size=(width, height), linger=0.5)
    viewer = None
    taken: list[float] = []
    with client.connect(config, holder="benchmark", resolver="bench_frame_latency:resolve") as node:
        with tempfile.TemporaryFile() as video:
            if busy:
                viewer = subprocess.Popen([sys.executable, "-c", VIEWER, config.id])
                node.record_start(video)
            after = first = _warm(node, rate)
            while len(taken) < rate * seconds:
                frame = node.frames.newest(after)
                assert frame is not None, node.frames.problem
                taken.append((time.monotonic() - frame.time) * 1000)
                after = frame.sequence
            missed = after - first - len(taken)
            if busy:
                for note in node.record_stop().notes:
                    print(f"  video: {note}")
        if viewer is not None:
            viewer.kill()
            viewer.wait()
    return taken, missed


def _warm(node: client.NodeHandle, rate: float) -> int:
    """Read for a second, in which libraries are loaded and the encoder is opened; return the last sequence."""
    after = 0
    for _ in range(round(rate)):
        frame = node.frames.newest(after)
        assert frame is not None
        after = frame.sequence
    return after


def describe(name: str, values: list[float]) -> float:
    """Print the percentiles of some milliseconds; return the 95th."""
    median, high, highest = numpy.percentile(values, [50, 95, 100])
    print(f"  {name:<10} median {median:6.2f}  p95 {high:6.2f}  most {highest:6.2f} ms  ({len(values)} frames)")
    return float(high)


def measure(width: int, height: int, rate: float, seconds: float, *, busy: bool) -> None:
    """Measure both sides in turns; what else the machine does disturbs some of the rounds, so the best ones count."""
    peer, ours, missed = [], [], 0
    for _ in range(ROUNDS):
        peer.append(describe("bare copy", bare(width, height, rate, seconds)))
        taken, missing = through_exporter(width, height, rate, seconds, busy=busy)
        ours.append(describe("exporter", taken))
        missed += missing
    over = min(ours) - min(peer)
    verdict = "within" if over <= BAR else "over"
    ratio = min(ours) / min(peer)
    print(f"  best p95 {over:+.2f} ms, ratio {ratio:.2f}, {verdict} the bar of {BAR:g} ms; {missed} frames missed")


def main() -> None:
    """Measure both cases."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    load = os.getloadavg()[0]
    print(f"{platform.node()}: {os.cpu_count()} processors, load {load:.1f}, Python {platform.python_version()}")
    for width, height, rate, busy in ((1280, 720, 30.0, True), (1920, 1080, 60.0, False)):
        print(f"{width}x{height} at {rate:g}/s{', recording and one live view' if busy else ''}")
        measure(width, height, rate, seconds, busy=busy)


if __name__ == "__main__":
    main()
