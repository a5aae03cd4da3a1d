"""What each testcase leaves on disk."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import av
import cv2
import numpy
import pytest
from tests.peers.pack_run import Finished, Pack

from qarunner.results import from_json
from qarunner.runner.evidence import folder_name
from qarunner.timeline import Timeline

TESTCASES = """
    import logging, os, pathlib, subprocess, time
    import stbt
    import stbt_core
    import qarunner

    def test_nothing(): pass

    def test_everything(node):
        print("to standard output")
        stbt_core.press("KEY_UP")
        logging.getLogger("my.log").warning("a %s record", "log")
        subprocess.run(["echo", "from a child"], check=True)
        with qarunner.step("look around"):
            for frame in stbt.frames(timeout_secs=0.4): pass
        qarunner.measure("zap_time", 0.84, unit="s", low=0, high=1)
        stbt.press("KEY_RED")
        red = stbt_core.Image([[[0, 0, 255]] * 60] * 40, dtype="uint8")
        stbt.wait_for_match(red, timeout_secs=5)
        pathlib.Path("own/deep").mkdir(parents=True)
        pathlib.Path("own/deep/file.txt").write_text("mine")
        stbt.draw_text("half way")
        stbt.wait_for_motion(timeout_secs=10)
        stbt_core.save_frame(stbt.get_frame(), "frame.png")

    def test_tags():
        assert stbt.get_config("result.tags", "build") == "1.2"

    def test_only_presses(): stbt.press("KEY_OK")
"""


@pytest.fixture(scope="module")
def finished(module_pack: Pack) -> Finished:
    module_pack.write("tests/all.py", TESTCASES)
    module_pack.write(
        "features/all.feature",
        """
        @smoke
        Feature: all
          Scenario: with a node
            Given a press
        """,
    )
    module_pack.write(
        "features/steps/steps.py",
        """
        from behave import given

        @given("a press")
        def step(context):
            context.node.press("KEY_OK")
            assert context.node.get_frame() is not None
        """,
    )
    done = module_pack.run("--qa-tag", "build=1.2", "--qa-tag", "smoke", "--qa-category", "nightly")
    assert done.code == 0, done.output
    return done


def timeline(finished: Finished, testcase: str) -> Timeline:
    return from_json(Timeline, (finished.folder(testcase) / "timeline.json").read_bytes())


def test_a_testcase_that_does_nothing_leaves_only_its_record(finished):
    assert [path.name for path in finished.folder("test_nothing").iterdir()] == ["result.json"]


def test_all_files_are_there_and_listed_with_their_sizes(finished):
    folder = finished.folder("test_everything")
    listed = {artifact.path: artifact.size for artifact in finished.results["test_everything"].artifacts}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *listed,
        "result.json",
    }
    assert {
        "combined.log", "frame.png", "own/deep/file.txt", "screenshot.png", "stbt.log", "stdout.log",
        "thumbnail.jpg", "timeline.json", "video.mp4",
    } <= set(listed)  # fmt: skip
    assert listed["own/deep/file.txt"] == 4
    assert all(listed.values())


def test_the_log_has_utc_times_and_every_source(finished):
    lines = (finished.folder("test_everything") / "stbt.log").read_text().splitlines()
    texts = [line.split(" ", 1)[1] for line in lines]
    times = [datetime.fromisoformat(line.split(" ", 1)[0]) for line in lines]
    assert times == sorted(times)
    assert all(when.utcoffset() == timedelta(0) for when in times)
    assert "to standard output" in texts
    assert "WARNING my.log: a log record" in texts
    assert "from a child" in texts
    assert any(text.startswith("DEBUG stbt: Searching for") for text in texts)


def test_standard_output_has_the_childs_too(finished):
    assert (finished.folder("test_everything") / "stdout.log").read_text().splitlines() == [
        "to standard output",
        "from a child",
    ]


def test_the_video_plays_and_has_the_length_of_the_use_of_the_device(finished):
    result = finished.results["test_everything"]
    with av.open(finished.folder("test_everything") / "video.mp4") as video:
        frames = [(frame.time, frame.to_ndarray(format="bgr24")) for frame in video.decode(video=0)]
    assert frames[0][1].shape == (180, 320, 3)
    assert frames[0][0] == pytest.approx(0, abs=0.001)
    length = frames[-1][0]
    assert 0.4 < length <= result.duration + 0.1  # it may begin a frame before the testcase
    assert -0.1 < result.video_start < result.duration  # the picture that was there when it began comes first
    assert frames[-1][1][90, 160, 2] > 200  # it ends red


def test_the_timeline_runs_by_video_time(finished):
    events = timeline(finished, "test_everything")
    result = finished.results["test_everything"]
    assert events.origin == "video"
    assert events.frame_size == (320, 180)
    assert abs(events.started - result.started - timedelta(seconds=result.video_start)) < timedelta(milliseconds=1)
    kinds = [(event.kind, event.label) for event in events.events]
    assert ("press", "KEY_UP") in kinds
    assert ("step", "look around") in kinds
    assert ("measurement", "zap_time") in kinds
    assert ("note", "half way") in kinds
    assert ("log", "to standard output") in kinds
    assert [event.time for event in events.events] == sorted(event.time for event in events.events)


def test_a_match_is_one_event_however_often_the_test_looked(finished):
    matches = [event for event in timeline(finished, "test_everything").events if event.kind == "match"]
    found = [event for event in matches if event.data["matched"]]
    assert len(found) == 1
    assert len(matches) <= 3
    assert len(found[0].data["region"]) == 4
    (press,) = [e for e in timeline(finished, "test_everything").events if e.label == "KEY_RED"]
    assert found[0].time > press.time


def test_motion_is_an_event_of_its_own_kind_and_no_match(finished):
    events = timeline(finished, "test_everything").events
    moving = [event for event in events if event.kind == "motion" and event.data["moving"]]
    assert [event.label for event in moving] == ["detect_motion()"]
    assert {event.data["by"] for event in events if event.kind == "match"} == {"MatchResult"}


def test_the_screenshot_is_the_frame_last_looked_at(finished):
    folder = finished.folder("test_everything")
    pictures = [cv2.imread(str(folder / name)) for name in ("screenshot.png", "frame.png", "thumbnail.jpg")]
    assert [picture is not None and picture.shape for picture in pictures] == [(180, 320, 3)] * 3
    assert numpy.array_equal(pictures[0], pictures[1])  # type: ignore[arg-type]  # neither is None, by the line above


def test_a_testcase_that_only_presses_has_a_video(finished):
    assert "video.mp4" in [artifact.path for artifact in finished.results["test_only_presses"].artifacts]


def test_measurements_and_steps_are_in_the_record(finished):
    result = finished.results["test_everything"]
    (measurement,) = result.measurements
    assert (measurement.name, measurement.value, measurement.unit, measurement.low, measurement.high) == (
        "zap_time", 0.84, "s", 0, 1,
    )  # fmt: skip
    (step,) = result.steps
    assert (step.name, step.status) == ("look around", "passed")
    assert step.duration >= 0.4


def test_a_scenario_has_its_steps_node_and_tags(finished):
    result = finished.results["with a node"]
    assert [(step.keyword, step.name, step.status) for step in result.steps] == [("Given", "a press", "passed")]
    assert result.testcase == "features/all.feature::with a node"
    assert "smoke" in result.markers
    assert "video.mp4" in [artifact.path for artifact in result.artifacts]
    assert ("step", "Given a press") in [
        (event.kind, event.label) for event in timeline(finished, "with a node").events
    ]


def test_the_run_says_what_it_was(finished):
    run = finished.directory.run
    assert run.node == finished.pack.node
    assert run.pack == str(finished.pack.folder)
    assert run.tags == {"build": "1.2", "smoke": ""}
    assert run.category == "nightly"
    assert run.device.build == "1.2"
    assert run.selected == 5
    assert run.exit_code == 0
    assert run.duration > 0
    assert datetime.now(UTC) - run.started < timedelta(minutes=10)
    assert "--qa-category" in run.command_line


def test_the_folder_is_named_by_start_and_short_id_and_latest_points_there(finished):
    folder = finished.pack.latest
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d-[0-9a-f]{8}", folder.name)
    assert (folder.parent / "latest").is_symlink()
    assert not (folder / "crash.log").exists()


@pytest.mark.parametrize(
    ("testcase", "name"),
    [
        ("tests/menu.py::test_x", "0007-menu.py-test_x"),
        ("features/a.feature::Ünï/cödé :: 📺 'quoted'", "0007-a.feature-n-c-d-quoted"),
        ("tests/a.py::test_x[../../etc/passwd]", "0007-a.py-test_x-..-..-etc-passwd"),
        ("features/a.feature::" + "long " * 100, "0007-a.feature-" + "long-" * 13 + "long"),
        ("features/a.feature::...", "0007-a.feature"),
    ],
)
def test_a_folder_name_is_safe_whatever_the_testcase_is_called(testcase, name):
    assert folder_name(7, testcase) == name


def test_the_record_is_json_that_other_programs_read(finished):
    raw = json.loads((finished.folder("test_everything") / "result.json").read_text())
    assert raw["schema"] == 1
    assert raw["outcome"] == "pass"
    assert raw["started"].endswith("Z")
