"""Sends real MPEG-TS with colour bars and a clock, as an encoder of a television does.

``python -m tests.peers.stream_sender tcp PORT`` serves everybody who connects, ``udp PORT`` sends there,
``hls FOLDER`` writes a live playlist. More arguments: ``full`` for samples of full range, ``1280x720`` for that size.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.peers.capture_trial import CLOCK_BITS, bars, clock_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT, RATE = 768, 96, 25
OF_RED, OF_BLUE = 0.2126, 0.0722
"""Weights in the brightness, by ITU-R BT.709."""


def samples(pixels: NDArray[numpy.uint8], *, full: bool) -> list[NDArray[numpy.uint8]]:
    """Return Y, Cb and Cr by the formulas of BT.709, unscaled."""
    blue, green, red = (pixels[:, :, index] / 255 for index in range(3))
    luma = OF_RED * red + (1 - OF_RED - OF_BLUE) * green + OF_BLUE * blue
    chroma = (blue - luma) / 2 / (1 - OF_BLUE), (red - luma) / 2 / (1 - OF_RED)
    planes = [255 * luma, *(255 * part + 128 for part in chroma)]
    if not full:
        planes = [219 * luma + 16, *(224 * part + 128 for part in chroma)]
    return [numpy.clip(numpy.rint(plane), 0, 255).astype(numpy.uint8) for plane in planes]


class Encoder:
    """One encoded stream of pictures in real time."""

    def __init__(
        self, target: Any, kind: str, options: dict[str, str], *, full: bool, size: tuple[int, int] = (WIDTH, HEIGHT)
    ) -> None:
        width, height = size
        self._full = full
        self._planes = samples(bars(width, height), full=full)
        self._container = av.open(target, "w", format=kind, options=options)
        settings = {"preset": "ultrafast", "tune": "zerolatency", "qp": "0", "g": "12"}
        self._stream: Any = self._container.add_stream("libx264", rate=RATE, options=settings)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.codec_context.colorspace = 1
        self._stream.codec_context.color_range = 2 if full else 1

    def picture(self) -> Any:
        """Return the bars with the time on the clock."""
        width, height = self._stream.width, self._stream.height
        picture: Any = av.VideoFrame(width, height, "yuv420p")
        white = numpy.repeat(clock_columns(time.monotonic()), -(-width // CLOCK_BITS))[:width]
        for index, plane in enumerate(picture.planes):
            step = 1 if index == 0 else 2
            target = numpy.frombuffer(memoryview(plane), numpy.uint8).reshape(plane.height, -1)[:, : plane.width]
            target[:] = self._planes[index][::step, ::step]
            target[plane.height * 3 // 4 :] = numpy.where(white, 235, 16)[::step] if index == 0 else 128
        picture.colorspace, picture.color_range = 1, 2 if self._full else 1
        return picture

    def write(self, count: int) -> None:
        """Write so many pictures at once, as into a file."""
        with self._container:
            for number in range(count):
                picture = self.picture()
                picture.pts, picture.time_base = number, Fraction(1, RATE)
                self._container.mux(self._stream.encode(picture))
            self._container.mux(self._stream.encode())

    def run(self, seconds: float = 3600.0) -> None:
        """Send in real time."""
        began = time.monotonic()
        with self._container:
            for number in range(int(seconds * RATE)):
                time.sleep(max(0.0, began + number / RATE - time.monotonic()))
                picture = self.picture()
                picture.pts, picture.time_base = number, Fraction(1, RATE)
                self._container.mux(self._stream.encode(picture))
            self._container.mux(self._stream.encode())


def serve(port: int, *, full: bool, size: tuple[int, int]) -> None:
    """Send to everybody who connects."""

    def send(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, av.error.FFmpegError), client.makefile("wb", buffering=0) as file:
            client.settimeout(10)
            Encoder(file, "mpegts", {}, full=full, size=size).run()

    with socket.create_server(("127.0.0.1", port)) as server:
        say_ready()
        while True:
            threading.Thread(target=send, args=[server.accept()[0]], daemon=True).start()


def say_ready() -> None:
    """Tell who has started this."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def main(kind: str, where: str, *how: str) -> None:
    """Send."""
    full = "full" in how
    sizes = [word.split("x") for word in how if "x" in word]
    size = (int(sizes[0][0]), int(sizes[0][1])) if sizes else (WIDTH, HEIGHT)
    if kind == "tcp":
        serve(int(where), full=full, size=size)
    elif kind == "udp":
        say_ready()
        Encoder(f"udp://127.0.0.1:{where}?pkt_size=1316", "mpegts", {}, full=full, size=size).run()
    else:
        playlist = Path(where) / "live.m3u8"
        say_ready()
        live = {"hls_time": "0.48", "hls_list_size": "8", "hls_flags": "delete_segments"}
        Encoder(str(playlist), "hls", live, full=full, size=size).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
