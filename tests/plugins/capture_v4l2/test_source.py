"""`v4l2:` reads a video device, told apart: no signal, a passing fault, and a device that is gone."""

from __future__ import annotations

import errno
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy
import pytest
from tests.peers.capture_trial import await_picture, bar_errors, bars
from tests.peers.rig_node import eventually
from tests.peers.stream_sender import HEIGHT, WIDTH, samples
from tests.peers.video_device import VideoDeviceFile

from qarunner import ConfigurationError, DeviceError, DeviceLostError
from qarunner.testing import DriverRig, driver_rig
from qarunner_plugins.capture_v4l2 import devices, kernel, qa_drivers
from qarunner_plugins.capture_video.colours import ACCURATE_ROUNDING, BILINEAR

__all__ = ["driver_rig"]

SIZE = (WIDTH, HEIGHT)
BT709_LIMITED, BT709_FULL, SAYS_NOTHING = (3, 2, 2), (3, 2, 1), (0, 0, 0)


def yuyv(*, full: bool, padding: int = 0) -> bytes:
    y, cb, cr = samples(bars(), full=full)
    rows = numpy.stack([y[:, ::2], cb[:, ::2], y[:, 1::2], cr[:, ::2]], axis=2).reshape(HEIGHT, -1)
    return numpy.pad(rows, ((0, 0), (0, padding)), constant_values=99).tobytes()


def nv12(*, full: bool, padding: int = 0) -> bytes:
    y, cb, cr = samples(bars(), full=full)
    half = numpy.stack([cb[::2, ::2], cr[::2, ::2]], axis=2).reshape(HEIGHT // 2, -1)
    return numpy.pad(numpy.vstack([y, half]), ((0, 0), (0, padding)), constant_values=99).tobytes()


def mjpeg() -> bytes:
    """A JPEG of the bars by libav's encoder, full range and BT.601 as JPEG is."""
    drawn: Any = av.VideoFrame.from_ndarray(bars(), "bgr24")
    picture = drawn.reformat(
        format="yuvj444p", dst_colorspace="ITU601", dst_color_range=2, interpolation=BILINEAR | ACCURATE_ROUNDING
    )
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuvj444p"
    encoder.time_base, encoder.color_range, encoder.options = Fraction(1, 25), 2, {"qmin": "1", "qmax": "1"}
    encoder.qmin = encoder.qmax = 1
    return b"".join(bytes(packet) for packet in encoder.encode(picture))


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VideoDeviceFile:
    (tmp_path / "v4l" / "by-id").mkdir(parents=True)
    (tmp_path / "v4l" / "by-id" / "usb-Fake-index0").symlink_to(tmp_path / "video0")
    monkeypatch.setattr(devices, "DEVICES", tmp_path)
    offers = {"YUYV": {SIZE: 30.0}, "NV12": {SIZE: 30.0}, "MJPG": {SIZE: 30.0}}
    pictures = {"YUYV": yuyv(full=False), "NV12": nv12(full=False), "MJPG": mjpeg()}
    device = VideoDeviceFile(tmp_path / "video0", offers, pictures, colours=BT709_LIMITED)
    monkeypatch.setattr(kernel, "fcntl", device)
    return device


@pytest.mark.parametrize("padding", [0, 64], ids=["dense", "filled up"])
@pytest.mark.parametrize("sample_range", ["limited", "full"])
@pytest.mark.parametrize("code", ["YUYV", "NV12"])
def test_recorded_pictures_have_true_colours(
    code: str, sample_range: str, padding: int, device: VideoDeviceFile, driver_rig: DriverRig
) -> None:
    full = sample_range == "full"
    make = {"YUYV": yuyv, "NV12": nv12}[code]
    device.pictures, device.padding = {code: make(full=full, padding=padding)}, padding
    device.offers = {code: {SIZE: 30.0}}
    device.colours = BT709_FULL if full else BT709_LIMITED
    with driver_rig("capture", "v4l2:video0") as capture:
        assert bar_errors(await_picture(capture, lambda _pixels: True)).max() <= 3


@pytest.mark.parametrize("colours", [SAYS_NOTHING, (8, 0, 0), (7, 1, 1)], ids=["nothing", "sRGB", "JPEG"])
def test_motion_jpeg_is_full_range_whatever_the_driver_says(
    colours: tuple[int, int, int], device: VideoDeviceFile, driver_rig: DriverRig
) -> None:
    device.colours = colours
    with driver_rig("capture", "v4l2:video0", format="MJPG") as capture:
        assert bar_errors(await_picture(capture, lambda _pixels: True)).max() <= 3


def test_a_driver_that_says_the_wrong_range_is_corrected(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    device.pictures = {"YUYV": yuyv(full=True)}
    device.offers = {"YUYV": {SIZE: 30.0}}
    device.colours = SAYS_NOTHING
    with driver_rig("capture", "v4l2:video0") as capture:
        assert bar_errors(await_picture(capture, lambda _pixels: True)).max() > 10
    with driver_rig("capture", "v4l2:video0?range=full&matrix=bt709") as capture:
        assert bar_errors(await_picture(capture, lambda _pixels: True)).max() <= 3


def test_a_picture_that_came_damaged_is_left_out(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    whole = device.pictures["MJPG"]
    with driver_rig("capture", "v4l2:video0", format="MJPG") as capture:
        await_picture(capture, lambda _pixels: True)
        device.pictures = {"MJPG": b""}
        device.next_refusals = [errno.EIO, errno.EIO]
        eventually(lambda: capture.read(0.1) is None, "no picture")
        device.pictures = {"MJPG": whole}
        await_picture(capture, lambda _pixels: True)


def test_no_signal_is_no_loss_and_comes_back(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    with driver_rig("capture", "v4l2:video0") as capture:
        await_picture(capture, lambda _pixels: True)
        device.status = 0x2
        eventually(lambda: capture.read(0.2) is None and capture.read(1.0) is None, "no signal, and for a while")
        device.status = 0
        await_picture(capture, lambda _pixels: True)


def test_a_device_that_is_pulled_out_is_lost(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    with driver_rig("capture", "v4l2:v4l/by-id/usb-Fake-index0") as capture:
        await_picture(capture, lambda _pixels: True)
        device.unplug()
        with pytest.raises(DeviceLostError, match=r"usb-Fake-index0 is gone") as raised:
            await_picture(capture, lambda _pixels: False)
    assert "has no video device" in raised.value.advice


@pytest.mark.parametrize(
    ("refusal", "said", "advice"),
    [
        (errno.EBUSY, "is used by another program", "fuser -v"),
        (errno.EACCES, "may not be read", "usermod -aG video"),
        (errno.ENOTTY, "is no video device", "Video devices of this host"),
        (errno.EINVAL, "cannot be used", "Video devices of this host"),
    ],
)
def test_a_device_that_refuses_says_why(
    refusal: int, said: str, advice: str, device: VideoDeviceFile, driver_rig: DriverRig
) -> None:
    device.refusal = refusal
    with pytest.raises(DeviceError, match=said) as raised, driver_rig("capture", "v4l2:video0"):
        pass
    assert advice in raised.value.advice
    assert str(device.path) in raised.value.problem


def test_an_absent_device_is_told_with_what_there_is(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    with pytest.raises(DeviceError, match="video3 is not there") as raised, driver_rig("capture", "v4l2:video3"):
        pass
    assert "usb-Fake-index0" in raised.value.advice
    with pytest.raises(ConfigurationError, match="names no device"), driver_rig("capture", "v4l2:"):
        pass
    device.unplug()
    with pytest.raises(DeviceError) as raised, driver_rig("capture", "v4l2:video0"):
        pass
    assert "This host has no video device (/dev/video*)" in raised.value.advice


def test_a_format_that_it_does_not_have_is_told_with_those_it_has(
    device: VideoDeviceFile, driver_rig: DriverRig
) -> None:
    with (
        pytest.raises(DeviceError, match=r"\(Fake Grabber\) has no 1920x1080") as raised,
        driver_rig("capture", "v4l2:video0?size=1920x1080"),
    ):
        pass
    assert "NV12 768x96 at 30" in raised.value.advice


def test_the_second_device_of_a_stick_is_no_capture(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    device.capabilities = kernel.CAN_STREAM
    with pytest.raises(DeviceError, match="does not capture pictures"), driver_rig("capture", "v4l2:video0"):
        pass


def test_one_device_is_one_resource_by_whichever_name(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    names = [
        driver_rig.resolve("capture", uri).resources() for uri in ("v4l2:video0", "v4l2:v4l/by-id/usb-Fake-index0")
    ]
    assert names == [[str(device.path)], [str(device.path)]]


def test_the_doctor_lists_what_there_is(device: VideoDeviceFile, driver_rig: DriverRig) -> None:
    doctor = driver_rig.resolve("capture", "v4l2:video0").driver.doctor
    [check] = doctor()
    assert (check.status, "usb-Fake-index0" in check.detail) == ("works", True)
    device.unplug()
    [check] = doctor()
    assert check.status == "note"


def test_what_delivers_pictures_is_found_by_the_address_that_stays(device: VideoDeviceFile, tmp_path: Path) -> None:
    [driver] = qa_drivers()
    (tmp_path / "video-notes").touch()
    [found] = driver.discover()
    assert found.uri == f"v4l2:{tmp_path}/v4l/by-id/usb-Fake-index0"
    assert found.what.endswith(f" ({tmp_path}/video0)")
    device.capabilities = kernel.CAN_STREAM  # of a stick's second device, which tells about the pictures of its first
    assert driver.discover() == []
    device.refusal = errno.EBUSY
    assert [one.uri for one in driver.discover()] == [found.uri], "trying it tells what is wrong"
