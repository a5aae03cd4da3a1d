"""Sends real MPEG-TS whose picture turns white and whose sound beeps at the same moment, at each whole second.

``python -m tests.peers.flash_and_beep tcp PORT`` serves everybody who connects. ``late`` sends each sound 300 ms after
the picture that it belongs to, as some encoders do; ``mute=3`` sends no more sound after 3 seconds; ``matroska`` sends
that instead of MPEG-TS.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from fractions import Fraction
from typing import Any

import av
import numpy

RATE, SAMPLE_RATE = 25, 48_000
FLASH, BEEP = 0.5, 0.2
"""Seconds that the picture stays white, and that it beeps, at the beginning of each second."""
LOUDNESS = 0.25
"""Of full scale: a sine of this height is at -15.1 dBFS."""
LATE = 0.3
BLOCK = 1024
CODECS: dict[str, tuple[Any, str, Any, str, dict[str, str]]] = {
    "mpegts": ("libx264", "yuv420p", "aac", "fltp", {"preset": "ultrafast", "tune": "zerolatency", "g": "12"}),
    "matroska": ("mjpeg", "yuvj420p", "pcm_s16le", "s16", {}),
}
"""By container: picture and sound, each with what it is made of, and options. Plain GStreamer decodes the second."""


def beeping(first: int, count: int) -> Any:
    """Return samples of the sound from sample number `first` on: shape (2, count), float32."""
    numbers = numpy.arange(first, first + count)
    on = numbers % SAMPLE_RATE < BEEP * SAMPLE_RATE
    wave = numpy.where(on, LOUDNESS * numpy.sin(numbers * 2 * numpy.pi * 1000 / SAMPLE_RATE), 0)
    return numpy.stack([wave, wave]).astype(numpy.float32)


class FlashAndBeep:
    """One encoded stream in real time.

    :param target: a file or its name. :param late: seconds that sound is sent after its picture.
    :param mute_after: seconds after which there is no more sound.
    """

    def __init__(self, target: Any, kind: str = "mpegts", *, late: float = 0.0, mute_after: float = 1e9) -> None:
        self._container = av.open(target, "w", format=kind, options={"max_interleave_delta": "1"})
        picture, self._form, sound, self._type, options = CODECS[kind]
        self._video: Any = self._container.add_stream(picture, rate=RATE, options=options)
        self._video.width, self._video.height, self._video.pix_fmt = 160, 96, self._form
        self._audio: Any = self._container.add_stream(sound, rate=SAMPLE_RATE)
        self._audio.layout = "stereo"
        self._late = late
        self._mute_after = mute_after
        self._sent = 0

    def run(self, seconds: float = 3600.0, *, real_time: bool = True) -> None:
        """Send."""
        began = time.monotonic()
        with self._container:
            for number in range(int(seconds * RATE)):
                if real_time:
                    time.sleep(max(0.0, began + number / RATE - time.monotonic()))
                bright = number / RATE % 1 < FLASH
                grey = numpy.full((96, 160), 235 if bright else 16, numpy.uint8)
                picture = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=self._form)
                picture.pts, picture.time_base = number, Fraction(1, RATE)
                self._container.mux(self._video.encode(picture))
                self._send_sound((number + 1) / RATE - self._late)
            self._container.mux(self._video.encode())

    def _send_sound(self, until: float) -> None:
        while self._sent + BLOCK <= min(until, self._mute_after) * SAMPLE_RATE:
            samples = beeping(self._sent, BLOCK)
            if self._type == "s16":
                samples = (samples.T * 32_768).astype(numpy.int16).reshape(1, -1)
            block = av.AudioFrame.from_ndarray(samples, format=self._type, layout="stereo")
            block.sample_rate, block.pts, block.time_base = SAMPLE_RATE, self._sent, Fraction(1, SAMPLE_RATE)
            self._container.mux(self._audio.encode(block))
            self._sent += BLOCK


def main(_tcp: str, port: str, *how: str) -> None:
    """Send to everybody who connects."""
    mute_after = next((float(word.partition("=")[2]) for word in how if word.startswith("mute=")), 1e9)

    def send(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, av.error.FFmpegError), client.makefile("wb", buffering=0) as file:
            client.settimeout(10)
            kind = "matroska" if "matroska" in how else "mpegts"
            FlashAndBeep(file, kind, late=LATE if "late" in how else 0.0, mute_after=mute_after).run()

    with socket.create_server(("127.0.0.1", int(port))) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            threading.Thread(target=send, args=[server.accept()[0]], daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
