"""Bytes of uncompressed pictures become true colours: all layouts, both ranges, odd sizes, rows that are filled up."""

from __future__ import annotations

import numpy
import pytest
from tests.peers.capture_trial import bar_errors, bars
from tests.peers.stream_sender import HEIGHT, WIDTH, samples

from qarunner_plugins.raw_pictures import BT709, FULL, LIMITED, Layout, RawConverter, layout


def parts(pixel_format: str, *, full: bool) -> list[numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]]:
    """The planes of the bars."""
    y, cb, cr = samples(bars(), full=full)
    blue, green, red = (bars()[:, :, index] for index in range(3))
    half = numpy.stack([cb[::2, ::2], cr[::2, ::2]], axis=2).reshape(HEIGHT // 2, -1)
    packed = {
        "yuyv422": [y[:, ::2], cb[:, ::2], y[:, 1::2], cr[:, ::2]],
        "uyvy422": [cb[:, ::2], y[:, ::2], cr[:, ::2], y[:, 1::2]],
        "bgr24": [blue, green, red],
        "rgb24": [red, green, blue],
        "bgr0": [blue, green, red, red],
        "rgb0": [red, green, blue, red],
    }
    planar = {
        "yuv420p": [y, cb[::2, ::2], cr[::2, ::2]],
        "yuv422p": [y, cb[:, ::2], cr[:, ::2]],
        "yuv444p": [y, cb, cr],
        "nv12": [y, half],
        "nv21": [y, numpy.stack([cr[::2, ::2], cb[::2, ::2]], axis=2).reshape(HEIGHT // 2, -1)],
    }
    if pixel_format in planar:
        return planar[pixel_format]
    return [numpy.stack(packed[pixel_format], axis=2).reshape(HEIGHT, -1)]


def memory(given: Layout, planes: list[numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.uint8]]]) -> object:
    """How the planes lie in memory; what is no picture is rubbish."""
    raw = numpy.full(given.size + 7, 77, numpy.uint8)
    for plane, part in zip(given.planes, planes, strict=True):
        rows = raw[plane.offset : plane.offset + plane.stride * plane.rows].reshape(plane.rows, plane.stride)
        rows[:, : plane.row] = part
    return raw


ALL = [
    "yuv420p", "yuv422p", "yuv444p", "nv12", "nv21", "yuyv422", "uyvy422", "bgr24", "rgb24", "bgr0", "rgb0",
]  # fmt: skip


@pytest.mark.parametrize("pixel_format", ALL)
@pytest.mark.parametrize("sample_range", ["limited", "full"])  # of red, green and blue, it is always full
@pytest.mark.parametrize("stride", [0, 2], ids=["dense", "filled up"])
def test_bars_come_out_as_they_went_in(pixel_format: str, sample_range: str, stride: int) -> None:
    full = sample_range == "full" or "gb" in pixel_format or "gr" in pixel_format
    dense = layout(pixel_format, WIDTH, HEIGHT)
    given = layout(pixel_format, WIDTH, HEIGHT, stride=dense.planes[0].stride + 64 if stride else 0)
    pixels = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    raw = memory(given, parts(pixel_format, full=full))
    RawConverter(given, BT709, FULL if full else LIMITED).convert(raw, pixels)  # type: ignore[arg-type]  # numpy
    assert bar_errors(pixels).max() <= 3


@pytest.mark.parametrize(
    ("pixel_format", "size", "planes"),
    [
        # GStreamer's own documentation of how rows and planes are filled up (video-format, GstVideoInfo).
        ("yuv420p", (321, 179), [(0, 324, 179), (324 * 180, 164, 90), (324 * 180 + 164 * 90, 164, 90)]),
        ("nv12", (322, 180), [(0, 324, 180), (324 * 180, 324, 90)]),
        ("bgr24", (322, 180), [(0, 968, 180)]),
        ("yuyv422", (322, 180), [(0, 644, 180)]),
    ],
)
def test_rows_of_gstreamer_are_filled_up(
    pixel_format: str, size: tuple[int, int], planes: list[tuple[int, int, int]]
) -> None:
    given = layout(pixel_format, *size, alignment=4)
    assert [(plane.offset, plane.stride, plane.rows) for plane in given.planes] == planes


def test_who_does_not_say_means_limited_range() -> None:
    given = layout("yuv420p", WIDTH, HEIGHT)
    pixels = numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)
    RawConverter(given, BT709).convert(memory(given, parts("yuv420p", full=False)), pixels)  # type: ignore[arg-type]  # numpy
    assert bar_errors(pixels).max() <= 3
