from __future__ import annotations

from pathlib import Path

from tests.peers.run_directory import STARTED, RunMaker

from qarunner import Outcome
from qarunner.outbox.run_directory import Unreadable, read_run, read_run_directory, run_folders
from qarunner.results import Run


def test_a_run_is_read_back_in_the_order_the_results_started(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    maker.add("tests/b.py::test_late", started=STARTED.replace(year=2027))
    maker.add("tests/a.py::test_early")
    maker.add("tests/c.py::test_running", None)
    directory = read_run_directory(maker.finish().folder)
    assert directory.run == maker.run
    assert [result.testcase.rpartition("_")[2] for result in directory.results] == ["early", "running", "late"]
    assert {result.id for result in directory.results} == {result.id for result in maker.results}
    assert directory.unreadable == []


def test_damaged_results_are_named_and_the_others_are_read(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    whole, half, not_text, wrong = (maker.add(f"tests/a.py::test_{number}") for number in range(4))
    half_file = maker.folder / half.folder / "result.json"
    half_file.write_bytes(half_file.read_bytes()[:-20])
    (maker.folder / not_text.folder / "result.json").write_bytes(b'{"id": "\xff"}')
    (maker.folder / wrong.folder / "result.json").write_bytes(b'{"id": 3}')
    (maker.folder / "empty folder").mkdir()
    directory = read_run_directory(maker.folder)
    assert [result.id for result in directory.results] == [whole.id]
    problems = {unreadable.path.parent.name: unreadable.problem for unreadable in directory.unreadable}
    assert set(problems) == {half.folder, not_text.folder, wrong.folder}
    assert "truncated" in problems[half.folder]
    assert "$.id" in problems[wrong.folder]


def test_a_damaged_or_missing_run_file_is_named_and_the_results_are_read(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    result = maker.add()
    (maker.folder / "run.json").write_bytes(b"\0" * 100)
    directory = read_run_directory(maker.folder)
    assert directory.run is None
    assert [unreadable.path.name for unreadable in directory.unreadable] == ["run.json"]
    assert [other.id for other in directory.results] == [result.id]
    (maker.folder / "run.json").unlink()
    missing = read_run(maker.folder)
    assert isinstance(missing, Unreadable)
    assert "No such file" in str(missing)


def test_a_copied_folder_counts_under_the_name_it_has_now(tmp_path: Path) -> None:
    maker = RunMaker(tmp_path)
    result = maker.add(outcome=Outcome.FAIL)
    tampered = maker.folder / result.folder / "result.json"
    tampered.write_bytes(tampered.read_bytes().replace(result.folder.encode(), b"../../etc"))
    assert [found.folder for found in read_run_directory(maker.folder).results] == [result.folder]


def test_only_run_directories_are_found_oldest_first(tmp_path: Path) -> None:
    for name in ("2026-02-01", "2026-01-01"):
        RunMaker(tmp_path, name)
    (tmp_path / "latest").symlink_to("2026-02-01")
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").write_text("")
    assert [folder.name for folder in run_folders(tmp_path)] == ["2026-01-01", "2026-02-01"]
    assert run_folders(tmp_path / "missing") == []
    assert isinstance(read_run(tmp_path / "latest"), Run)
