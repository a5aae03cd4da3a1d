"""stbt_core on a node: presses, holds, frames and timeouts behave as that library promises, inside a testcase."""

from __future__ import annotations

import re

import pytest
from tests.peers.pack_run import Finished, Pack

TESTCASES = """
    import enum, time
    import pytest, stbt_core
    from stbt_core import Region

    CORNER = Region(0, 0, right=40, bottom=40)
    RED = stbt_core.Image([[[0, 0, 255]] * 40] * 40, dtype="uint8")

    class Keys(enum.Enum):
        OK = "KEY_OK"

    def is_red(frame=None):
        frame = stbt_core.get_frame() if frame is None else frame
        return bool((frame[10, 10] == (0, 0, 255)).all())

    def wait_for_red(wanted):
        for frame in stbt_core.frames(5):
            if is_red(frame) == wanted: return
        assert False, wanted

    def test_a_press_is_returned_and_remembered():
        before = time.time()
        press = stbt_core.press("KEY_OK")
        assert press.key == "KEY_OK"
        assert before <= press.start_time <= press.end_time <= time.time() + 0.001
        assert press.frame_before.time <= press.start_time
        assert stbt_core.last_keypress() is press

    def test_an_enum_is_pressed_by_its_value():
        assert stbt_core.press(Keys.OK).key == "KEY_OK"

    def test_presses_keep_their_distance_from_the_end_of_the_last():
        first = stbt_core.press("KEY_OK")
        second = stbt_core.press("KEY_OK")
        assert second.start_time - first.end_time >= 0.299
        third = stbt_core.press("KEY_OK", interpress_delay_secs=0.8)
        assert third.start_time - second.end_time >= 0.799
        fourth = stbt_core.press("KEY_OK", interpress_delay_secs=0)
        assert fourth.start_time - third.end_time < 0.3

    def test_a_key_is_held_for_as_long_as_asked():
        press = stbt_core.press("KEY_RED", hold_secs=0.5)
        assert press.end_time - press.start_time >= 0.5
        wait_for_red(False)

    def test_a_key_is_held_while_the_block_runs():
        with stbt_core.pressing("KEY_RED") as press:
            wait_for_red(True)
            assert press.end_time is None
        assert press.end_time > press.start_time
        wait_for_red(False)

    def test_a_hold_of_more_than_a_minute_is_refused():
        with pytest.raises(ValueError): stbt_core.press("KEY_OK", hold_secs=61)

    def test_frames_are_never_the_same_twice_and_carry_growing_epoch_times():
        times = [frame.time for frame in stbt_core.frames(1)]
        assert times == sorted(set(times))
        assert 15 <= len(times) <= 30
        assert abs(times[-1] - time.time()) < 0.5

    def test_two_readers_of_frames_do_not_disturb_each_other():
        one, other = stbt_core.frames(), stbt_core.frames()
        first = [next(one).time for _ in range(3)]
        second = [next(other).time for _ in range(3)]
        assert first == sorted(set(first)) and second == sorted(set(second))

    def test_frames_give_at_least_one_frame():
        assert len(list(stbt_core.frames(0))) >= 1

    def test_a_frame_cannot_be_written_to_and_is_its_own():
        frame = stbt_core.get_frame()
        copy = frame.copy()
        with pytest.raises(ValueError): frame[0, 0] = 0
        for _ in zip(stbt_core.frames(), range(8)): pass
        assert (frame == copy).all()

    def test_press_until_match_presses_until_it_is_there():
        match = stbt_core.press_until_match("KEY_RED", RED, interval_secs=0.5, region=CORNER)
        assert match
        assert stbt_core.last_keypress().key == "KEY_RED"
        stbt_core.press("KEY_RED")

    def test_press_until_match_gives_up():
        green = stbt_core.Image([[[0, 255, 0]] * 40] * 40, dtype="uint8")
        with pytest.raises(stbt_core.MatchTimeout):
            stbt_core.press_until_match("KEY_OK", green, interval_secs=0.1, max_presses=2)

    def test_press_and_wait_sees_the_picture_change():
        transition = stbt_core.press_and_wait("KEY_RED", mask=CORNER, timeout_secs=3, stable_secs=0)
        assert transition.animation_start_time > transition.press_time
        stbt_core.press("KEY_RED")

    def test_a_keymap_translates_names():
        assert stbt_core.press("CONFIRM").key == "KEY_OK"
"""


@pytest.fixture(scope="module")
def finished(module_pack: Pack) -> Finished:
    module_pack.write("tests/device.py", TESTCASES)
    module_pack.write(".stbt.conf", "[test_pack]\n[control]\nkeymap_section = keymap\n[keymap]\nCONFIRM = KEY_OK\n")
    module_pack.write("qarunner.toml", f'[nodes.{module_pack.node}]\nremote = "holding:"\n')
    module_pack.write(
        "plugins/asks.py",
        """
        from qarunner import hookimpl

        @hookimpl
        def qa_device_info(node):
            assert node.get_frame() is not None
            return {"model": "asked", "build": "from the device", "serial": "0815"}
        """,
    )
    done = module_pack.run("--qa-tag", "build=by tag")
    assert done.code == 0, done.output
    return done


TESTS = re.findall(r"def (test_\w+)", TESTCASES)


@pytest.mark.parametrize("testcase", TESTS)
def test_on_a_node(finished, testcase):
    result = finished.results[testcase]
    assert result.outcome == "pass", result.failure


def test_a_plugin_that_asks_the_device_is_believed_and_a_tag_decides(finished):
    device = finished.directory.run.device
    assert (device.model, device.build, device.properties) == ("asked", "by tag", {"serial": "0815"})
    assert all(result.device == device for result in finished.directory.results)


def test_a_remote_that_cannot_hold_says_so_before_the_testcase_and_at_the_latest_in_it(pack):
    pack.write(
        "tests/hold.py",
        """
        import stbt

        def test_hold():
            stbt.press("KEY_RED")
            stbt.press("KEY_OK", hold_secs=1)

        def test_maybe():
            stbt.press("KEY_RED")
            for seconds in (0, 1):
                stbt.press("KEY_OK", hold_secs=seconds)
        """,
    )
    pack.write("features/hold.feature", "Feature: f\n  Scenario: s\n    When I hold KEY_OK for 1 second\n")
    done = pack.run("tests", "features")
    assert done.outcomes() == {"test_hold": "error", "test_maybe": "error", "s": "error"}
    told = {name: (result.failure.phase, result.failure.message) for name, result in done.results.items()}
    remote = f"the remote of node {pack.node} cannot hold keys down, and"
    assert told["test_hold"] == (
        "setup",
        f"{remote} test_hold does in line 6: stbt.press('KEY_OK', hold_secs=1)",
    )
    assert told["s"] == ("setup", f"{remote} s has the step 'I hold KEY_OK for 1 second' in line 3")
    assert told["test_maybe"] == ("call", f"press: the remote of node {pack.node} cannot hold KEY_OK")
    assert "KEY_RED" in (done.folder("test_maybe") / "timeline.json").read_text()
    assert not (done.folder("test_hold") / "timeline.json").exists(), "nothing has happened"


def test_a_plugin_that_asks_the_device_and_hangs_is_named(pack, monkeypatch):
    pack.write("tests/a.py", "def test_a(): pass\n")
    pack.write(
        "plugins/hangs.py",
        """
        import time
        from qarunner import hookimpl, plugin_guard
        plugin_guard.HOOK_LIMITS["qa_device_info"] = 0.5

        @hookimpl
        def qa_device_info(): time.sleep(100)
        """,
    )
    done = pack.run()
    assert done.code == 6
    assert "plugin 'pack:hangs' has not come back from qa_device_info within 0.5 s" in done.output
