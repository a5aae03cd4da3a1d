from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import av
import numpy
import pytest
from tests.peers.fake_rig import number_of
from tests.peers.rig_node import RigNode, answer, eventually, got, say_line

from qarunner.errors import ConfigurationError, DeviceError, NodeBusyError, UnknownKeyError
from qarunner.nodes import client

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nodes.conftest import RigMaker


def test_frames_come_at_the_size_of_the_node_with_rising_numbers_and_times(make_rig: RigMaker) -> None:
    rig = make_rig(capture={"width": 640, "height": 360, "fps": 60.0})
    with rig.connect() as node:
        after, last = 0, 0.0
        for _ in range(20):
            frame = node.frames.newest(after)
            assert frame is not None
            assert frame.pixels.shape == (180, 320, 3)
            assert number_of(frame.pixels) == frame.sequence > after
            assert last < frame.time <= time.monotonic()
            after, last = frame.sequence, frame.time
        assert node.frames.problem == ""


def test_a_key_is_pressed_and_the_times_enclose_it(rig: RigNode) -> None:
    with rig.connect() as node:
        before = time.monotonic()
        start, end = node.press("KEY_OK")
        assert before <= start <= end <= time.monotonic()
        assert "remote press KEY_OK" in rig.driver_log
        assert set(node.keys() or ()) == {"KEY_OK", "KEY_UP", "KEY_DOWN", "KEY_HOME"}
        assert node.can_hold


def test_an_unknown_key_is_an_error_with_the_nearest_names(rig: RigNode) -> None:
    with rig.connect() as node, pytest.raises(UnknownKeyError, match="'KEY_HOUSE'") as caught:
        node.press("KEY_HOUSE")
    assert "did you mean 'KEY_HOME'" in caught.value.advice


def test_power_and_faults_work_through_the_exporter(rig: RigNode) -> None:
    with rig.connect() as node:
        node.power_off()
        assert node.power_state() is False
        node.power_on()
        assert node.power_state() is True
        assert node.faults()["none"] == "no signal"
        node.inject_fault("none")
        eventually(lambda: "no signal" in node.frames.problem, "the reader is told why there are no frames")
        assert node.frames.newest(timeout=0.1) is None
        node.clear_faults()
        assert node.frames.newest(timeout=20)


def test_what_a_node_does_not_have_is_refused_with_advice(make_rig: RigMaker) -> None:
    rig = make_rig(remote=False, power=False, capture=False)
    with rig.connect() as node:
        assert node.keys() == ()
        with pytest.raises(ConfigurationError, match="has no remote"):
            node.press("KEY_OK")
        with pytest.raises(ConfigurationError, match="has no power outlet"):
            node.power_on()
        assert node.frames.newest(timeout=0.05) is None
        assert node.frames.problem == f"node {rig.config.id!r} has no capture"
        assert node.status().capture.signal == "none"


def test_a_video_is_recorded_while_keys_are_pressed_from_another_thread(rig: RigNode, tmp_path: Path) -> None:
    with rig.connect() as node:
        seen: dict[int, float] = {}
        path = tmp_path / "video.mp4"
        with path.open("wb") as file:
            node.record_start(file)
        presses = threading.Thread(target=lambda: [node.press("KEY_OK") for _ in range(20)])
        presses.start()
        while len(seen) < 30:
            frame = node.frames.next(max(seen, default=1))
            assert frame is not None
            seen[frame.sequence] = frame.time
        info = node.record_stop()
        presses.join()
    with av.open(str(path)) as container:
        video = {
            number_of(picture.to_ndarray(format="bgr24").astype(numpy.uint8)): got(picture.time)
            for picture in container.decode(video=0)
        }
    both = [number for number in video if number in seen]
    assert len(both) > 20
    assert [got(info.start) + video[number] for number in both] == pytest.approx([seen[n] for n in both], abs=0.001)
    assert rig.driver_log.count("remote press KEY_OK") == 20


def test_recording_orders_out_of_order_are_errors(rig: RigNode, tmp_path: Path) -> None:
    with rig.connect() as node, (tmp_path / "a.mp4").open("wb") as file:
        with pytest.raises(DeviceError, match="no video is being recorded"):
            node.record_stop()
        node.record_start(file)
        with pytest.raises(DeviceError, match="records a video already"):
            node.record_start(file)
        node.record_stop()


def test_a_busy_node_is_refused_with_who_why_and_since_and_waiting_gets_it(rig: RigNode) -> None:
    other = rig.start_client("node = connect(reason='nightly 4711', until=2e9); say('has it'); input(); node.close()")
    assert say_line(other) == "has it"
    with pytest.raises(NodeBusyError) as caught:
        rig.connect()
    words = str(caught.value)
    for part in ("another process", f"process {other.pid}", "'nightly 4711'", "since 20", "until 2033-05-18"):
        assert part in words
    told: list[str] = []

    def on_wait(text: str) -> None:
        told.append(text)
        answer(other)

    with rig.connect(wait=30, on_wait=on_wait) as node:
        lease = node.status().lease
        assert lease is not None
        assert lease.holder == "the test"
    assert len(told) == 1
    assert "nightly 4711" in told[0]


def test_one_run_right_after_another_needs_no_waiting(rig: RigNode) -> None:
    pids = set()
    for _ in range(5):
        with rig.connect() as node:
            pids.add(node.exporter_pid)
    assert len(pids) == 1


def test_looking_needs_no_lease_and_does_not_disturb_its_holder(rig: RigNode) -> None:
    with rig.connect() as node, rig.observe() as view:
        assert view.exporter_pid == node.exporter_pid
        assert view.frames.newest() is not None
        eventually(lambda: len(view.status().readers) == 1, "one reader")
        assert node.press("KEY_OK")


def test_asking_whether_a_node_runs_does_not_start_it(rig: RigNode) -> None:
    assert client.running(rig.config) is None
    with rig.connect():
        status = client.running(rig.config)
    assert status is not None
    assert status.node == rig.config.id
    assert status.lease is not None


def test_keys_are_released_faults_end_and_the_video_is_finished_with_the_lease(rig: RigNode, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    node = rig.connect()
    with path.open("wb") as file:
        node.record_start(file)
    assert node.frames.newest(got(node.frames.newest()).sequence) is not None
    node.keydown("KEY_UP")
    node.inject_fault("none")
    node.close()
    assert {"remote keyup KEY_UP", "capture fault none 0"} <= set(rig.driver_log)
    with av.open(str(path)) as container:
        assert list(container.decode(video=0))


def test_whether_the_exporter_is_lost_can_be_asked_without_an_error(rig: RigNode) -> None:
    with rig.connect() as node:
        assert not node.lost
        os.kill(node.exporter_pid, signal.SIGKILL)
        eventually(lambda: node.lost, "its loss is noticed")


def test_a_key_that_somebody_without_a_lease_holds_down_is_released_for_the_next_holder(rig: RigNode) -> None:
    with rig.observe():
        assert rig.http.request("POST", "/keydown", {"key": "KEY_UP"})[0] == 200
        with rig.connect():
            assert rig.last_key == "remote keyup KEY_UP"


def test_a_client_that_only_asks_loads_no_numpy_and_an_exporter_neither_pyav_nor_pytest() -> None:
    asking = "import qarunner.nodes.client, qarunner.nodes.http_client"
    exporting = "import qarunner.nodes.exporter, qarunner.nodes.assembly, qarunner.nodes.http_routes"
    for code, unwanted in ((asking, "numpy cv2 av pytest"), (exporting, "av pytest stbt_core behave matplotlib")):
        check = f"{code}, sys; print(set({unwanted.split()}) & set(sys.modules))"
        assert subprocess.run([sys.executable, "-c", check], check=True, capture_output=True).stdout == b"set()\n"
