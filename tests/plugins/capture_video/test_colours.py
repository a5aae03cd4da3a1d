"""Colours are those that were recorded, whatever the video's pixel format, range, matrix and rotation."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy
import pytest

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tests.plugins.capture_video.conftest import Studio

BARS = [
    (255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255), (0, 0, 0),
    (191, 64, 32), (128, 128, 128), (20, 200, 100), (250, 5, 130),
]  # fmt: skip
"""Red, green, blue of each bar."""
WIDTH_OF_BAR, HEIGHT = 64, 64
BT601, BT709, BT2020 = (0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593)
"""Weights of red and blue in the brightness (ITU-R recommendations of these numbers)."""
MATRIX_NUMBERS = {BT601: 6, BT709: 1, BT2020: 9}


def luma_and_chroma(
    colour: tuple[int, int, int], weights: tuple[float, float], *, full: bool, bits: int = 8
) -> list[int]:
    """Return Y, Cb and Cr by the formulas of the standards."""
    of_red, of_blue = weights
    red, green, blue = (part / 255 for part in colour)
    luma = of_red * red + (1 - of_red - of_blue) * green + of_blue * blue
    by_blue, by_red = (blue - luma) / 2 / (1 - of_blue), (red - luma) / 2 / (1 - of_red)
    scale = 2 ** (bits - 8)
    if full:
        values = 255 * luma, 255 * by_blue + 128, 255 * by_red + 128
    else:
        values = 219 * luma + 16, 224 * by_blue + 128, 224 * by_red + 128
    return [min(round(value * scale), 256 * scale - 1) for value in values]


def write_bars(
    path: Path,
    pixel_format: str,
    weights: tuple[float, float],
    *,
    full: bool = False,
    says: bool = True,
    codec: str = "",
) -> None:
    """Write a lossless video of the bars, whose Y, Cb and Cr are set here and not by libav."""
    bits = 10 if "10" in pixel_format else 8
    picture: Any = av.VideoFrame(WIDTH_OF_BAR * len(BARS), HEIGHT, pixel_format)
    for index, plane in enumerate(picture.planes):
        kind = numpy.dtype(numpy.uint16 if bits == 10 else numpy.uint8)
        samples = numpy.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
        width = plane.width // len(BARS)
        for number, colour in enumerate(BARS):
            value = luma_and_chroma(colour, weights, full=full, bits=bits)[index]
            samples[:, number * width : (number + 1) * width] = value
    picture.pts, picture.time_base = 0, Fraction(1, 25)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec or "libx264", rate=25, options={} if codec else {"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, pixel_format
        if says:
            stream.codec_context.colorspace = picture.colorspace = MATRIX_NUMBERS[weights]
            stream.codec_context.color_range = picture.color_range = 2 if full else 1
        container.mux(stream.encode(picture))
        container.mux(stream.encode())


def bars_of(pixels: NDArray[numpy.uint8]) -> NDArray[numpy.int16]:
    """Return red, green and blue of the middle of each bar."""
    middle = pixels[HEIGHT // 2, WIDTH_OF_BAR // 2 :: WIDTH_OF_BAR]
    return middle[:, ::-1].astype(numpy.int16)


def assert_true_colours(studio: Studio, name: str) -> None:
    capture = studio.driver(f"video:{name}")
    capture.open()
    pixels = capture.read(1.0).pixels
    assert (pixels.dtype, pixels.flags.c_contiguous) == (numpy.uint8, True)
    assert numpy.abs(bars_of(pixels) - numpy.array(BARS)).max() <= 3


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
@pytest.mark.parametrize("weights", [BT601, BT709, BT2020], ids=["bt601", "bt709", "bt2020"])
@pytest.mark.parametrize("sample_range", ["limited", "full"])
def test_colour_bars_come_out_as_they_went_in(
    studio: Studio, pixel_format: str, weights: tuple[float, float], sample_range: str
) -> None:
    write_bars(studio.pack / "bars.mkv", pixel_format, weights, full=sample_range == "full")
    assert_true_colours(studio, "bars.mkv")


def test_full_range_of_motion_jpeg_is_honoured(studio: Studio) -> None:
    write_bars(studio.pack / "bars.avi", "yuvj422p", BT601, full=True, codec="mjpeg")
    capture = studio.driver("video:bars.avi")
    capture.open()
    # mjpeg is lossy: what matters here is that black and white are black and white.
    bars = bars_of(capture.read(1.0).pixels)
    assert bars[0].min() >= 250
    assert bars[7].max() <= 5


def test_a_small_video_that_says_nothing_is_meant_as_standard_definition(studio: Studio) -> None:
    write_bars(studio.pack / "bars.mkv", "yuv420p", BT601, says=False)
    assert_true_colours(studio, "bars.mkv")


def test_a_large_video_that_says_nothing_is_meant_as_high_definition(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qarunner_plugins.capture_video.colours.LARGEST_STANDARD_DEFINITION", (767, 63))
    write_bars(studio.pack / "bars.mkv", "yuv420p", BT709, says=False)
    assert_true_colours(studio, "bars.mkv")


def test_grey_and_uncompressed_colours_are_read(studio: Studio) -> None:
    for pixel_format, codec, name in (("gray", "ffv1", "a.mkv"), ("bgr0", "ffv1", "a.mkv"), ("rgb24", "png", "a.mov")):
        studio.write(name, [0.0], codec=codec, pixel_format=pixel_format)
        capture = studio.driver(f"video:{name}")
        capture.open()
        pixels = capture.read(1.0).pixels
        assert numpy.abs(pixels.astype(int) - studio.picture(0, (64, 48))).max() <= 1


@pytest.mark.parametrize(
    ("rotation", "size", "white"),
    [
        (0, (64, 48), "upper left"),
        (90, (48, 64), "lower left"),
        (180, (64, 48), "lower right"),
        (-90, (48, 64), "upper right"),
    ],
)
def test_a_video_taken_upright_is_shown_upright(
    studio: Studio, rotation: int, size: tuple[int, int], white: str
) -> None:
    studio.write("phone.mp4", [0.0, 0.04], rotation=rotation)
    capture = studio.driver("video:phone.mp4")
    delivered = capture.open()
    pixels = capture.read(1.0).pixels
    assert (delivered.width, delivered.height) == (pixels.shape[1], pixels.shape[0]) == size
    assert pixels.flags.c_contiguous
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    quarters = {
        "upper left": pixels[:height, :width], "upper right": pixels[:height, width:],
        "lower left": pixels[height:, :width], "lower right": pixels[height:, width:],
    }  # fmt: skip
    assert [name for name, quarter in quarters.items() if quarter.mean() > 200] == [white]
