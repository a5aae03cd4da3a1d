"""A testcase that runs too long is ended, gently first: whatever it does, its result is an error with its stacks."""

from __future__ import annotations

import pytest
from tests.peers.pack_run import Finished, Pack

from qarunner.runner.time_limit import GRACE

GENTLE = """
    import threading, time
    import pytest, stbt_core

    def test_busy_loop():
        while True: pass
    def test_endless_sleep(): time.sleep(1000)
    def test_waits_for_a_lock(): threading.Event().wait()
    def test_swallows_exceptions():
        while True:
            try: time.sleep(1000)
            except Exception: pass
    def test_endless_frames():
        for frame in stbt_core.frames(): pass
    @pytest.fixture
    def slow(): time.sleep(1000)
    def test_slow_setup(slow): pass
    @pytest.fixture
    def slow_end(request):
        yield
        time.sleep(1000)
    def test_slow_teardown(slow_end): pass
    @pytest.fixture
    def tidy():
        yield
        open("tidied.txt", "w").write("yes")
    def test_teardown_still_runs(tidy): time.sleep(1000)
    @pytest.mark.time_limit(30)
    def test_has_its_own_limit(): time.sleep(1.5)
    def test_after_all_these(): pass
"""


@pytest.fixture(scope="module")
def gentle(module_pack: Pack) -> Finished:
    module_pack.write("tests/slow.py", GENTLE)
    module_pack.write("features/slow.feature", "Feature: slow\n  Scenario: sleeps\n    Given a nap\n  Scenario: next\n")
    module_pack.write(
        "features/steps/steps.py",
        """
        import time
        from behave import given

        @given("a nap")
        def nap(context): time.sleep(1000)
        """,
    )
    module_pack.write(
        "features/environment.py", "def after_scenario(c, s): open('hooks.log', 'a').write(s.name + '\\n')\n"
    )
    return module_pack.run("--qa-time-limit=1")


@pytest.mark.parametrize(
    "testcase",
    [
        "test_busy_loop", "test_endless_sleep", "test_waits_for_a_lock", "test_swallows_exceptions",
        "test_endless_frames", "test_slow_setup", "test_slow_teardown", "test_teardown_still_runs", "sleeps",
    ],
)  # fmt: skip
def test_it_is_ended_at_its_limit_as_an_error(gentle, testcase):
    result = gentle.results[testcase]
    assert result.outcome == "error", gentle.output
    assert "did not end within its time limit of 1 s" in result.failure.message
    assert 1 <= result.duration < GRACE


def test_the_others_run_and_pass(gentle):
    assert gentle.outcomes()["test_after_all_these"] == "pass"
    assert gentle.outcomes()["test_has_its_own_limit"] == "pass"
    assert gentle.outcomes()["next"] == "pass"
    assert gentle.code == 6


def test_the_error_shows_where_the_testcase_was(gentle):
    assert "time.sleep(1000)" in gentle.results["test_endless_sleep"].failure.traceback


def test_its_teardown_and_behaves_hooks_still_run(gentle):
    assert (gentle.folder("test_teardown_still_runs") / "tidied.txt").is_file()
    assert (gentle.pack.folder / "hooks.log").read_text().splitlines() == ["sleeps", "next"]


def test_a_packs_watchdog_timeout_is_the_limit(pack):
    pack.write(".stbt.conf", "[test_pack]\nwatchdog_timeout = 1\n")
    pack.write("tests/slow.py", "import time\ndef test_slow(): time.sleep(100)\n")
    done = pack.run()
    assert done.outcomes() == {"test_slow": "error"}
    assert "1 s" in done.results["test_slow"].failure.message


STUBBORN = {
    "swallows everything": "while True:\n    try: time.sleep(1000)\n    except BaseException: pass",
    "holds the interpreter's lock": "sum(range(10**15))",
    "aborts": "os.abort()",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.fixture(scope="module")
def stubborn(tmp_path_factory) -> dict[str, Finished]:
    """All at once, because each takes as long as the hard limit."""
    started = {}
    for number, (name, body) in enumerate(STUBBORN.items()):
        pack = Pack(tmp_path_factory.mktemp("stubborn") / f"pack{number}")
        indented = body.replace("\n", "\n    ")
        pack.write("tests/bad.py", f"import os, signal, time\ndef test_bad():\n    {indented}\ndef test_next(): pass\n")
        started[name] = pack, pack.start("--qa-time-limit=1")
    return {name: pack.finish(process) for name, (pack, process) in started.items()}


@pytest.mark.parametrize("name", STUBBORN)
def test_what_cannot_be_ended_gently_is_closed_as_an_error_after_the_process_died(stubborn, name):
    done = stubborn[name]
    assert done.code != 0
    (result,) = done.directory.results
    assert (result.outcome, result.failure.phase) == ("error", "infrastructure"), done.output
    assert "the test process ended" in result.failure.message
    assert result.duration < 1 + GRACE + 2


@pytest.mark.parametrize("name", [name for name in STUBBORN if name != "is killed"])
def test_the_stacks_are_kept(stubborn, name):
    (result,) = stubborn[name].directory.results
    stacks = (stubborn[name].pack.latest / result.folder / "stacks.txt").read_text()
    assert "bad.py" in stacks
    assert "in test_bad" in stacks


def test_the_terminal_names_the_testcase_that_died(stubborn):
    assert "tests/bad.py::test_bad" in stubborn["aborts"].output
    assert "the test process died" in stubborn["aborts"].output
