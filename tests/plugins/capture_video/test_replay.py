"""A recorded test is replayed: its pictures wait for the test's presses, which must be those that were recorded."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qarunner import DeviceError, Event, Timeline
from qarunner.results import to_json

if TYPE_CHECKING:
    from tests.plugins.capture_video.conftest import Studio

    from qarunner_plugins.capture_video.player import Player
    from qarunner_plugins.capture_video.replay import ReplayRemote

RATE = 25
PRESSES = [("KEY_UP", 0.2, None), ("KEY_OK", 0.48, 0.2), ("KEY_DOWN", 0.8, None)]
"""Key, video time, hold."""


class Replay:
    """A recorded result in a folder of the pack, and the two drivers that replay it."""

    def __init__(self, studio: Studio, times: list[float], presses: list[tuple[str, float, float | None]]) -> None:
        self.studio = studio
        self.folder = studio.pack / "recorded"
        self.folder.mkdir()
        studio.write("recorded/video.mp4", times, options={"bf": "2", "g": "10"})
        events = [Event(time=at, kind="press", label=key, data={"key": key, "hold": hold}) for key, at, hold in presses]
        events.append(Event(time=0.1, kind="log", label="KEY_LEFT", data={"stream": "stdout"}))
        self.write_timeline(tuple(events))
        self.capture: Player = studio.driver("replay:recorded")
        self.remote: ReplayRemote = studio.driver("replay:recorded", "remote")

    def write_timeline(self, events: tuple[Event, ...], **fields: Any) -> None:
        started = datetime(2026, 1, 1, tzinfo=UTC)
        content = {"result_id": "x", "origin": "video", "started": started, "events": events, **fields}
        (self.folder / "timeline.json").write_bytes(to_json(Timeline(**content)))

    def begin(self) -> None:
        self.remote.open()
        self.capture.open()

    def read_until(self, number: int) -> tuple[int, float]:
        """Read until a picture of at least this number and return it."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            ((seen, at),) = self.studio.take(self.capture, 1)
            if seen >= number:
                return seen, at
        raise AssertionError(f"picture {number} has not come")


@pytest.fixture
def replay(studio: Studio) -> Replay:
    return Replay(studio, [number / RATE for number in range(30)], PRESSES)


def test_the_video_waits_at_a_press_and_goes_on_when_it_is_made(replay: Replay) -> None:
    replay.begin()
    assert replay.read_until(5)[0] == 5
    waiting = replay.studio.take(replay.capture, 6)
    assert {number for number, _time in waiting} == {5}
    assert all(later[1] - earlier[1] >= 0.039 for earlier, later in itertools.pairwise(waiting))
    pressed = time.monotonic()
    replay.remote.press("KEY_UP")
    number, at = replay.read_until(6)
    assert at - pressed >= number / RATE - PRESSES[0][1] - 0.002
    assert replay.read_until(12)[0] == 12
    assert {number for number, _time in replay.studio.take(replay.capture, 3)} == {12}


def test_times_between_a_press_and_a_picture_are_those_of_the_recording(replay: Replay) -> None:
    replay.begin()
    replay.read_until(5)
    before = time.monotonic()
    replay.remote.press("KEY_UP")
    after = time.monotonic()
    number, at = replay.read_until(10)
    recorded = number / RATE - PRESSES[0][1]
    assert at - after - 0.002 <= recorded <= at - before + 0.002


def test_a_whole_test_is_replayed_while_an_exporter_reads(replay: Replay) -> None:
    replay.begin()
    seen: list[int] = []
    stop = threading.Event()

    def export() -> None:
        while not stop.is_set():
            seen.extend(number for number, _time in replay.studio.take(replay.capture, 1, timeout=0.5))

    def wait_for(picture: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not picture():
            assert time.monotonic() < deadline
            stop.wait(0.01)

    exporter = threading.Thread(target=export)
    exporter.start()
    try:
        wait_for(lambda: seen[-1:] == [5])
        replay.remote.press("KEY_UP")
        wait_for(lambda: seen[-1:] == [12])
        replay.remote.keydown("KEY_OK")
        stop.wait(0.1)
        replay.remote.keyup("KEY_OK")
        wait_for(lambda: seen[-1:] == [20])
        replay.remote.press("KEY_DOWN")
        wait_for(lambda: seen[-1:] == [29])
        wait_for(lambda: seen[-4:] == [29] * 4)
    finally:
        stop.set()
        exporter.join()
    assert seen == sorted(seen)
    assert not replay.remote.session.unused


def test_a_test_that_is_faster_than_recorded_moves_the_video_on(replay: Replay) -> None:
    replay.begin()
    assert replay.studio.take(replay.capture, 1)[0][0] == 0
    pressed = time.monotonic()
    replay.remote.press("KEY_UP")
    frames = replay.studio.take(replay.capture, 4)
    assert frames[0][0] >= 5
    assert all(at - pressed >= number / RATE - PRESSES[0][1] - 0.002 for number, at in frames[1:])
    assert [at for _number, at in frames] == sorted({at for _number, at in frames})


def test_the_video_moves_on_over_a_long_time(studio: Studio) -> None:
    replay = Replay(studio, [number * 0.2 for number in range(45)], [("KEY_OK", 7.0, None)])
    replay.begin()
    assert studio.take(replay.capture, 1)[0][0] == 0
    replay.remote.press("KEY_OK")
    assert studio.take(replay.capture, 1)[0][0] == 35
    assert replay.read_until(36)[0] == 36


def test_a_press_before_the_first_picture_is_awaited_too(studio: Studio) -> None:
    replay = Replay(studio, [number / RATE for number in range(10)], [("KEY_OK", -0.05, None)])
    replay.begin()
    assert {number for number, _time in studio.take(replay.capture, 3)} == {0}
    replay.remote.press("KEY_OK")
    assert replay.read_until(9)[0] == 9


@pytest.mark.parametrize(
    ("action", "key", "expected"),
    [
        ("press", "KEY_LEFT", "recorded was KEY_OK held for 0.2 s, the test presses KEY_LEFT"),
        ("press", "KEY_OK", "recorded was KEY_OK held for 0.2 s, the test presses KEY_OK"),
        ("keydown", "KEY_DOWN", "recorded was KEY_OK held for 0.2 s, the test presses KEY_DOWN held"),
    ],
)
def test_another_press_than_recorded_is_an_error_that_says_where(
    replay: Replay, action: str, key: str, expected: str
) -> None:
    replay.begin()
    replay.remote.press("KEY_UP")
    with pytest.raises(DeviceError, match=r"recorded/timeline\.json, press 2 of 3 at 0\.480 s: ") as raised:
        getattr(replay.remote, action)(key)
    assert expected in raised.value.problem
    assert "record it again" in raised.value.advice
    replay.remote.keydown("KEY_OK")
    assert [press.key for press in replay.remote.session.unused] == ["KEY_DOWN"]


def test_a_key_held_that_was_pressed_shortly_is_an_error(replay: Replay) -> None:
    replay.begin()
    with pytest.raises(DeviceError, match="recorded was KEY_UP, the test presses KEY_UP held"):
        replay.remote.keydown("KEY_UP")


def test_more_presses_than_recorded_are_an_error(replay: Replay) -> None:
    replay.begin()
    replay.remote.press("KEY_UP")
    replay.remote.keydown("KEY_OK")
    replay.remote.press("KEY_DOWN")
    with pytest.raises(DeviceError, match="the recording has 3 presses, the test presses KEY_UP as number 4"):
        replay.remote.press("KEY_UP")
    assert replay.read_until(29)[0] == 29


def test_presses_left_over_are_listed_and_the_next_replay_begins_anew(
    replay: Replay, caplog: pytest.LogCaptureFixture
) -> None:
    replay.begin()
    replay.remote.press("KEY_UP")
    replay.read_until(7)
    with caplog.at_level(logging.WARNING):
        replay.capture.close()
        replay.capture.close()
        assert not caplog.records
        replay.remote.close()
        replay.remote.close()
    assert "these are left: KEY_OK held for 0.2 s at 0.5 s, KEY_DOWN at 0.8 s" in caplog.text
    replay.begin()
    assert replay.studio.take(replay.capture, 1)[0][0] == 0
    replay.remote.press("KEY_UP")


def test_a_capture_that_is_reopened_goes_on_where_the_replay_stands(replay: Replay) -> None:
    replay.begin()
    replay.remote.press("KEY_UP")
    replay.read_until(12)
    replay.capture.open()
    assert replay.read_until(12)[0] == 12


def test_a_press_ends_the_waiting_at_once(replay: Replay) -> None:
    replay.begin()
    press = threading.Timer(0.1, replay.remote.press, ["KEY_UP"])
    press.start()
    started = time.monotonic()
    replay.remote.session.wait(60, presses_before=0)
    assert time.monotonic() - started < 30
    press.join()


def test_any_key_may_be_tried(replay: Replay) -> None:
    _plugin, driver = replay.studio.plugins.drivers()["remote", "replay"]
    assert replay.remote.keys() is None
    assert driver.holds_keys


def test_a_folder_that_is_no_recorded_result_is_named(studio: Studio) -> None:
    remote = studio.driver("replay:nowhere", "remote")
    with pytest.raises(DeviceError, match=f"{studio.pack}/nowhere/timeline.json cannot be read: No such file"):
        remote.open()
    with pytest.raises(DeviceError, match=f"there is no video {studio.pack}/nowhere/video.mp4"):
        studio.driver("replay:nowhere").open()


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1, 2]"])
def test_a_timeline_that_is_none_is_named(replay: Replay, content: bytes) -> None:
    (replay.folder / "timeline.json").write_bytes(content)
    with pytest.raises(DeviceError, match=r"recorded/timeline\.json is no timeline: "):
        replay.remote.open()
    with pytest.raises(DeviceError, match=r"recorded/timeline\.json is no timeline: "):
        replay.capture.open()


def test_a_timeline_without_a_video_is_refused(replay: Replay) -> None:
    replay.write_timeline((), origin="start")
    with pytest.raises(DeviceError, match="its times are not those of a video"):
        replay.remote.open()


def test_a_test_that_pressed_nothing_is_just_played(studio: Studio, tmp_path: Path) -> None:
    replay = Replay(studio, [number / RATE for number in range(5)], [])
    replay.begin()
    assert replay.read_until(4)[0] == 4
    assert {number for number, _time in studio.take(replay.capture, 3)} == {4}
    with pytest.raises(DeviceError, match="the recording has 0 presses"):
        replay.remote.press("KEY_OK")
