"""A capture in a node's exporter: what its status says, and that reference images of 720p match a source of 1080p."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
import stbt_core
from tests.peers.capture_trial import await_picture
from tests.peers.rig_node import eventually, got
from tests.peers.x_display import XDisplay

from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.nodes.client import NodeView, observe
from qarunner.testing import DriverRig, driver_rig

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("xvfb")

__all__ = ["driver_rig"]


@pytest.fixture(scope="module")
def display() -> Iterator[XDisplay]:
    with XDisplay(1920, 1080) as display:
        yield display


@pytest.fixture(scope="module")
def node(display: XDisplay) -> Iterator[NodeView]:
    capture = DriverConfig(uri=f"screen:{display.name}", options={"fps": 20})
    config = NodeConfig(id=f"screen-{os.getpid()}", capture=capture, frame_size=(1280, 720), linger=1.0)
    with observe(config) as node:
        yield node


def test_status_tells_format_rate_drops_signal_and_delay(node: NodeView) -> None:
    eventually(lambda: node.status().capture.frames > 20, "twenty frames")
    capture = node.status().capture
    assert (capture.signal, capture.problem) == ("frames", "")
    assert (capture.width, capture.height, capture.pixel_format) == (1920, 1080, "bgra")
    assert capture.nominal_frame_rate == 20
    assert 1 < capture.frame_rate < 25
    assert capture.dropped >= 0
    assert 0 < got(capture.delay) < 2


def test_a_reference_image_of_720p_matches_a_source_of_1080p(
    display: XDisplay, node: NodeView, driver_rig: DriverRig, tmp_path: Path
) -> None:
    display.colour(40, 60, 90)
    text = ["xterm", "-geometry", "30x6+600+300", "-bg", "#102030", "-fg", "#f0f0f0", "-e", "echo; seq 1000 1030; cat"]
    display.run(text)
    with driver_rig("capture", f"screen:{display.name}") as capture:
        source = await_picture(capture, lambda pixels: (pixels[300:380, 600:780] > 150).sum() > 300)
    # As somebody would have cut it from a screenshot of 1280x720.
    whole = cv2.resize(source, (1280, 720), interpolation=cv2.INTER_AREA)
    reference = tmp_path / "terminal.png"
    cv2.imwrite(str(reference), whole[200:252, 400:520])

    def matches() -> stbt_core.MatchResult | None:
        frame = got(node.frames.newest(timeout=20))
        result = stbt_core.match(str(reference), frame=stbt_core.Frame(frame.pixels))
        return result or None

    result = got(eventually(matches, "a match"))
    assert (result.region.x, result.region.y) == (400, 200)
    assert not stbt_core.match(str(reference), frame=stbt_core.Frame(numpy.zeros((720, 1280, 3), numpy.uint8)))
