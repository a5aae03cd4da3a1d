"""Makes real encoded videos whose pictures carry their number as brightness, and plays them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy
import pytest

from qarunner import CapturedFrame, EndOfStreamError
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.opening import resolve_driver
from qarunner.plugins import Plugins
from qarunner_plugins import capture_video
from qarunner_plugins.capture_video.colours import ACCURATE_ROUNDING, BILINEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qarunner.protocols import Capability, Capture

DARKEST, STEP = 20, 5
"""Brightness of picture 0, and from one number to the next; encoding changes less."""


class Studio:
    """Writes videos into a test pack and opens drivers as a node of that pack would."""

    def __init__(self, pack: Path, plugins: Plugins) -> None:
        self.pack = pack
        self.plugins = plugins
        self.opened: list[Any] = []
        self.shared: dict[str, Any] = {}

    def write(  # noqa: PLR0913 - all that a video may be
        self,
        name: str,
        times: Sequence[float],
        *,
        size: tuple[int, int] = (64, 48),
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        options: Mapping[str, str] = {},
        muxer: Mapping[str, str] = {},
        rotation: int = 0,
        sound: bool = False,
    ) -> Path:
        """Encode one picture for each of `times` (seconds) and return the path."""
        path = self.pack / name
        with av.open(str(path), "w", options=dict(muxer)) as container:
            stream: Any = container.add_stream(codec, rate=25, options=dict(options))
            stream.width, stream.height, stream.pix_fmt = *size, pixel_format
            tick = Fraction(1, 1000 if codec == "libx264" else 25)
            stream.time_base = stream.codec_context.time_base = tick
            if rotation:
                stream.set_display_rotation(rotation)
            voice: Any = container.add_stream("aac", rate=48000) if sound else None
            for number, time in enumerate(times):
                drawn = av.VideoFrame.from_ndarray(self.picture(number, size), "bgr24")
                # Without this flag libav makes grey slightly green.
                picture = drawn.reformat(format=pixel_format, interpolation=BILINEAR | ACCURATE_ROUNDING)
                picture.pts, picture.time_base = round(time / tick), tick
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
            if voice is not None:
                add_silence(container, voice, times[-1] + 3)
        return path

    @staticmethod
    def picture(number: int, size: tuple[int, int]) -> NDArray[numpy.uint8]:
        """Return a grey picture whose upper left quarter is white."""
        pixels = numpy.full((size[1], size[0], 3), DARKEST + number * STEP, numpy.uint8)
        pixels[: size[1] // 2, : size[0] // 2] = 255
        return pixels

    @staticmethod
    def number(frame: CapturedFrame | None) -> int:
        """Return the number of a picture that is not rotated."""
        assert frame is not None
        height, width = frame.pixels.shape[:2]
        grey = numpy.median(frame.pixels[height // 2 + 2 :, width // 2 + 2 :])
        return round((float(grey) - DARKEST) / STEP)

    def driver(self, uri: str, capability: Capability = "capture", **options: Any) -> Any:
        """Make a driver; it is closed when the test ends."""
        node = NodeConfig(id="living-room", pack=str(self.pack))
        config = DriverConfig(uri=uri, options=options)
        made = resolve_driver(self.plugins, node, capability, config, self.shared).open()
        self.opened.append(made)
        return made

    def play(self, uri: str, **options: Any) -> list[tuple[int, float]]:
        """Play to the end and return number and time of all frames, the first one's time being 0."""
        capture = self.driver(uri, **options)
        capture.open()
        frames = [(self.number(frame), frame.time) for frame in self.frames(capture)]
        return [(number, time - frames[0][1]) for number, time in frames]

    def take(self, capture: Capture, count: int, timeout: float = 1.0) -> list[tuple[int, float]]:
        """Return number and time of the next frames, which are all there."""
        taken = []
        for _frame in range(count):
            frame = capture.read(timeout)
            assert frame is not None
            taken.append((self.number(frame), frame.time))
        return taken

    @staticmethod
    def frames(capture: Capture) -> Iterator[CapturedFrame]:
        """Yield all frames up to the end."""
        while True:
            try:
                frame = capture.read(1.0)
            except EndOfStreamError:
                return
            assert frame is not None
            yield frame


def add_silence(container: Any, stream: Any, seconds: float) -> None:
    """Write a track of silence."""
    for start in range(0, int(seconds * 48000), 1024):
        silence = av.AudioFrame.from_ndarray(numpy.zeros((1, 1024), numpy.float32), "fltp", "mono")
        silence.sample_rate, silence.pts, silence.time_base = 48000, start, Fraction(1, 48000)
        container.mux(stream.encode(silence))
    container.mux(stream.encode())


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """All plugins that are installed, this one among them."""
    plugins = Plugins()
    if not plugins.manager.has_plugin("capture_video"):
        plugins.register(capture_video, "capture_video")
    return plugins


@pytest.fixture
def studio(tmp_path: Path, plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    # However busy the computer is, the clock of a file is never set anew.
    monkeypatch.setattr(capture_video, "FILE_PATIENCE", math.inf)
    studio = Studio(tmp_path, plugins)
    yield studio
    for driver in studio.opened:
        driver.close()
