"""``qarunner deliver``, with a reporter of a test pack's own."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.run_directory import RunMaker

from qarunner.outbox.delivery_state import add_to_plan

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner

REPORTER = """
    from pathlib import Path

    from qarunner import DeliveryRejectedError, Options, ReporterDescription, hookimpl


    class Where(Options, frozen=True):
        file: str


    class Reporter:
        def __init__(self, options):
            self.file = Path(options.file)

        def deliver(self, result, folder):
            if result.testcase.endswith("test_bad") and not Path("take-it").exists():
                raise DeliveryRejectedError("no such testcase is planned")
            with self.file.open("a") as file:
                file.write(f"{result.testcase}\\n")


    @hookimpl
    def qa_reporters():
        return [ReporterDescription("store", "for tests", Reporter, Where)]
"""


@pytest.fixture
def undelivered(pack: Callable[..., Path]) -> Path:
    root = pack({"plugins/store.py": REPORTER, "qarunner.toml": '[reporters.store]\nfile = "received.txt"\n'})
    run = RunMaker(root / "qa-results")
    run.add("tests/a.py::test_good")
    run.add("tests/a.py::test_bad")
    run.finish(0)
    add_to_plan(run.folder, ["store"])
    return root


def test_what_is_pending_is_delivered_once(qarunner: Qarunner, undelivered: Path) -> None:
    said = qarunner("deliver")
    assert said.code == 1
    assert said.out.endswith("1 result delivered, 1 refused\n")
    assert "no such testcase is planned" in said.out
    assert (undelivered / "received.txt").read_text(encoding="utf-8") == "tests/a.py::test_good\n"
    assert qarunner("deliver").out.endswith("0 results delivered\n")


def test_what_was_refused_is_tried_again_when_asked_for(qarunner: Qarunner, undelivered: Path) -> None:
    qarunner("deliver")
    (undelivered / "take-it").touch()
    said = qarunner("deliver", "--rejected-too", "qa-results")
    assert said.code == 0
    assert (undelivered / "received.txt").read_text(encoding="utf-8").splitlines()[1] == "tests/a.py::test_bad"


def test_an_option_that_does_not_fit_is_told_with_its_place(qarunner: Qarunner, undelivered: Path) -> None:
    (undelivered / "qarunner.toml").write_text("[reporters.store]\nfile = 3\n", encoding="utf-8")
    said = qarunner("deliver")
    assert said.code == 2
    assert f"{undelivered}/qarunner.toml:1" in said.err


def test_a_single_run_is_refused_with_the_folder_to_name(qarunner: Qarunner, undelivered: Path) -> None:
    [run] = (undelivered / "qa-results").iterdir()
    said = qarunner("deliver", run)
    assert said.code == 2
    assert f"Name the folder of runs: {undelivered}/qa-results" in said.err


def test_runs_that_arrive_as_a_whole_are_counted_as_runs(qarunner: Qarunner, pack: Callable[..., Path]) -> None:
    hall = """
        from qarunner import Options, ReporterDescription, SentRun, hookimpl

        class Hall:
            def send(self, run, results, folder):
                return SentRun(where="the hall")

        @hookimpl
        def qa_reporters():
            return [ReporterDescription("hall", "for tests", lambda options: Hall(), Options)]
    """
    root = pack({"plugins/hall.py": textwrap.dedent(hall), "qarunner.toml": "[reporters.hall]\n"})
    run = RunMaker(root / "qa-results")
    run.add("tests/a.py::test_good")
    run.finish(0)
    add_to_plan(run.folder, ["hall"])
    assert qarunner("deliver").out == "1 run delivered\n"
    assert qarunner("deliver").out == "0 results delivered\n"
