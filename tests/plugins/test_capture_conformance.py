"""Every capture keeps the rules, in good days and in bad ones."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.peers.capture_devices import DEVICES, PEERLESS, CaptureDevice
from tests.peers.rig_node import eventually, got

from qarunner.nodes import ring_layout
from qarunner.nodes.capture_loop import CaptureLoop
from qarunner.nodes.hub import FrameHub
from qarunner.nodes.status import CaptureStatus
from qarunner.testing import DriverRig, check_capture, check_trouble, check_unreachable
from qarunner_plugins import live_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qarunner import Capture


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.needs(*needs)) for name, (needs, _) in DEVICES.items()]
)
def device(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaptureDevice]:
    _needs, make = DEVICES[request.param]
    with make(tmp_path_factory.mktemp(request.param)) as device:
        yield device


@pytest.fixture
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_pictures, "SILENCE_LIMIT", 2.0)
    monkeypatch.setattr(live_pictures, "CLOSE_LIMIT", 0.5)


def test_it_keeps_the_rules(device: CaptureDevice, tmp_path: Path) -> None:
    check_capture(device.uri, seconds=20, pack=tmp_path, **device.options)


def status_of(uri: str, pack: Path, options: dict[str, Any]) -> CaptureStatus:
    """Return what a node's status says of a capture that has delivered some frames."""
    resolved = DriverRig(pack).resolve("capture", uri, **options)
    ring, view = ring_layout.create(320, 180)
    loop = CaptureLoop(resolved, resolved.open(), FrameHub(ring, view))
    loop.start()
    try:
        eventually(lambda: loop.status.frames >= 10 and loop.status.frame_rate, f"ten frames of {uri}")
        return loop.status
    finally:
        loop.close()
        os.close(ring)


def look_at_status(status: CaptureStatus) -> None:
    assert (status.signal, status.problem, status.reconnects) == ("frames", "", 0)
    assert status.width > 0
    assert status.height > 0
    assert status.pixel_format
    assert status.frame_rate > 1
    assert status.dropped >= 0
    assert 0 <= got(status.delay) < 2
    # An Android device is asked for one picture after the other, as quickly as it gives them.
    assert (status.nominal_frame_rate > 0) == ("adb:" not in status.driver)


def test_its_status_tells_format_rates_drops_signal_and_delay(device: CaptureDevice, tmp_path: Path) -> None:
    look_at_status(status_of(device.uri, tmp_path, device.options))


def test_it_names_a_device_that_is_not_there(device: CaptureDevice, tmp_path: Path) -> None:
    check_unreachable("capture", device.absent, mentions=[device.absent_name], pack=tmp_path, **device.options)


def use(capture: Capture) -> None:
    """Wait for a picture that is new: a few may be on their way when the trouble begins."""
    asked = time.monotonic()
    while time.monotonic() < asked + 9:
        frame = capture.read(0.5)
        if frame is not None and frame.time > asked:
            return
    raise AssertionError("no picture for nine seconds")


def test_it_survives_a_device_that_goes_away(device: CaptureDevice, tmp_path: Path) -> None:
    check_trouble(
        "capture", device.uri, use=use, trouble=device.stop, mend=device.start, mentions=[device.told_name],
        pack=tmp_path, **device.options,
    )  # fmt: skip


@pytest.mark.usefixtures("_impatience")
def test_it_survives_a_device_that_stands_still(device: CaptureDevice, tmp_path: Path) -> None:
    check_trouble(
        "capture", device.uri, use=use, trouble=device.freeze, mend=device.thaw, mentions=[device.told_name],
        pack=tmp_path, **device.options,
    )  # fmt: skip


@pytest.mark.usefixtures("_impatience")
def test_opening_a_device_that_stands_still_ends_in_time(
    device: CaptureDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_pictures, "OPEN_LIMIT", 2.0)
    device.freeze()
    try:
        check_unreachable("capture", device.uri, mentions=[device.told_name], pack=tmp_path, **device.options)
    finally:
        device.thaw()


@pytest.mark.parametrize("scheme", PEERLESS)
def test_a_capture_without_a_peer_keeps_the_rules(scheme: str, tmp_path: Path) -> None:
    with PEERLESS[scheme](tmp_path) as uri:
        check_capture(uri, pack=tmp_path)
        look_at_status(status_of(uri, tmp_path, {}))


@pytest.mark.parametrize(
    "uri",
    [
        *("vnc:", "vnc:::1", "adb:two words", "v4l2:", "gstreamer:", 'gstreamer:videotestsrc " !', "stream:", "video:"),
        *("screen:", "replay:"),
    ],
)
def test_a_bad_address_is_refused_before_anything_is_tried(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    check_unreachable("capture", uri, mentions=["'test-node'"])
