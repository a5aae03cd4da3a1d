"""What testcases hear of a node, and what becomes of them when there is nothing to be heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.peers import beeping_driver
from tests.peers.pack_run import Finished, Pack

TESTCASES = """
    import time
    import pytest, qarunner, stbt_core

    @pytest.fixture
    def tone():
        press = stbt_core.press("KEY_RED")
        yield press
        stbt_core.press("KEY_RED")

    def test_a_level_is_told_for_each_channel(tone):
        level = qarunner.audio_level(0.5, since=tone.end_time)
        assert abs(level.rms[0] + 9.03) < 0.1 and abs(level.peak[0] + 6.02) < 0.1
        assert level.rms[1] == level.peak[1] == -100
        assert level.loudest == level.rms[0]
        assert level.duration == 0.5 and abs(level.time - tone.end_time) < 0.001

    def test_a_level_is_that_of_now_unless_told_otherwise(tone):
        now = time.time()
        assert abs(qarunner.audio_level(0.2).time - now) < 0.2
        assert time.time() - now > 0.2

    def test_a_sound_is_found_where_it_began():
        press = stbt_core.press("KEY_RED")
        sound = qarunner.wait_for_sound(since=press.start_time - 0.2)
        assert press.start_time - 0.001 <= sound.time <= press.end_time + 0.001
        assert abs(sound.level.rms[0] + 9.03) < 0.1
        press = stbt_core.press("KEY_RED")
        silence = qarunner.wait_for_silence(since=press.start_time - 0.2, duration_secs=0.3)
        assert press.start_time - 0.011 <= silence.time <= press.end_time + 0.011
        assert silence.level.loudest == -100

    def test_a_node_hears_the_same(node, tone):
        since = tone.end_time
        sound = node.wait_for_sound(2, -20, duration_secs=0.05, since=since)
        assert abs(node.audio_level(0.1, since=sound.time).rms[0] + 9.03) < 0.1
        with pytest.raises(qarunner.SoundTimeout, match="at -9.0 dBFS, its peak -6.0"):
            node.wait_for_silence(0.3, since=since, duration_secs=0.2)

    def test_a_timeout_is_a_ui_test_failure():
        with pytest.raises(stbt_core.UITestFailure, match="no sound of 0.1 s within 0.2 s, at a threshold of -50 dBFS"):
            qarunner.wait_for_sound(0.2)

    def test_too_quiet():
        qarunner.wait_for_sound(0.2)

    def test_too_loud(tone):
        qarunner.wait_for_silence(0.5, duration_secs=0.2)

    @pytest.mark.parametrize("since", [-30, -3600])
    def test_what_is_long_ago_cannot_be_heard(since):
        with pytest.raises(ValueError, match="before the oldest sound"):
            qarunner.audio_level(1, since=time.time() + since)

    @pytest.mark.parametrize(("function", "arguments"), [
        ("audio_level", {"duration_secs": 0}), ("wait_for_sound", {"threshold": 3}),
        ("wait_for_sound", {"threshold": float("nan")}), ("wait_for_silence", {"timeout_secs": -1}),
    ])
    def test_what_makes_no_sense_is_refused(function, arguments):
        with pytest.raises(ValueError, match=function):
            getattr(qarunner, function)(**arguments)

    def test_sound_that_was_not_delivered_is_no_silence():
        press = stbt_core.press("KEY_GAP")
        time.sleep(0)
        level = qarunner.audio_level(0.6, since=press.start_time)
        assert 0.2 < level.missing < 0.4
        with pytest.raises(qarunner.SoundTimeout):
            qarunner.wait_for_silence(0.6, duration_secs=0.5, since=press.start_time)

    def test_the_status_tells_the_format(node):
        audio = node.status().capture.audio
        assert (audio.signal, audio.sample_rate, audio.channels, audio.sample_type) == ("sound", 48000, 2, "s16")

    def test_z_sound_that_stops_coming():
        stbt_core.press("KEY_STOP")
        qarunner.audio_level(1)
"""

FAILS = {"test_too_quiet": "fail", "test_too_loud": "fail", "test_z_sound_that_stops_coming": "error"}


@pytest.fixture(scope="module")
def finished(module_pack: Pack) -> Finished:
    driver = Path(beeping_driver.__file__).read_text(encoding="utf-8")
    module_pack.write("plugins/pattern.py", driver.replace('"beeping": {', f'"{module_pack.node}": {{'))
    module_pack.write("tests/sound.py", TESTCASES)
    module_pack.write(
        "features/sound.feature",
        """
        Feature: sound
          Scenario: a tone
            When I press KEY_RED
            Then I hear sound within 5 seconds
            When I press KEY_RED
            Then it is silent for 0.5 seconds
          Scenario: no tone
            Then I hear sound within 0.2 seconds
        """,
    )
    return module_pack.run("features", "tests")


def test_testcases_hear_the_node(finished: Finished) -> None:
    outcomes = finished.outcomes()
    expected = {name: FAILS.get(name, "pass") for name in outcomes} | {"no tone": "fail"}
    assert outcomes == expected, finished.output
    assert len(outcomes) > 15


def test_a_fail_says_what_was_heard_and_an_error_why_nothing_was(finished: Finished) -> None:
    def message(testcase: str) -> str:
        failure = finished.results[testcase].failure
        assert failure is not None
        return failure.message

    assert "no sound of 0.1 s within 0.2 s, at a threshold of -50 dBFS; in that time it was at -100.0 dBFS" in message(
        "test_too_quiet"
    )
    assert "no silence of 0.2 s within 0.5 s" in message("test_too_loud")
    stopped = message("test_z_sound_that_stops_coming")
    assert f"no sound has come from node '{finished.pack.node}' for 5 s: capture driver beeping: has sent no" in stopped


def test_what_was_heard_is_in_the_timeline(finished: Finished) -> None:
    timeline = json.loads((finished.folder("test_a_sound_is_found_where_it_began") / "timeline.json").read_bytes())
    heard = [event for event in timeline["events"] if event["kind"] == "sound"]
    pressed = [event["time"] for event in timeline["events"] if event["kind"] == "press"]
    assert [event["label"] for event in heard] == ["sound", "silence"]
    assert [event["time"] for event in heard] == pytest.approx(pressed, abs=0.1)
    assert heard[0]["data"]["found"] is True
    assert heard[0]["data"]["rms"] == pytest.approx([-9.03, -100], abs=0.1)
    missed = json.loads((finished.folder("test_too_quiet") / "timeline.json").read_bytes())["events"]
    assert [(event["label"], event["data"]["found"]) for event in missed] == [("no sound", False)]


def test_a_node_without_sound_is_an_error_that_says_which_captures_have_it(pack: Pack) -> None:
    pack.write("tests/mute.py", "import qarunner\ndef test_mute(): qarunner.wait_for_sound(1)\n")
    done = pack.run()
    assert done.outcomes() == {"test_mute": "error"}
    failure = done.results["test_mute"].failure
    assert failure is not None
    assert f"node '{pack.node}' has no sound: capture driver pattern: delivers pictures only" in failure.message
    assert (
        "Captures that deliver sound: gstreamer: (with its option audio), stream: (where the stream has it)"
        in done.output
    )
