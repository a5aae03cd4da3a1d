from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.peers.run_directory import RunMaker, make_typical_run

from qarunner import Outcome
from qarunner_plugins.report_terminal import TerminalOptions, TerminalReporter, qa_reporters, summary_lines


def test_the_summary_of_a_typical_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = make_typical_run(tmp_path / "qa-results", with_evidence=False)
    (maker.folder / "report.html").touch()
    monkeypatch.chdir(tmp_path)
    run = f"qa-results/{maker.name}"
    assert summary_lines(maker.run, maker.results, maker.folder, 100) == [
        "2 fail, 2 error, 1 skip, 15 pass on living-room in 1 min 27 s",
        "fail tests/menu.py::test_settings_opens",
        "  Didn't find match for 'images/settings.png' within 5 seconds.",
        f"  {run}/0002-tests-menu-py-test-settings-opens/",
        "fail features/guide.feature::The guide shows what is on now",
        "  Didn't find match for 'guide.png' within 2 seconds",
        f"  {run}/0008-features-guide-feature-The-guide-shows-what-is-on-now/",
        "error tests/live.py::test_picture_is_there",
        "  capture v4l2:/dev/video0 lost the device: no frame for 10 s. Is the HDMI cable plugged in?",
        f"  {run}/0004-tests-live-py-test-picture-is-there/",
        "error tests/flaky.py::test_network_time",
        "  ConnectionResetError: connection reset",
        f"  {run}/0011-tests-flaky-py-test-network-time/",
        "slowest: 7.40 s test_volume_7, 6.40 s test_volume_6, 5.40 s test_volume_5",
        f"report: {run}/report.html",
    ]


def test_fails_come_before_errors_and_a_long_list_is_cut(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    for number in range(30):
        maker.add(f"tests/a.py::test_{number}", Outcome.FAIL if number % 3 == 0 else Outcome.ERROR)
    lines = summary_lines(maker.run, maker.results, maker.folder)
    kinds = [line.split()[0] for line in lines if line.startswith(("fail ", "error "))]
    assert kinds == ["fail"] * 10 + ["error"] * 10
    assert "and 10 more: see the report" in lines


def test_only_paths_are_wider_than_the_terminal(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add(f"tests/a.py::test_{'x' * 300}", Outcome.FAIL, message="y" * 300, duration=100)
    lines = summary_lines(maker.run, maker.results, maker.folder, 40)
    assert all(len(line) <= 40 for line in lines if str(tmp_path) not in line)
    assert lines[1] == "fail tests/a.py::test_xxxxxxxxxxxxxxx..."


def test_colours_change_nothing_but_the_colour(tmp_path: Path) -> None:
    maker = make_typical_run(tmp_path, with_evidence=False)
    plain = summary_lines(maker.run, maker.results, maker.folder, 60)
    coloured = summary_lines(maker.run, maker.results, maker.folder, 60, colour=True)
    assert coloured != plain
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain


def test_a_name_cannot_control_the_terminal(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add("tests/a.py::test_\x1b[2J\u202e", Outcome.FAIL, message="\x1b]0;title\x07\nsecond line", duration=5)
    text = "\n".join(summary_lines(maker.run, maker.results, maker.folder))
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "second line" not in text


def test_without_a_report_it_says_where_the_evidence_is(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add(duration=0.1)
    assert summary_lines(maker.run, maker.results, maker.folder) == [
        "1 pass on living-room",
        f"evidence: {maker.folder}/",
    ]


def test_an_unfinished_result_is_not_passed_over(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add(outcome=None, duration=0)
    assert summary_lines(maker.run, maker.results, maker.folder)[0] == "1 not finished on living-room"


def test_a_run_of_nothing_has_no_summary(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    assert summary_lines(maker.run, [], maker.folder) == []
    assert TerminalReporter().finish(maker.run, [], maker.folder) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.418, "0.42 s"), (12.34, "12.3 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_a_duration_reads_well(tmp_path: Path, seconds: float, text: str) -> None:
    maker = RunMaker(tmp_path)
    maker.add("tests/a.py::test_one", duration=max(seconds, 1.0))
    maker.run = maker.run.__class__(id="1", started=maker.run.started, duration=seconds)
    assert summary_lines(maker.run, maker.results, maker.folder)[0] == f"1 pass in {text}"


def test_it_is_offered_and_on_by_default(tmp_path: Path) -> None:
    (description,) = qa_reporters()
    assert (description.name, description.on_by_default) == ("terminal", True)
    maker = make_typical_run(tmp_path, with_evidence=False)
    reporter = description.open(TerminalOptions(width=50, colour=True))
    assert isinstance(reporter, TerminalReporter)
    summary = reporter.finish(maker.run, maker.results, maker.folder)
    assert summary is not None
    assert summary.startswith("\x1b[31;1m2 fail\x1b[0m, ")
