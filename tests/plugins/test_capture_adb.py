"""`adb:` shows the screen of an Android device, here of a fake one behind a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy
import pytest
from tests.peers.android_screen import FakeAndroid
from tests.peers.capture_trial import await_picture, bar_errors

from qarunner import ConfigurationError, DeviceError, DeviceLostError
from qarunner.testing import DriverRig, driver_rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from qarunner import Capture

__all__ = ["driver_rig"]


@pytest.fixture
def android() -> Iterator[FakeAndroid]:
    with FakeAndroid() as android:
        yield android


def capture_of(
    android: FakeAndroid, rig: DriverRig, uri: str = "adb:", **options: Any
) -> AbstractContextManager[Capture]:
    return rig("capture", uri, server=android.address, fps=30, **options)


@pytest.mark.parametrize("transfer", ["raw", "png"])
@pytest.mark.parametrize("new", [True, False], ids=["Android 9", "Android 8"])
def test_colours_arrive_exactly(transfer: str, new: bool, android: FakeAndroid, driver_rig: DriverRig) -> None:  # noqa: FBT001 - a parameter
    android.new = new
    with capture_of(android, driver_rig, transfer=transfer) as capture:
        assert bar_errors(await_picture(capture, lambda _pixels: True)).max() == 0
        android.pixels = numpy.ascontiguousarray(android.pixels[:, ::-1])
        await_picture(capture, lambda pixels: (pixels == android.pixels).all())


def test_a_screen_that_is_turned_is_opened_again(android: FakeAndroid, driver_rig: DriverRig) -> None:
    with capture_of(android, driver_rig) as capture:
        await_picture(capture, lambda _pixels: True)
        android.pixels = numpy.ascontiguousarray(numpy.rot90(android.pixels))
        with pytest.raises(DeviceLostError, match=r"from \(768, 96\) to \(96, 768\)"):
            await_picture(capture, lambda _pixels: False)


def test_a_device_in_the_network_is_connected(android: FakeAndroid, driver_rig: DriverRig) -> None:
    with capture_of(android, driver_rig, "adb:192.168.1.4:5555") as capture:
        await_picture(capture, lambda _pixels: True)
    with (
        pytest.raises(DeviceError, match=r"failed to connect to 192.168.1.5:5555"),
        capture_of(android, driver_rig, "adb:192.168.1.5:5555"),
    ):
        pass


def test_a_device_that_is_pulled_out_is_lost(android: FakeAndroid, driver_rig: DriverRig) -> None:
    with capture_of(android, driver_rig, "adb:0123ABCD") as capture:
        await_picture(capture, lambda _pixels: True)
        android.devices.clear()
        with pytest.raises(DeviceLostError, match="device '0123ABCD' not found"):
            await_picture(capture, lambda _pixels: False)


@pytest.mark.parametrize(
    ("answer", "transfer", "told"),
    [
        (
            b"/system/bin/sh: screencap: not found\n",
            "raw",
            "sends no picture but '/system/bin/sh: screencap: not found'",
        ),
        (
            b"/system/bin/sh: screencap: not found\n",
            "png",
            "sends no picture but '/system/bin/sh: screencap: not found'",
        ),
        (b"", "png", "sends no picture but 'nothing'"),
        (b"", "raw", "has closed the connection"),
        (b"\x89PNG\r\n\x1a\nrubbish", "png", "sends no picture"),
        (b"\0\3\0\0\0\2\0\0\1\0\0\0" + bytes(5000), "raw", "has closed the connection"),
    ],
)
def test_what_is_no_picture_is_told(
    answer: bytes, transfer: str, told: str, android: FakeAndroid, driver_rig: DriverRig
) -> None:
    android.answer = answer
    with pytest.raises(DeviceError, match=told) as raised, capture_of(android, driver_rig, transfer=transfer):
        pass
    assert android.address in raised.value.problem
    assert raised.value.advice


def test_a_device_that_was_not_allowed_says_so(android: FakeAndroid, driver_rig: DriverRig) -> None:
    android.devices = {"0123ABCD": "unauthorized"}
    with (
        pytest.raises(DeviceError, match="unauthorized") as raised,
        capture_of(android, driver_rig, "adb:0123ABCD"),
    ):
        pass
    assert "Allow this computer" in raised.value.advice


def test_what_is_no_serial_number_is_refused(driver_rig: DriverRig) -> None:
    with pytest.raises(ConfigurationError, match="is no serial number"), driver_rig("capture", "adb:a b"):
        pass
