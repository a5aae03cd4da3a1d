"""Processor time of recording a 720p25 video, against bare PyAV with the same encoder settings.

Run: python benchmarks/bench_recording.py [SECONDS]. Our side is the recorder process, from the frame ring to a file;
the bare peer hands the same pictures to PyAV in a loop and lets it convert them. Bar: at most 1.2 times the peer. The
second peer is given pictures that are converted already, which no recorder can have; it is printed to show what is
left.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import tempfile
import threading
import time
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import cv2
import numpy

from qarunner.nodes import ring_layout
from qarunner.nodes.hub import FrameHub
from qarunner.nodes.recorder_link import RecorderLink
from qarunner.nodes.ring_layout import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WIDTH, HEIGHT, RATE = 1280, 720, 25.0
BAR = 1.2
WARM_UP = 25
TICK = 1 / os.sysconf("SC_CLK_TCK")


def pictures() -> list[NDArray[numpy.uint8]]:
    """Return some pictures that are neither trivial nor noise, and that move."""
    rough = numpy.random.default_rng(1).integers(0, 256, (HEIGHT // 8, WIDTH // 8 + 8, 3), numpy.uint8)
    wide = cv2.resize(rough, (WIDTH + 64, HEIGHT))
    return [numpy.ascontiguousarray(wide[:, shift : shift + WIDTH]).astype(numpy.uint8) for shift in range(0, 64, 8)]


def paced() -> Iterator[int]:
    """Count, at `RATE` a second."""
    due, number = time.monotonic(), 0
    while True:
        due += 1 / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        yield number
        number += 1


def bare(frames: int, *, converted: bool) -> float:
    """Return the peer's milliseconds of processor time per frame, measured in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        _encode(frames, converted=converted)
        os._exit(0)
    os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / frames * 1000


def _encode(frames: int, *, converted: bool) -> None:
    source = pictures()
    planes = [cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(numpy.uint8) for picture in source]
    with tempfile.TemporaryFile() as file, av.open(file, "w", format="mp4") as container:
        options = {"preset": "superfast", "tune": "zerolatency", "crf": "23"}
        stream = container.add_stream("libx264", rate=Fraction(RATE), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        for number in paced():
            if number == frames:
                break
            if converted:
                frame = av.VideoFrame.from_ndarray(planes[number % len(planes)], format="yuv420p")
            else:
                frame = av.VideoFrame.from_ndarray(source[number % len(source)], format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, round(RATE))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


def recorder(frames: int) -> float:
    """Return the recorder process's milliseconds of processor time per frame."""
    ring, view = ring_layout.create(WIDTH, HEIGHT)
    hub = FrameHub(ring, view)
    hub.set_signal(Signal.FRAMES)
    link = RecorderLink(ring, hub.add_doorbell, hub.remove_doorbell)
    threading.Thread(target=link.run, daemon=True).start()
    source = pictures()
    with tempfile.TemporaryFile() as file:
        video = link.begin(file.fileno(), RATE)
        before = 0.0
        for number in paced():
            if number == WARM_UP:
                before = processor_time(link.status.pid)
            if number == WARM_UP + frames:
                break
            hub.publish(source[number % len(source)], time.monotonic())
        info = link.end(video)
        used = processor_time(link.status.pid) - before
    print(f"  {info}")
    link.close()
    return used / frames * 1000


def processor_time(pid: int) -> float:
    """Return the seconds of processor time a process has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - as short as that
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def main() -> None:
    """Measure all three."""
    frames = round(RATE * (float(sys.argv[1]) if len(sys.argv) > 1 else 6.0))
    load = os.getloadavg()[0]
    print(f"{platform.node()}: {os.cpu_count()} processors, load {load:.1f}, Python {platform.python_version()}")
    ours = recorder(frames)
    peer, converted = bare(frames, converted=False), bare(frames, converted=True)
    for name, value in (("recorder", ours), ("bare PyAV", peer), ("bare PyAV, converted pictures", converted)):
        print(f"  {name:<30} {value:6.2f} ms a frame, {value * RATE / 10:5.1f} % of a processor")
    verdict = "within" if ours / peer <= BAR else "over"
    print(f"  ratio {ours / peer:.2f} to bare PyAV, {verdict} the bar of {BAR:g}; {ours / converted:.2f} to the other")


if __name__ == "__main__":
    main()
