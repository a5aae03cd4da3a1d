"""A recorded video comes as if a device sent it, by the times its pictures carry."""

from __future__ import annotations

import itertools
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qarunner import ConfigurationError, DeviceError, EndOfStreamError
from qarunner_plugins.capture_video.pace import SteadyPace
from qarunner_plugins.capture_video.player import Player
from qarunner_plugins.capture_video.reading import VideoReader
from qarunner_plugins.capture_video.sources import Source

if TYPE_CHECKING:
    from tests.plugins.capture_video.conftest import Studio

EVEN = [number * 0.04 for number in range(12)]
UNEVEN = [0.0, 0.04, 0.05, 0.2, 0.21, 0.33]


def player(path: Path, pace: SteadyPace, at_end: Any = "stop") -> Player:
    return Player(VideoReader(Source(str(path), str(path))), pace, at_end)


def assert_on_time(frames: list[tuple[int, float]], times: list[float], speed: float = 1.0) -> None:
    """Check each frame's time against its picture's; a busy computer may leave pictures out."""
    assert frames[-1][0] == len(times) - 1
    assert len(frames) > 1
    for number, at in frames:
        assert at * speed == pytest.approx(times[number] - times[frames[0][0]], abs=2e-3)


@pytest.mark.parametrize(
    ("name", "codec", "options", "times"),
    [
        ("even.mp4", "libx264", {"bf": "0"}, EVEN),
        ("b-frames.mp4", "libx264", {"bf": "3", "b_strategy": "0"}, EVEN),
        ("variable.mp4", "libx264", {"bf": "2"}, UNEVEN),
        ("variable.mkv", "libx264", {}, UNEVEN),
        ("transport.ts", "mpeg2video", {"bf": "2", "qmax": "2"}, EVEN),
        ("vp9.webm", "libvpx-vp9", {"deadline": "realtime"}, EVEN),
        ("motion.avi", "mjpeg", {}, EVEN),
    ],
)
def test_pictures_come_in_order_at_the_pace_of_their_times(
    studio: Studio, name: str, codec: str, options: dict[str, str], times: list[float]
) -> None:
    studio.write(name, times, codec=codec, options=options, pixel_format="yuvj420p" if codec == "mjpeg" else "yuv420p")
    started = time.monotonic()
    frames = studio.play(f"video:{name}?speed=4")
    assert time.monotonic() - started >= times[-1] / 4
    assert [number for number, _time in frames] == sorted({number for number, _time in frames})
    assert_on_time(frames, times, speed=4)


def test_no_picture_is_lost_while_the_reader_keeps_up(studio: Studio) -> None:
    path = studio.write("b.mp4", EVEN, options={"bf": "3", "b_strategy": "0"})
    # This pace never calls a picture late, however busy the computer is.
    capture = player(path, SteadyPace(speed=16, patience=0))
    capture.open()
    assert [studio.number(frame) for frame in studio.frames(capture)] == list(range(12))


def test_a_reader_that_comes_late_gets_the_newest_picture(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qarunner_plugins.capture_video.player.LONGEST_CATCHING_UP", math.inf)
    capture = player(studio.write("a.mp4", EVEN), SteadyPace(patience=math.inf))
    capture.open()
    first = capture.read(1.0)
    assert first is not None
    time.sleep(0.22)
    late = capture.read(1.0)
    assert studio.number(late) >= 5
    assert late is not None
    assert late.time - first.time == pytest.approx(EVEN[studio.number(late)], abs=2e-3)


def test_after_a_long_pause_playback_goes_on_where_it_was(studio: Studio) -> None:
    capture = player(studio.write("a.mp4", EVEN), SteadyPace(patience=0.1))
    capture.open()
    assert studio.number(capture.read(1.0)) == 0
    time.sleep(0.3)
    before = time.monotonic()
    frame = capture.read(1.0)
    assert studio.number(frame) == 1
    assert frame is not None
    assert frame.time >= before


@pytest.mark.parametrize("speed", [0.5, 1])
def test_speed_makes_the_clock_of_the_video_faster_or_slower(studio: Studio, speed: float) -> None:
    studio.write("a.mp4", EVEN)
    capture = studio.driver("video:a.mp4", speed=speed)
    assert capture.open().frame_rate == pytest.approx(25 * speed)
    assert_on_time(studio.play(f"video:a.mp4?speed={speed}"), EVEN, speed)


def test_at_the_end_an_error_says_how_to_go_on(studio: Studio) -> None:
    studio.write("a.mp4", EVEN)
    capture = studio.driver("video:a.mp4?speed=8")
    capture.open()
    assert len(list(studio.frames(capture))) > 1
    for _again in range(2):
        with pytest.raises(EndOfStreamError, match=r"a\.mp4 has been played to its end, 0\.5 s") as raised:
            capture.read(0.1)
        assert "loop = true" in raised.value.advice
        assert "hold_last = true" in raised.value.advice


def test_a_closed_video_begins_anew(studio: Studio) -> None:
    studio.write("a.mp4", EVEN)
    capture = studio.driver("video:a.mp4")
    capture.open()
    for _twice in range(2):
        capture.close()
        capture.close()
        capture.open()
        assert studio.number(capture.read(1.0)) == 0


def test_looping_has_no_step_in_time(studio: Studio) -> None:
    studio.write("a.mp4", EVEN[:5])
    capture = studio.driver("video:a.mp4?loop=true")
    capture.open()
    frames = studio.take(capture, 12)
    assert sum(later[0] <= earlier[0] for earlier, later in itertools.pairwise(frames)) >= 2
    for number, at in frames:
        pictures = (at - frames[0][1]) / 0.04
        assert pictures == pytest.approx(round(pictures), abs=0.05)
        assert round(pictures) % 5 == number


def test_looping_a_part_has_no_step_in_time_either(studio: Studio) -> None:
    studio.write("a.mp4", EVEN)
    capture = studio.driver("video:a.mp4?loop=true&start=0.29")
    capture.open()
    frames = studio.take(capture, 12)
    assert {number for number, _time in frames} <= {7, 8, 9, 10, 11}
    for number, at in frames:
        pictures = round((at - frames[0][1]) / 0.04)
        assert 7 + pictures % 5 == number


def test_hold_last_goes_on_with_the_last_picture_at_the_nominal_rate(studio: Studio) -> None:
    studio.write("a.mp4", EVEN[:3])
    capture = studio.driver("video:a.mp4", hold_last=True)
    capture.open()
    frames = studio.take(capture, 8)
    held = [at for number, at in frames if number == 2]
    assert len(held) >= 5
    assert frames[-1][0] == 2
    assert all(later - earlier >= 0.039 for earlier, later in itertools.pairwise(held[1:]))
    assert held[-1] <= time.monotonic()


def test_a_still_picture_is_no_lost_picture(studio: Studio) -> None:
    studio.write("still.mp4", [0.0, 0.6])
    capture = studio.driver("video:still.mp4")
    capture.open()
    frames = studio.take(capture, 5, timeout=0.1)
    assert {number for number, _time in frames[:3]} == {0}
    assert [at for _number, at in frames] == sorted({at for _number, at in frames})


@pytest.mark.parametrize(("start", "number"), [(0.17, 4), (0.1, 2), (0.45, 11)])
def test_playing_begins_at_start(studio: Studio, start: float, number: int) -> None:
    studio.write("a.mp4", EVEN)
    frames = studio.play("video:a.mp4", start=start)
    assert frames[0][0] == number


def test_playing_begins_far_into_a_long_video(studio: Studio) -> None:
    times = [number * 0.2 for number in range(45)]
    for name in ("long.mp4", "long.mkv", "long.ts"):
        studio.write(name, times, options={"g": "10", "bf": "2"})
        capture = studio.driver(f"video:{name}?start=6.25&loop=true&speed=16")
        capture.open()
        seen = [number for number, _time in studio.take(capture, 40)]
        assert seen[0] == 31
        assert min(seen) == 31
        assert max(seen) == 44


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_a_reader_that_stayed_away_past_the_end_gets_the_last_picture_with_its_time(studio: Studio, name: str) -> None:
    path = studio.write(name, [number * 0.2 for number in range(45)], options={"g": "10", "bf": "2"})
    capture = player(path, SteadyPace(speed=16, patience=math.inf))
    capture.open()
    first = capture.read(1.0)
    assert first is not None
    time.sleep(9.0 / 16 + 0.1)
    late = capture.read(1.0)
    assert studio.number(late) == 44
    assert late is not None
    assert late.time - first.time == pytest.approx(44 * 0.2 / 16, abs=2e-3)


def test_start_after_the_end_is_an_error(studio: Studio) -> None:
    studio.write("a.mp4", EVEN)
    with pytest.raises(DeviceError, match=r"a\.mp4 ends at 0\.480 s, before start = 7"):
        studio.driver("video:a.mp4?start=7").open()


def test_the_format_says_what_is_played(studio: Studio) -> None:
    path = studio.write("a.mp4", EVEN, size=(80, 60))
    capture = studio.driver(f"video:{path}")
    delivered = capture.open()
    assert (delivered.width, delivered.height, delivered.pixel_format) == (80, 60, "yuv420p")
    assert delivered.frame_rate == pytest.approx(25)
    assert capture.read(1.0).pixels.shape == (60, 80, 3)


def test_sound_is_passed_over(studio: Studio) -> None:
    studio.write("sound.mp4", EVEN, sound=True)
    assert_on_time(studio.play("video:sound.mp4"), EVEN)


def test_nothing_is_opened_before_open(studio: Studio) -> None:
    capture = studio.driver("video:later.mp4")
    studio.write("later.mp4", EVEN)
    assert capture.open().width == 64


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("video:", "names no file"),
        ("video:a.mp4?loop=true&hold_last=true", "loop and hold_last exclude each other"),
        ("video:a.mp4?speed=0", "speed"),
        ("video:a.mp4?spede=2", "spede"),
        ("replay:", "names no file"),
    ],
)
def test_an_option_that_means_nothing_is_refused_before_opening(studio: Studio, uri: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        studio.driver(uri)


def test_the_doctor_says_what_can_be_decoded(studio: Studio) -> None:
    _plugin, driver = studio.plugins.drivers()["capture", "video"]
    (check,) = driver.doctor()
    assert check.status == "works"
    assert "h264" in check.detail
