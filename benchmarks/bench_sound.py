"""Processor time of a second of sound on its way from a driver into a video, against bare PyAV with the same encoder.

Run: python benchmarks/bench_sound.py [SECONDS], at most 50. Our side is the exporter's part (checked, placed, written
to the ring) and the recorder's (read from the ring, encoded, muxed); the bare peer hands the same blocks to PyAV in a
loop. Of five rounds the best of each counts. Bar: at most 1.3 times the peer. Then what a testcase pays to look at 20
milliseconds of sound: in shared memory, and by a bare HTTP request for as many bytes, the least it would cost by HTTP.
"""

from __future__ import annotations

import http.client
import http.server
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import av
import numpy

from qarunner.nodes import audio_ring_layout
from qarunner.nodes.audio_loop import AudioLoop
from qarunner.nodes.audio_placing import Placing
from qarunner.nodes.audio_ring import AudioRingReader, AudioRingWriter
from qarunner.nodes.video import Planes, VideoWriter
from qarunner.protocols import AudioBlock, AudioFormat

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE, BLOCK = 48_000, 960
FORMAT = AudioFormat(RATE, 2)
BAR = 1.3
LOOKS, ROUNDS = 2000, 5


def blocks(seconds: float) -> Iterator[NDArray[numpy.int16]]:
    """Yield music of a kind: some tones and noise, 20 ms at a time."""
    generator = numpy.random.default_rng(1)
    for number in range(round(seconds * RATE / BLOCK)):
        times = (numpy.arange(BLOCK) + number * BLOCK) / RATE
        wave = sum(3000 * numpy.sin(2 * numpy.pi * tone * times) for tone in (220, 331, 440, 1760))
        yield numpy.stack([wave, wave + generator.normal(0, 300, BLOCK)], axis=1).astype(numpy.int16)


def ours(sound: list[NDArray[numpy.int16]]) -> tuple[float, float]:
    """Return the exporter's and the recorder's seconds of processor time."""
    descriptor, view = audio_ring_layout.create()
    reader, placing = AudioRingReader(descriptor), Placing(RATE)
    loop = AudioLoop("bench", "bench", cast("Any", None), descriptor, view)
    loop._ring.set_format(FORMAT)  # noqa: SLF001 - its thread, which would do so, is not started
    picture = Planes(64, 48).convert(numpy.zeros((48, 64, 3), numpy.uint8))
    start, exporter, recorder = time.monotonic(), 0.0, 0.0
    with tempfile.TemporaryFile() as file:
        video = VideoWriter(file.fileno(), 64, 48, 25, FORMAT)
        video.add(picture, round(start * 1e9))
        for number, samples in enumerate(sound):
            began = time.process_time()
            loop._keep(AudioBlock(samples, start + number * BLOCK / RATE), FORMAT, placing)  # noqa: SLF001 - what its thread does
            exporter += time.process_time() - began
            if number % 2:  # The recorder looks whenever a picture comes, 25 times a second.
                began = time.process_time()
                video.hear(reader, round((start + (number + 1) * BLOCK / RATE) * 1e9))
                recorder += time.process_time() - began
        video.finish(round((start + len(sound) * BLOCK / RATE) * 1e9))
    os.close(descriptor)
    return exporter, recorder


def bare(sound: list[NDArray[numpy.int16]]) -> float:
    """Return the peer's seconds of processor time."""
    with tempfile.TemporaryFile() as file, av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE, options={"aac_coder": "fast"})
        stream.layout, stream.bit_rate = "stereo", 128_000
        began = time.process_time()
        for number, samples in enumerate(sound):
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, number * BLOCK, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        return time.process_time() - began


def look() -> float:
    """Return the seconds of one look at 20 ms in shared memory."""
    descriptor, view = audio_ring_layout.create()
    writer, reader = AudioRingWriter(view), AudioRingReader(descriptor)
    writer.set_format(FORMAT)
    writer.write(10**9, numpy.zeros((RATE, 2), numpy.int16))
    return timed(lambda: reader.read(reader.written - BLOCK, reader.written))


def request() -> float:
    """Return the seconds of one bare HTTP request for as many bytes, on a connection that stays open."""
    body = bytes(BLOCK * 4)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body leave together

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)

        def ask() -> None:
            connection.request("GET", "/")
            connection.getresponse().read()

        seconds = timed(ask)
        connection.close()
        server.shutdown()
    return seconds


def timed(action: Callable[[], object]) -> float:
    """Return the seconds of one call, from many."""
    began = time.perf_counter()
    for _ in range(LOOKS):
        action()
    return (time.perf_counter() - began) / LOOKS


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    load = os.getloadavg()[0]
    print(f"{platform.node()}: {os.cpu_count()} processors, load {load:.1f}, Python {platform.python_version()}")
    sound = list(blocks(seconds))
    ours(sound[:50])
    rounds = [(*ours(sound), bare(sound)) for _ in range(ROUNDS)]
    exporter, recorder, peer = (min(each) for each in zip(*rounds, strict=True))
    for name, value in (("exporter", exporter), ("recorder", recorder), ("bare PyAV", peer)):
        print(f"  {name:<12} {value / seconds * 1000:6.2f} ms a second of sound, {value / seconds:6.2%} of a processor")
    ratio = (exporter + recorder) / peer
    print(f"  ratio {ratio:.2f} to bare PyAV, {'within' if ratio <= BAR else 'over'} the bar of {BAR:g}")
    print(f"  a look at 20 ms: {look() * 1e6:.1f} µs in shared memory, {request() * 1e6:.0f} µs by a bare HTTP request")


if __name__ == "__main__":
    main()
