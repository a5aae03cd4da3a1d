"""``qarunner doctor NODE`` on real pictures: no signal, a black that may be HDCP and a wrong range are three things."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy
import pytest
from tests.peers.capture_trial import bars
from tests.peers.stream_sender import HEIGHT, WIDTH, samples

from qarunner.config import load
from qarunner.nodes.client import connect

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tests.commands.conftest import Qarunner

LIMITED, FULL = 1, 2
"""Of a video's picture, in libav's numbers."""


def film(path: Path, pixels: NDArray[numpy.uint8], *, full: bool, called: int) -> None:
    """Encode a second of a picture.

    :param full: how its samples are made. :param called: what the file says of them, which may be wrong.
    """
    planes = samples(pixels, full=full)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, called
        for number in range(25):
            picture: Any = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            for index, plane in enumerate(picture.planes):
                step = 1 if index == 0 else 2
                lines = numpy.frombuffer(memoryview(plane), numpy.uint8).reshape(plane.height, -1)[:, : plane.width]
                lines[:] = planes[index][::step, ::step]
            picture.colorspace, picture.color_range = 1, called
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def black() -> NDArray[numpy.uint8]:
    return numpy.zeros((HEIGHT, WIDTH, 3), numpy.uint8)


@pytest.mark.parametrize(
    ("pixels", "called", "said"),
    [
        (bars, LIMITED, "works    picture content: levels from 0 to 255"),
        (
            black,
            LIMITED,
            "note     picture content: the picture is black (levels from 0 to 0): standby, or probably HDCP",
        ),
        (bars, FULL, "note     picture content: black and white are greys (brightness from 16 to 235)"),
        (black, FULL, "note     picture content: the picture is black of a wrong colour range (levels from 16 to 16)"),
    ],
)
def test_what_a_capture_shows_is_told(
    qarunner: Qarunner, here: Path, pixels: Callable[[], NDArray[numpy.uint8]], called: int, said: str
) -> None:
    film(here / "film.mp4", pixels(), full=False, called=called)
    node = f"film-{uuid.uuid4().hex[:8]}"
    size = f"{WIDTH}x{HEIGHT}"
    table = f'[nodes.{node}]\ncapture = "video:{here}/film.mp4?loop=true"\nframe_size = "{size}"\nlinger = 0.2\n'
    (here / "qarunner.toml").write_text(table, encoding="utf-8")
    told = qarunner("doctor", node)
    assert said in told.out
    assert told.code == 0


def test_no_signal_is_told_and_is_not_taken_for_black(qarunner: Qarunner, here: Path) -> None:
    node = f"box-{uuid.uuid4().hex[:8]}"
    table = f'[nodes.{node}]\ncapture = "virtual:"\npower = "virtual:"\nlinger = 5\n'
    (here / "qarunner.toml").write_text(table, encoding="utf-8")
    with connect(load(directory=here, environment={}).node(node), holder="somebody") as handle:
        handle.power_off()
    told = qarunner("doctor", node)
    assert "broken   picture: capture driver virtual: no signal" in told.out
    assert "Without a signal, HDCP is not the question" in told.out
    assert told.code == 1
