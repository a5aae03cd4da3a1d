"""What the pictures of a capture tell of the rig: black that may be HDCP, a grabber's own picture, a wrong range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qarunner.drivers import Check

if TYPE_CHECKING:
    from qarunner.nodes.status import AudioStatus
    from qarunner.protocols import Pixels

SUBJECT = "picture content"
BLACK, LIMITED_BLACK = (0, 3), (13, 19)
"""Levels that black has: in full range, and in limited range that was taken for full."""
LIMITED_WHITE = (229, 240)
BRIGHTNESS = (0.0722, 0.7152, 0.2126)
"""Weights of blue, green and red, by ITU-R BT.709."""
EVEN = 3
"""Levels by which the pixels of a picture of one colour differ at most."""
NOISE = 0.002
"""The share of pixels that is left out at each end: noise, and what coding adds at edges."""

WRONG_RANGE = (
    "Set the capture's range where its driver has one (v4l2: range = limited, gstreamer: colorimetry), or the HDMI "
    "output of the device to the other one (full, limited, or RGB in place of YCbCr)"
)


def check_pictures(pictures: Sequence[Pixels]) -> Check:
    """Say what is to be seen: a pure function of some pictures of one capture.

    :param pictures: shape (height, width, 3) each, blue-green-red; at least one.
    """
    import numpy

    levels = numpy.concatenate([picture.reshape(-1, 3) for picture in pictures])
    channels = numpy.quantile(levels, [NOISE, 1 - NOISE], axis=0, method="nearest")
    darkest, brightest = int(channels[0].min()), int(channels[1].max())
    even = int((channels[1].astype(int) - channels[0].astype(int)).max()) <= EVEN
    seen = f"levels from {darkest} to {brightest}"
    if _within(darkest, BLACK) and _within(brightest, BLACK):
        advice = (
            "Is the device on, and not in standby? When a television shows its picture, the output is probably "
            "protected (HDCP), and the grabber shows black: switch HDCP off in the device, or use one made for tests"
        )
        return Check(SUBJECT, "note", f"the picture is black ({seen}): standby, or probably HDCP", advice)
    if _within(darkest, LIMITED_BLACK) and _within(brightest, LIMITED_BLACK):
        return Check(SUBJECT, "note", f"the picture is black of a wrong colour range ({seen})", WRONG_RANGE)
    if even:
        colour = ", ".join(str(int(level)) for level in channels[0][::-1])
        advice = "Some grabbers show that without a signal. Is the device on, and the cable in the right input?"
        return Check(SUBJECT, "note", f"the picture has one colour (red, green, blue {colour})", advice)
    # By brightness: strong colours that are stretched wrongly have single channels below black and above white.
    grey, light = (int(level) for level in numpy.quantile(levels @ BRIGHTNESS, [NOISE, 1 - NOISE]).round())
    if _within(grey, LIMITED_BLACK) and _within(light, LIMITED_WHITE):
        detail = f"black and white are greys (brightness from {grey} to {light}): the colour range is probably wrong"
        return Check(SUBJECT, "note", detail, WRONG_RANGE)
    return Check(SUBJECT, "works", seen)


def check_signal(signal: str, problem: str) -> Check | None:
    """Say what it means that there is no picture; None when the signal says nothing of it.

    :param signal: a word of `qarunner.nodes.status.CaptureStatus.signal`. :param problem: what the capture says.
    """
    if signal == "no signal":
        advice = "Is the device on, and the cable in the right input? Without a signal, HDCP is not the question"
        return Check("picture", "broken", problem or "no signal", advice)
    return None


def check_sound(audio: AudioStatus) -> Check:
    """Say whether sound comes, of a capture that may deliver it."""
    if audio.signal == "sound" and not audio.problem:
        return Check("sound", "works", f"{audio.sample_rate} samples a second in {audio.channels} channels")
    return Check("sound", "note", audio.problem or "none has come yet", "Does the device send sound?")


def _within(level: int, levels: tuple[int, int]) -> bool:
    return levels[0] <= level <= levels[1]
