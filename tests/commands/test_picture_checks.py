"""What `qarunner doctor` makes of pictures: no signal, a probable HDCP black and a wrong range are three things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from tests.peers.capture_trial import bars

from qarunner.commands.picture_checks import check_pictures, check_signal, check_sound
from qarunner.nodes.status import AudioStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[numpy.uint8]


def one_colour(blue: int, green: int, red: int) -> Pixels:
    return numpy.full((90, 160, 3), (blue, green, red), numpy.uint8)


def as_limited(pixels: Pixels) -> Pixels:
    """What a capture delivers that takes limited range for full."""
    return (pixels / 255 * 219 + 16).round().astype(numpy.uint8)


def with_noise(pixels: Pixels) -> Pixels:
    """A few pixels that are as bright or as dark as can be."""
    noisy = pixels.copy()
    noisy[0, :5] = 255
    noisy[0, 5:10] = 0
    return noisy


def menu(dark: int, bright: int) -> Pixels:
    """A picture with text on it."""
    pixels = one_colour(dark, dark, dark)
    pixels[20:40, 20:100] = bright
    return pixels


@pytest.mark.parametrize(
    ("pictures", "status", "said"),
    [
        ([one_colour(0, 0, 0)], "note", "probably HDCP"),
        ([one_colour(1, 2, 0), one_colour(2, 1, 1)], "note", "probably HDCP"),
        ([with_noise(one_colour(0, 0, 0))], "note", "probably HDCP"),
        ([one_colour(0, 0, 0), bars()], "works", "levels from 0 to 255"),
        ([one_colour(16, 16, 16)], "note", "black of a wrong colour range"),
        ([one_colour(255, 0, 0)], "note", "one colour (red, green, blue 0, 0, 255)"),
        ([one_colour(128, 128, 128)], "note", "one colour"),
        ([one_colour(9, 9, 9)], "note", "one colour"),
        ([bars()], "works", "levels from 0 to 255"),
        ([as_limited(bars())], "note", "the colour range is probably wrong"),
        ([with_noise(as_limited(bars()))], "note", "the colour range is probably wrong"),
        ([menu(16, 235)], "note", "the colour range is probably wrong"),
        ([menu(0, 235)], "works", "levels from 0 to 235"),  # white of a device that has no whiter
        ([menu(16, 255)], "works", "levels from 16 to 255"),
        ([menu(40, 200)], "works", "levels from 40 to 200"),
        ([menu(0, 20)], "works", "levels from 0 to 20"),  # a dark film
    ],
)
def test_pictures_are_judged(pictures: list[Pixels], status: str, said: str) -> None:
    check = check_pictures(pictures)
    assert (check.status, check.subject) == (status, "picture content")
    assert said in check.detail
    assert bool(check.advice) == (status != "works")


def test_no_signal_is_said_as_such_and_other_words_are_left_to_others() -> None:
    check = check_signal("no signal", "capture driver v4l2: no signal: the device sends no picture")
    assert check is not None
    assert (check.status, check.detail.startswith("capture driver v4l2:")) == ("broken", True)
    assert "HDCP is not the question" in check.advice
    assert check_signal("frames", "") is None
    assert check_signal("lost", "gone") is None


@pytest.mark.parametrize(
    ("audio", "status", "detail"),
    [
        (AudioStatus(signal="sound", sample_rate=48_000, channels=2), "works", "48000 samples a second in 2 channels"),
        (AudioStatus(signal="sound", problem="mine has sent no sound for 4 s"), "note", "has sent no sound for 4 s"),
        (AudioStatus(signal="none", problem="mine has pictures without sound"), "note", "pictures without sound"),
        (AudioStatus(signal="starting"), "note", "none has come yet"),
    ],
)
def test_what_is_said_of_the_sound(audio: AudioStatus, status: str, detail: str) -> None:
    check = check_sound(audio)
    assert (check.subject, check.status) == ("sound", status)
    assert detail in check.detail
    assert bool(check.advice) == (status != "works")
