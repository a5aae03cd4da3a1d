"""Kills, stops, hangs, full disks, other users: what the exporter and its clients do when things go wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.rig_node import IMPATIENT, RigNode, answer, eventually, got, say_line
from tests.peers.videos import frames_of, top_level_boxes

from qarunner.errors import DeviceError, ExporterLostError, NodeBusyError
from qarunner.nodes import client

if TYPE_CHECKING:
    from tests.nodes.conftest import RigMaker

RECORD_AND_WAIT = """
node = connect()
with open(os.environ["VIDEO"], "wb") as file:
    node.record_start(file)
node.keydown("KEY_UP")
while node.frames.newest().sequence < 60:
    time.sleep(0.01)
say("ready")
time.sleep(600)
"""


def test_a_killed_client_frees_the_lease_and_its_video_is_finished_within_two_seconds(
    rig: RigNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "video.mp4"
    monkeypatch.setenv("VIDEO", str(path))
    other = rig.start_client(RECORD_AND_WAIT)
    with rig.observe() as view:
        assert say_line(other) == "ready"
        other.kill()
        other.wait()
        eventually(lambda: view.status().lease is None, "the lease is free", limit=2)
        assert view.status().recorder.recordings == ()
    assert "moof" not in top_level_boxes(path)
    assert frames_of(path) > 0
    assert rig.last_key == "remote keyup KEY_UP"


def test_a_forked_child_that_outlives_the_client_does_not_keep_the_lease(rig: RigNode) -> None:
    other = rig.start_client("""
node = connect()
child = os.fork()
if child:
    say(child)
time.sleep(60)
""")
    child = int(say_line(other))
    try:
        with rig.observe() as view:
            os.kill(other.pid, signal.SIGKILL)
            eventually(lambda: view.status().lease is None, "the lease is free", limit=2)
            os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_suspended_client_keeps_the_lease_and_goes_on_afterwards(rig: RigNode) -> None:
    other = rig.start_client("node = connect(); say('has it'); input(); node.press('KEY_OK'); say('pressed')")
    assert say_line(other) == "has it"
    other.send_signal(signal.SIGSTOP)
    with pytest.raises(NodeBusyError, match="another process"):
        rig.connect(wait=1)
    other.send_signal(signal.SIGCONT)
    answer(other)
    assert say_line(other) == "pressed"


def test_a_suspended_reader_does_not_hold_up_the_others(rig: RigNode) -> None:
    with rig.connect() as node:
        other = rig.start_client(
            "view = client.observe(config, resolver=os.environ['RIG_RESOLVER']); view.frames.newest(); say('reads');"
            "time.sleep(600)"
        )
        assert say_line(other) == "reads"
        other.send_signal(signal.SIGSTOP)
        after = got(node.frames.newest()).sequence
        for _ in range(30):
            after = got(node.frames.newest(after, timeout=20)).sequence


def test_a_killed_exporter_is_named_the_video_can_be_played_and_the_next_connection_gets_a_fresh_one(
    rig: RigNode, tmp_path: Path
) -> None:
    path = tmp_path / "video.mp4"
    node = rig.connect()
    with path.open("wb") as file:
        node.record_start(file)
    eventually(lambda: node.status().recorder.recordings[0].frames > 20, "some frames in the file")
    recorder = node.status().recorder.pid
    os.kill(node.exporter_pid, signal.SIGKILL)
    named = rf"exporter of node {rig.config.id!r} \(process {node.exporter_pid}\) has ended"
    with pytest.raises(ExporterLostError, match=named):
        eventually(lambda: node.frames.newest() and False, "frames end")
    with pytest.raises(ExporterLostError, match=named):
        node.press("KEY_OK")
    with pytest.raises(ExporterLostError, match=named):
        node.status()
    eventually(lambda: not Path(f"/proc/{recorder}").exists(), "the recorder ends, too")
    assert frames_of(path) > 20
    with rig.connect() as fresh:
        assert fresh.exporter_pid != node.exporter_pid
        assert fresh.frames.newest() is not None
        assert left_behind(rig) == []


def left_behind(rig: RigNode) -> list[str]:
    names = [path.name for folder in ("/dev/shm", "/run") for path in Path(folder).rglob("*")]  # noqa: S108 - looked at
    return [name for name in names if "qarunner" in name or rig.config.id in name]


def test_an_exporter_leaves_when_nobody_has_been_connected_for_a_while_and_leaves_nothing(rig: RigNode) -> None:
    with rig.connect() as node:
        pid, recorder = node.exporter_pid, node.status().recorder.pid
    eventually(lambda: not Path(f"/proc/{pid}").exists(), "the exporter has ended")
    eventually(lambda: not Path(f"/proc/{recorder}").exists(), "the recorder has ended")
    assert not rig.exporter_runs
    assert left_behind(rig) == []
    assert rig.config.id not in Path("/proc/net/unix").read_text(encoding="utf-8")
    assert "capture close" in rig.driver_log


def test_it_does_not_matter_how_the_one_ends_that_started_the_exporter(rig: RigNode) -> None:
    other = rig.start_client("node = connect(); say(str(node.exporter_pid)); time.sleep(600)")
    pid = int(say_line(other))
    with rig.observe() as view:
        other.send_signal(signal.SIGINT)
        other.wait()
        assert view.exporter_pid == pid
        assert os.getsid(pid) != os.getsid(0)
        eventually(lambda: view.status().lease is None, "the lease is free")


def test_a_killed_recorder_costs_only_the_end_of_its_video(rig: RigNode, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    with rig.connect() as node:
        with path.open("wb") as file:
            node.record_start(file)
        eventually(lambda: node.status().recorder.recordings[0].duration > 1.2, "a second of video")
        os.kill(node.status().recorder.pid, signal.SIGKILL)
        info = node.record_stop()
        assert info.cut
        assert "the recorder was killed (SIGKILL)" in info.notes[-1]
        assert frames_of(path) >= 25
        with path.open("wb") as file:
            node.record_start(file)
        eventually(lambda: node.status().recorder.recordings[0].frames, "a frame")
        assert not node.record_stop().cut


DISK_FULL = """
import subprocess
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", os.environ["SMALL"]], check=True)
node = connect()
with open(os.environ["SMALL"] + "/video.mp4", "wb") as file:
    node.record_start(file)
while not node.status().recorder.recordings[0].cut:
    node.press("KEY_OK")
info = node.record_stop()
say(info.notes[-1])
import av
with av.open(os.environ["SMALL"] + "/video.mp4") as container:
    say(len(list(container.decode(video=0))) > 5)
say(node.frames.newest().sequence > info.frames)
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="system package not installed: util-linux")
def test_a_full_disk_cuts_the_video_and_nothing_else(
    make_rig: RigMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = make_rig(capture={"width": 640, "height": 360, "noise": True}, frame_size=(640, 360))
    (tmp_path / "small").mkdir()
    monkeypatch.setenv("SMALL", str(tmp_path / "small"))
    other = rig.start_client(DISK_FULL, "unshare", "--user", "--map-root-user", "--mount")
    note = say_line(other)
    assert note.startswith("video is cut: disk full at ")
    assert [say_line(other) for _ in range(2)] == ["True", "True"]


def test_a_press_that_hangs_is_cut_off_and_named_the_status_answers_and_the_next_lease_gets_a_fresh_exporter(
    make_rig: RigMaker,
) -> None:
    rig = make_rig(IMPATIENT, linger=30.0)
    hang = r"remote driver fake: press\('KEY_OK'\) has not answered in 0.3 s"
    with rig.connect() as node:
        node.inject_fault("press_hang", 2)
        for _ in range(2):
            with pytest.raises(DeviceError, match=hang):
                node.press("KEY_OK")
        status = node.status()
        assert [text.replace('"', "'") for text in status.hangs] == [hang.replace("\\", "")]
        assert status.capture.signal == "frames"
    eventually(lambda: not rig.exporter_runs, "it leaves by itself, long before it would for want of company")
    with rig.connect() as fresh:
        assert fresh.exporter_pid != node.exporter_pid
        fresh.press("KEY_OK")


def test_a_capture_that_hangs_is_named_and_the_next_one_starts_afresh(make_rig: RigMaker) -> None:
    rig = make_rig(IMPATIENT)
    with rig.connect() as node:
        assert node.frames.newest() is not None
        node.inject_fault("hang", 2)
        eventually(lambda: "read() has not answered in 0.8 s" in node.frames.problem, "the reader is told")
        assert node.frames.newest(timeout=0.01) is None
        assert node.status().capture.signal == "lost"
    with rig.connect() as fresh:
        assert fresh.exporter_pid != node.exporter_pid
        assert fresh.frames.newest(timeout=20) is not None


def test_an_exporter_that_a_library_holds_by_its_interpreter_ends_itself(make_rig: RigMaker) -> None:
    rig = make_rig(IMPATIENT)
    node = rig.connect()
    node.inject_fault("press_deaf")
    with pytest.raises(ExporterLostError, match="has ended while it was in use"):
        node.press("KEY_OK")
    log = client.log_file(rig.config.id).read_text(encoding="utf-8")
    assert "Timeout" in log
    assert "fake_rig.py" in log
    with rig.connect() as fresh:
        fresh.press("KEY_OK")


def test_two_nodes_with_the_same_hardware_the_second_is_told_who_has_it(make_rig: RigMaker) -> None:
    hardware = {"resource": f"/dev/video-{os.getpid()}"}
    first, second = make_rig(capture=hardware), make_rig(capture=hardware)
    with first.connect() as node:
        with pytest.raises(NodeBusyError) as caught:
            second.connect()
        assert f"{hardware['resource']} is in use by you for node {first.config.id!r}" in caught.value.problem
        assert f"process {node.exporter_pid}" in caught.value.problem
    # Now the first one's exporter only lingers: it gives the hardware back when it is asked to.
    second.connect()


def test_waiting_also_helps_when_the_hardware_is_in_use(make_rig: RigMaker) -> None:
    hardware = {"resource": f"/dev/video-wait-{os.getpid()}"}
    first, second = make_rig(capture=hardware), make_rig(capture=hardware)
    node = first.connect()
    told: list[str] = []

    def on_wait(text: str) -> None:
        told.append(text)
        node.close()

    assert second.connect(wait=30, on_wait=on_wait).frames.newest() is not None
    assert hardware["resource"] in told[0]


AS_NOBODY = """
import qarunner.nodes.frames, qarunner.nodes.ring
from qarunner.errors import NodeBusyError
from qarunner.nodes.http_client import NodeHttp
os.setresuid(65534, 65534, 65534)
http = NodeHttp.local(config.id)
"""

if os.getuid() == 0:

    def test_another_user_is_told_who_has_the_node(rig: RigNode) -> None:
        with rig.connect(reason="root's own work") as node:
            other = rig.start_client(f"""{AS_NOBODY}
try:
    connect()
except NodeBusyError as error:
    say(error.problem)
say(http.request("POST", "/press", {{"key": "KEY_OK"}}))
""")
            refusal = say_line(other)
            assert f"node {rig.config.id!r} is in use by user 'root' (exporter process {node.exporter_pid})" in refusal
            assert "root's own work" in refusal
            assert say_line(other).startswith('(403, b\'{"error":"node')
            assert rig.driver_log.count("remote press KEY_OK") == 0

    def test_another_user_with_whom_the_node_is_shared_may_use_it(make_rig: RigMaker) -> None:
        rig = make_rig(users=("nobody",), remote={"log": ""}, capture={"log": ""})
        with rig.observe():
            other = rig.start_client(f"""{AS_NOBODY}
with connect() as node:
    say(node.status().lease.user)
    say(node.frames.newest().sequence > 0)
    node.press("KEY_OK")
say(http.request("POST", "/press", {{"key": "KEY_OK"}})[0])
""")
            assert [say_line(other) for _ in range(3)] == ["nobody", "True", "200"]


def test_an_exporter_starts_whatever_lies_in_the_folder_and_without_a_place_for_its_log(
    rig: RigNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('not the numpy that was meant')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/no/such/place")
    with rig.connect() as node:
        assert node.frames.newest() is not None
        assert Path(f"/proc/{node.exporter_pid}/cwd").resolve() == Path("/")


def test_the_test_process_gets_no_child_and_no_open_file_from_an_exporter(rig: RigNode) -> None:
    other = rig.start_client("""
before = set(os.listdir("/proc/self/fd"))
with connect() as node:
    node.frames.newest()
say(sorted(set(os.listdir("/proc/self/fd")) - before))
input()
say(sorted(set(os.listdir("/proc/self/fd")) - before))
try:
    say(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    say("no child")
""")
    assert say_line(other) == "[]"
    eventually(lambda: not rig.exporter_runs, "it has left")
    answer(other)
    assert say_line(other) == "[]"
    assert say_line(other) == "no child"


def test_five_processes_at_once_get_one_exporter(rig: RigNode) -> None:
    code = "view = client.observe(config, resolver=os.environ['RIG_RESOLVER']); say(view.exporter_pid); input()"
    others = [rig.start_client(code) for _ in range(5)]
    assert len({say_line(other) for other in others}) == 1


def test_a_long_log_is_put_aside(rig: RigNode) -> None:
    path = client.log_file(rig.config.id)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 1_100_000)
    with rig.connect():
        assert path.stat().st_size < 10_000
    assert path.with_suffix(".log.1").stat().st_size == 1_100_000


def test_starting_is_not_tied_to_the_editable_install(tmp_path: Path) -> None:
    """The exporter runs with the interpreter of who starts it, so it must not need the repository's folder."""
    command = [sys.executable, "-P", "-c", "import qarunner.nodes.exporter, qarunner.nodes.recorder"]
    subprocess.run(command, check=True, cwd=tmp_path, env={"PATH": os.environ["PATH"]})
