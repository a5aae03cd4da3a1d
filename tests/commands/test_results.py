"""``qarunner results``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.run_directory import DEAD_PROCESS, RunMaker

from qarunner.outbox.processes import this_process
from qarunner.results import Outcome

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner


@pytest.fixture
def runs(here: Path) -> Path:
    """An older run that went well and a newer one that did not, with a report."""
    root = here / "qa-results"
    older = RunMaker(root, "2026-03-13_09-00-00-aaaaaaaa")
    older.add("tests/a.py::test_one")
    older.finish(0)
    newer = RunMaker(root, "2026-03-14_09-00-00-bbbbbbbb")
    newer.add("tests/a.py::test_one")
    newer.add("tests/a.py::test_two", Outcome.FAIL, message="no match for 'guide.png'")
    newer.add("tests/a.py::test_three", Outcome.ERROR, message="the picture is lost")
    newer.add("tests/a.py::test_four", Outcome.SKIP, reason="not on Sundays")
    newer.finish()
    (newer.folder / "report.html").write_text("<p>", encoding="utf-8")
    (root / "latest").symlink_to(newer.name)
    return root


def test_runs_are_listed_with_their_counts_and_what_went_wrong_in_the_newest(qarunner: Qarunner, runs: Path) -> None:
    said = qarunner("results")
    assert said.code == 0
    head, older, newer = said.out.splitlines()[:3]
    assert head.split()[:6] == ["STARTED", "(UTC)", "NODE", "PASS", "FAIL", "ERROR"]
    assert older.split()[2:7] == ["living-room", "1", "-", "-", "-"]
    assert newer.split()[2:7] == ["living-room", "1", "1", "1", "1"]
    assert newer.endswith("qa-results/2026-03-14_09-00-00-bbbbbbbb")
    assert "fail   tests/a.py::test_two  2.5 s\n       no match for 'guide.png'\n" in said.out
    assert "qa-results/2026-03-14_09-00-00-bbbbbbbb/0002-" in said.out
    assert "error  tests/a.py::test_three" in said.out
    assert "test_one" not in said.out
    assert f"report: {(runs / '2026-03-14_09-00-00-bbbbbbbb/report.html').as_uri()}" in said.out


def test_the_last_run_is_shown_with_all_its_results(qarunner: Qarunner, runs: Path) -> None:
    said = qarunner("results", "--last")
    assert "2026-03-13" not in said.out
    assert "pass   tests/a.py::test_one  2.5 s" in said.out
    assert "skip   tests/a.py::test_four  2.5 s\n       not on Sundays" in said.out


def test_a_single_run_can_be_named(qarunner: Qarunner, runs: Path) -> None:
    said = qarunner("results", runs / "latest")
    assert "pass   tests/a.py::test_one" in said.out


def test_only_failed_ones(qarunner: Qarunner, runs: Path) -> None:
    said = qarunner("results", "--failed", "--last")
    assert [line.split()[1] for line in said.out.splitlines() if "::" in line] == [
        "tests/a.py::test_two",
        "tests/a.py::test_three",
    ]


def test_the_same_is_there_for_programs(qarunner: Qarunner, runs: Path) -> None:
    older, newer = qarunner("results", "--json").json
    assert older["counts"] == {"pass": 1, "fail": 0, "error": 0, "skip": 0, "unfinished": 0}
    assert newer["state"] == "finished"
    assert newer["run"]["node"] == "living-room"
    assert [result["testcase"] for result in newer["results"]] == ["tests/a.py::test_two", "tests/a.py::test_three"]
    [last] = qarunner("results", "--json", "--last").json
    assert len(last["results"]) == 4


def test_the_address_of_the_report_stands_alone(qarunner: Qarunner, runs: Path) -> None:
    said = qarunner("results", "--open")
    assert said.out == f"{(runs / 'latest').resolve().as_uri()}/report.html\n"
    (runs / "latest" / "report.html").unlink()
    said = qarunner("results", "--open")
    assert (said.code, said.out) == (1, "")
    assert "has no HTML report" in said.err


@pytest.mark.parametrize(("process", "word"), [(DEAD_PROCESS, "killed"), (this_process(), "running")])
def test_a_run_that_has_not_ended_says_why(qarunner: Qarunner, here: Path, process: object, word: str) -> None:
    run = RunMaker(here / "qa-results", process=process)  # type: ignore[arg-type]  # a Process
    run.add("tests/a.py::test_one", None)
    said = qarunner("results")
    assert word in said.out.splitlines()[1]
    assert "unfinished  tests/a.py::test_one" in said.out
    assert ("`qarunner deliver` closes" in said.out) == (word == "killed")


def test_damaged_evidence_is_named(qarunner: Qarunner, runs: Path) -> None:
    record = next((runs / "latest").glob("0001-*/result.json"))
    record.write_text("{", encoding="utf-8")
    (runs / "2026-03-13_09-00-00-aaaaaaaa" / "run.json").write_text("{", encoding="utf-8")
    said = qarunner("results")
    assert said.code == 0
    assert "damaged: " in said.out
    assert "damaged" in said.out.splitlines()[1]


def test_without_results_it_says_where_they_come_from(qarunner: Qarunner, here: Path) -> None:
    said = qarunner("results")
    assert said.code == 2
    assert f"there are no results in {here}/qa-results\n" in said.err
    assert "qarunner demo" in said.err
    (here / "qa-results").mkdir()
    said = qarunner("results")
    assert (said.code, said.err) == (0, f"no runs in {here}/qa-results\n")
    assert qarunner("results", "--json").json == []
