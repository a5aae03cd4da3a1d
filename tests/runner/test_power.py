"""``node.power`` in a testcase, on the virtual box: a cycle waits for a picture, and trouble is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.peers.pack_run import Finished, Pack

TESTCASES = """
    import time
    import pytest, stbt_core

    def test_cycle_ends_with_a_picture(node):
        began = time.time()
        node.power.cycle(off_secs=0.3)
        frame = stbt_core.get_frame()
        assert frame.time > began + 0.3
        assert not stbt_core.is_screen_black(frame)
        assert node.power.is_on

    def test_on_off_and_state(node):
        node.power.off()
        assert node.power.is_on is False
        node.power.on()
        assert node.power.is_on is True

    def test_stays_black(node):
        node.inject_fault("black")
        node.power.cycle(off_secs=0, timeout_secs=1.5)

    def test_no_picture(node):
        node.inject_fault("no-signal")
        node.power.cycle(off_secs=0, timeout_secs=1.5)

    def test_picture_comes_late(node):
        import threading
        node.inject_fault("black")
        threading.Timer(1.0, lambda: node.inject_fault("black", 0)).start()
        node.power.cycle(off_secs=0, timeout_secs=30)
        assert not stbt_core.is_screen_black()

    @pytest.mark.time_limit(1)
    def test_time_limit_in_the_pause(node): node.power.cycle(off_secs=60)

    def test_is_on_again_after_that(node): assert node.power.is_on is True

    @pytest.mark.parametrize("given", [{"off_secs": -1}, {"timeout_secs": 0}])
    def test_useless_times(node, given):
        with pytest.raises(ValueError, match="off_secs must be at least 0, timeout_secs above 0"):
            node.power.cycle(**given)
        assert node.power.is_on is True
"""


@pytest.fixture(scope="module")
def done(module_pack: Pack) -> Finished:
    # a node beside that of the driver for tests, which has no power outlet
    module_pack.node += "-box"
    module_pack.write(
        "qarunner.toml",
        f"""
        [nodes.{module_pack.node}]
        capture = "virtual:?size=320x180&fps=20&boot_seconds=1"
        remote = "virtual:"
        power = "virtual:"
        frame_size = "320x180"
        linger = 1
        device = {{model = "T-1000"}}
        """,
    )
    module_pack.write("tests/a.py", TESTCASES)
    return module_pack.run()


def power_events(done: Finished, testcase: str) -> list[dict[str, Any]]:
    timeline = json.loads((done.folder(testcase) / "timeline.json").read_text())
    return [event for event in timeline["events"] if event["kind"] == "power"]


@pytest.mark.parametrize(
    "testcase",
    [
        "test_cycle_ends_with_a_picture",
        "test_on_off_and_state",
        "test_picture_comes_late",
        "test_is_on_again_after_that",
        "test_useless_times[given0]",
        "test_useless_times[given1]",
    ],
)
def test_power_works_in_a_testcase(done: Finished, testcase: str) -> None:
    assert done.results[testcase].outcome == "pass", done.output


def test_the_timeline_tells_when_the_power_went_and_came_and_when_there_was_a_picture(done: Finished) -> None:
    off, on, picture = power_events(done, "test_cycle_ends_with_a_picture")
    assert (off["label"], on["label"], picture["label"]) == ("off", "on", "picture")
    assert on["time"] - off["time"] >= 0.3
    assert picture["duration"] > 0
    assert power_events(done, "test_picture_comes_late")[-1]["duration"] >= 0.9


@pytest.mark.parametrize(
    ("testcase", "seen"), [("test_stays_black", "a black picture"), ("test_no_picture", "no picture")]
)
def test_a_device_that_does_not_come_back_is_an_error_that_names_it(done: Finished, testcase: str, seen: str) -> None:
    result = done.results[testcase]
    assert result.outcome == "error", done.output
    message = result.failures[0].message
    assert message.startswith(f"node '{done.pack.node}' (T-1000) shows {seen}")
    assert message.endswith("1.5 s after its power came back")
    assert (result.duration or 0) >= 1.5


def test_a_time_limit_in_the_pause_leaves_the_power_on(done: Finished) -> None:
    assert done.results["test_time_limit_in_the_pause"].failures[0].kind == "TimeLimitExceededError"
    assert [event["label"] for event in power_events(done, "test_time_limit_in_the_pause")] == ["off", "on"]


def test_a_node_without_an_outlet_says_so(pack: Pack) -> None:
    pack.write("tests/a.py", "def test_a(node): node.power.cycle()\n")
    done = pack.run()
    assert done.outcomes() == {"test_a": "error"}
    assert f"node '{pack.node}' has no power outlet" in done.results["test_a"].failures[0].message
