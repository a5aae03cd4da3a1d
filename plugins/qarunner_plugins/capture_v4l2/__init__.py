"""A capture of HDMI grabbers and UVC sticks by the kernel's own interface: ``v4l2:/dev/video0``.

A stable address is one below ``/dev/v4l/by-id``, which stays when the stick is plugged in elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

import msgspec

from qarunner import Check, Discovered, Driver, DriverContext, Options, hookimpl


class V4l2Options(Options, frozen=True, kw_only=True):
    """Options of ``capture = "v4l2:DEVICE"``."""

    size: Annotated[
        str,
        msgspec.Meta(pattern=r"^([1-9]\d*x[1-9]\d*)?$", description="WIDTHxHEIGHT; default the largest up to 1080p"),
    ] = ""
    fps: Annotated[float, msgspec.Meta(gt=0, le=240, description="frames a second")] = 30.0
    format: Annotated[
        Literal["", "NV12", "YUYV", "UYVY", "BGR3", "RGB3", "MJPG"],
        msgspec.Meta(description="pixel format; default an uncompressed one where it reaches the frame rate"),
    ] = ""
    range: Annotated[
        Literal["", "limited", "full"], msgspec.Meta(description="of the samples, where the device says it wrongly")
    ] = ""
    matrix: Annotated[Literal["", "bt601", "bt709", "bt2020"], msgspec.Meta(description="of the colours, likewise")] = (
        ""
    )


def _open(context: DriverContext) -> Any:
    import av  # noqa: F401 - a missing library must be told here

    from qarunner_plugins.capture_v4l2.devices import device_path
    from qarunner_plugins.capture_v4l2.source import V4l2Source
    from qarunner_plugins.live_pictures import LiveCapture

    path = device_path(context)
    advice = "Unplug it and plug it in again; look at the kernel's messages: dmesg"
    return LiveCapture(lambda: V4l2Source(path, context.options), f"video device {path}", advice)


def _resources(context: DriverContext) -> Collection[str]:
    from qarunner_plugins.capture_v4l2.devices import device_path

    return [str(device_path(context).resolve())]


def _doctor() -> Sequence[Check]:
    from qarunner_plugins.capture_v4l2.devices import captures_of_this_host

    found = captures_of_this_host()
    if not found:
        detail = "this host has no /dev/video*: no grabber is plugged in, or its kernel driver is not loaded"
        return [Check("video devices (V4L2)", "note", detail)]
    return [Check("video devices (V4L2)", "works", "; ".join(map(str, found)))]


def _discover() -> Sequence[Discovered]:
    from qarunner_plugins.capture_v4l2.devices import captures_of_this_host, delivers_pictures

    found = [device for device in captures_of_this_host() if delivers_pictures(device.path)]
    return [Discovered(f"v4l2:{device.stable or device.path}", f"{device.name} ({device.path})") for device in found]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="capture",
            scheme="v4l2",
            summary="an HDMI grabber or UVC stick, by the kernel's interface",
            open=_open,
            options=V4l2Options,
            address_help="/dev/video0, or better /dev/v4l/by-id/NAME, which stays the same",
            resources=_resources,
            doctor=_doctor,
            discover=_discover,
            examples=("v4l2:/dev/video0", "v4l2:/dev/v4l/by-id/usb-Grabber-video-index0?size=1920x1080&fps=60"),
        )
    ]
