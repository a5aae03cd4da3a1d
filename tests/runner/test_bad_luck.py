"""What happens to a run when something around it breaks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest
from tests.peers.pack_run import Pack, kill, until

from qarunner.outbox.run_directory import read_run_directory

WAITS = """
    import pathlib, time, stbt_core

    def test_waits():
        print("before")
        stbt_core.get_frame()
        pathlib.Path("waiting").touch()
        time.sleep({seconds})
    def test_next(): assert stbt_core.get_frame() is not None
"""


def waiting(pack: Pack) -> list[Path]:
    """The file that says that the testcase waits, once it is there."""
    return list((pack.folder / "qa-results").glob("*/*-test_waits/waiting"))


def shared_files() -> set[Path]:
    """What lies where processes leave shared memory and sockets behind, if it is a Python's or ours by its name.

    Databases and browsers of other tests come and go there meanwhile.
    """
    found = {path for folder in ("/dev/shm", "/run") for path in Path(folder).iterdir()}  # noqa: S108 - only looked at
    return {path for path in found if path.name.startswith(("psm_", "sem.", "mp-")) or "qarunner" in path.name}


def runs(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int, word: str) -> list[int]:
    """The children of a process whose command line has a word."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", word], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def test_ctrl_c_records_the_testcase_as_interrupted_and_frees_the_node(pack):
    pack.write("tests/all.py", WAITS.format(seconds=1000))
    process = pack.start()
    until(lambda: waiting(pack), "the testcase waits")
    process.send_signal(signal.SIGINT)
    done = pack.finish(process)
    assert done.code == 2, done.output
    (result,) = done.directory.results
    assert (result.outcome, result.failure.message) == ("error", "interrupted")
    assert "video.mp4" in [artifact.path for artifact in result.artifacts]
    assert pack.run("-k", "test_next").code == 0


def test_a_killed_pytest_leaves_a_closed_result_a_video_that_plays_and_a_free_node(pack):
    pack.write("tests/all.py", WAITS.format(seconds=1000))
    process = pack.start()
    until(lambda: waiting(pack), "the testcase waits")
    run = pack.latest
    kill(process)
    until(lambda: read_run_directory(run).results[0].finished, "the result is closed", 5)
    (result,) = read_run_directory(run).results
    assert result.failure is not None
    assert (result.outcome, result.failure.phase) == ("error", "infrastructure")
    assert (run / result.folder / "stdout.log").read_text() == "before\n"

    def playable():
        with av.open(run / result.folder / "video.mp4") as video:
            return sum(1 for _ in video.decode(video=0))

    until(lambda: (run / result.folder / "video.mp4").stat().st_size, "the video is written", 5)
    assert playable() > 0
    assert pack.run("-k", "test_next").code == 0


def test_when_all_was_killed_the_next_session_closes_the_result(pack):
    pack.write("tests/all.py", WAITS.format(seconds=1000))
    process = pack.start()
    until(lambda: waiting(pack), "the testcase waits")
    run = pack.latest
    for guardian in children(process.pid, "watch_over.py"):
        os.kill(guardian, signal.SIGKILL)
    kill(process)
    assert not read_run_directory(run).results[0].finished
    assert pack.run("-k", "test_next").code == 0
    (result,) = read_run_directory(run).results
    assert (result.finished, result.outcome) == (True, "error")


def test_a_killed_exporter_is_an_error_that_names_it_and_the_next_testcase_gets_a_fresh_one(pack):
    pack.write(
        "tests/all.py",
        """
        import pathlib, stbt_core
        def test_waits(node):
            for frame in stbt_core.frames(30):
                pathlib.Path("exporter").write_text(str(node.status().pid))
                pathlib.Path("waiting").touch()
        def test_next(): assert stbt_core.get_frame() is not None
        """,
    )
    before = shared_files()
    process = pack.start()
    until(lambda: waiting(pack), "the testcase looks")
    os.kill(int(waiting(pack)[0].with_name("exporter").read_text()), signal.SIGKILL)
    done = pack.finish(process)
    assert done.outcomes() == {"test_waits": "error", "test_next": "pass"}, done.output
    failure = done.results["test_waits"].failure
    assert failure.kind == "ExporterLostError"
    assert "exporter" in failure.message
    assert pack.node in failure.message
    assert shared_files() <= before
    assert done.code == 6


def test_a_lost_picture_is_an_error_with_the_last_frame(pack):
    pack.write(
        "tests/all.py",
        """
        import stbt_core, qarunner.runner.device
        qarunner.runner.device.NO_VIDEO_AFTER = 1.0

        def test_lost(node):
            stbt_core.get_frame()
            node.inject_fault("no-signal")
            for frame in stbt_core.frames(): pass
        def test_next(): stbt_core.get_frame()
        """,
    )
    done = pack.run()
    assert done.outcomes() == {"test_lost": "error", "test_next": "pass"}, done.output
    failure = done.results["test_lost"].failure
    assert failure.kind == "NoVideo"
    assert "no signal" in failure.message
    assert (done.folder("test_lost") / "screenshot.png").is_file()


def test_a_leased_node_is_refused_with_who_why_and_since_and_waited_for_on_demand(pack):
    pack.write(
        "tests/all.py",
        """
        import pathlib, time
        GO = pathlib.Path(__file__).parents[1] / "go"
        def test_waits(node):
            node.get_frame()
            pathlib.Path("waiting").touch()
            while not GO.exists(): time.sleep(0.01)
        def test_next(): pass
        """,
    )
    holder = pack.start("-k", "test_waits")
    until(lambda: waiting(pack), "the testcase waits")
    refused = pack.run("-k", "test_next")
    assert refused.code == 7
    assert re.search(r"is leased by .* for '1 testcase of pack', since ", refused.output), refused.output
    assert "--qa-wait" in refused.output
    patient = pack.start("-k", "test_next", "--qa-wait=50")
    assert patient.stdout is not None
    told = next(line for line in patient.stdout if "waiting for node" in line)
    assert "1 testcase of pack" in told
    (pack.folder / "go").touch()
    rest = patient.stdout.read()
    assert patient.wait(60) == 0, rest
    patient.stdout.close()
    assert pack.finish(holder).code == 0


def test_an_unknown_node_lists_the_known_and_the_nearest(pack):
    pack.write("tests/all.py", "def test_x(): pass")
    done = pack.run(f"--qa-node={pack.node}x", node=False)
    assert done.code == 4
    assert f"did you mean '{pack.node}'" in done.output
    assert "known: " in done.output


@pytest.mark.parametrize("option", ["-n2", "--dist=load", "--tx=popen"])
def test_running_in_parallel_on_one_node_is_refused(pack, option):
    done = pack.run(option)
    assert done.code == 4
    assert "one device runs one testcase at a time" in done.output


def test_a_full_disk_cuts_the_video_and_the_result_says_so(pack, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs root")
    try:
        pack.write(
            "tests/all.py",
            """
            import pathlib, stbt_core, time
            def test_fills_the_disk():
                stbt_core.get_frame()
                time.sleep(1.5)
                try: pathlib.Path("big").write_bytes(bytes(1 << 22))
                except OSError: pass
                time.sleep(1.5)
                pathlib.Path("big").unlink()
            """,
        )
        done = pack.run(f"--qa-results={small}/run")
        (result,) = read_run_directory(small / "run").results
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
    assert result.outcome == "pass", done.output
    assert any("video is cut" in note for note in result.notes), result.notes


def test_an_exporter_that_nobody_uses_leaves_by_itself(pack):
    pack.write("tests/all.py", "def test_x(node): open('exporter', 'w').write(str(node.status().pid))")
    done = pack.run()
    assert done.code == 0, done.output
    exporter = int((done.folder("test_x") / "exporter").read_text())
    until(lambda: not runs(exporter), "the exporter leaves", 10)


def test_a_pack_whose_plugin_is_broken_is_told_so_before_anything_runs(pack):
    pack.write("plugins/bad.py", "import no_such_thing")
    pack.write("tests/all.py", "def test_x(): pass")
    done = pack.run()
    assert done.code == 4
    assert "plugin 'pack:bad' failed in import" in done.output
    assert pack.run("--qa-block=pack:bad,report_html,report_junit,report_terminal").code == 0


def test_python_has_no_trace_of_the_node_after_the_run(pack):
    """stbt_core's device and configuration are as before, in a process that goes on."""
    pack.write("tests/all.py", "import stbt_core\ndef test_x(): stbt_core.get_frame()")
    program = f"""
import os, pytest, signal, stbt_core, sys
device = stbt_core._dut
code = pytest.main(["--qa-node={pack.node}", "-p", "no:cacheprovider", "-q"])
assert code == 0, code
assert stbt_core._dut is device
assert "STBT_CONFIG_FILE" not in os.environ
assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
assert not any(type(finder).__name__ == "StbtFinder" for finder in sys.meta_path)
"""
    environment = {**os.environ, "QARUNNER_BLOCK_PLUGINS": "report_html,report_junit,report_terminal"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=pack.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
