from __future__ import annotations

import threading

import pytest

from qarunner.errors import DeviceError
from qarunner.nodes.driver_calls import DriverCalls, WatchedCalls


def test_the_answer_of_a_driver_and_its_error_come_back() -> None:
    calls = DriverCalls("remote driver x:")
    assert calls.call("keys()", lambda: ["KEY_OK"], limit=10) == ["KEY_OK"]
    with pytest.raises(ZeroDivisionError):
        calls.call("press()", lambda: 1 / 0, limit=10)
    assert calls.hang == ""


def test_a_call_that_hangs_is_cut_off_and_named_and_later_calls_say_so_at_once() -> None:
    calls = DriverCalls("remote driver x:")
    release = threading.Event()
    with pytest.raises(DeviceError, match=r"remote driver x: press\('KEY_OK'\) has not answered in 0.05 s"):
        calls.call("press('KEY_OK')", release.wait, limit=0.05)
    with pytest.raises(DeviceError, match=r"press\('KEY_OK'\) has not answered"):
        calls.call("press('KEY_UP')", lambda: None, limit=3600)
    assert "press('KEY_OK')" in calls.hang
    release.set()


def test_a_driver_that_comes_back_late_is_used_again() -> None:
    calls = DriverCalls("remote driver x:")
    release, came_back = threading.Event(), threading.Event()

    def slow() -> None:
        release.wait()
        came_back.set()

    with pytest.raises(DeviceError):
        calls.call("press()", slow, limit=0.05)
    release.set()
    came_back.wait()
    while calls.hang:
        pass
    assert calls.call("press()", lambda: 5, limit=10) == 5


def test_calls_from_many_threads_run_one_after_the_other() -> None:
    calls = DriverCalls("remote driver x:")
    running: list[int] = []
    most: list[int] = []

    def work() -> None:
        running.append(1)
        most.append(len(running))
        running.pop()

    threads = [
        threading.Thread(target=lambda: [calls.call("press()", work, limit=20) for _ in range(50)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 200
    assert max(most) == 1


def test_a_watched_call_is_named_only_when_it_is_over_its_limit() -> None:
    calls = WatchedCalls("capture driver x:")
    with calls.watching("read()", limit=3600):
        assert calls.hang == ""
    with calls.watching("read()", limit=0):
        assert calls.hang == "capture driver x: read() has not answered in 0 s"
    assert calls.hang == ""
