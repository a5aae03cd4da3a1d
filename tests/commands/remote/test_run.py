"""``qarunner run`` against a started server, with real git: from a changed file on a desk to its evidence."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest
from tests.commands.conftest import Said, command
from tests.peers.cutting_proxy import CuttingProxy
from tests.peers.git_pack import GitPack
from tests.peers.pack_run import PYTEST_INI, junit_cases, until
from tests.peers.ports import free_port
from tests.peers.served_farm import ServedFarm

Run = Callable[..., Said]
SECONDS = 90.0


def job_of(farm: ServedFarm, said: str) -> dict[str, Any]:
    """The job that was started, as the server knows it."""
    uid = said.partition("job ")[2].partition(" ")[0]
    job: dict[str, Any] = farm.ask("GET", f"/qarunner/api/v1/jobs{uid}").json()
    return job


def test_what_is_on_the_desk_runs_on_the_farm_and_its_evidence_comes_home(
    farm: ServedFarm, desk: GitPack, run: Run, here: Path
) -> None:
    desk.write("tests/new.py", "def test_new():\n    print('from the desk')\n")
    words = ("tests/new.py", "tests/menu.py::test_fail", "tests/menu.py::test_pass", "--tag", "build=1.2", "--tag", "x",
             "--category", "nightly", "--junitxml", "out/junit.xml", "--artifacts", "out/files")  # fmt: skip
    said = run(*words)
    assert said.code == 1, said
    assert said.out.count("from the desk") == 1
    assert said.out.count("hello from the test") == 1
    assert "the snapshot has 1 file that git does not know: tests/new.py" in said.err
    assert "sending" in said.err
    job = job_of(farm, said.err)
    assert (job["category"], job["tags"], job["user"]) == ("nightly", {"build": "1.2", "x": ""}, "admin")
    assert desk.git("status", "--porcelain").splitlines() == ["?? out/", "?? tests/new.py"]
    assert f"{job['uid']}: 2 pass, 1 fail" in said.out
    failed = said.out.partition("fail   tests/menu.py::test_fail")[2].splitlines()
    assert "the menu is shut" in failed[1]
    assert failed[2].strip().startswith(f"{farm.url}/app/#/result/{job['uid']}/")
    assert junit_cases(here / "out/junit.xml") == {"test_new": "pass", "test_fail": "failure", "test_pass": "pass"}
    folders = sorted(path.name for path in (here / "out/files").iterdir())
    assert [name.rpartition("-")[2] for name in folders] == ["test_new", "test_fail", "test_pass"]
    passed = here / "out/files" / folders[2]
    assert (passed / "sub dir/mine#1.log").read_text() == "mine"
    assert "hello from the test" in (passed / "stbt.log").read_text()
    assert json.loads((passed / "result.json").read_text())["testcase"] == "tests/menu.py::test_pass"
    again = run("tests/new.py", "--artifacts", "out/files", "--junitxml", "out/junit.xml")
    assert again.code == 0, again
    assert "sending" not in again.err, "what the server has is not sent again"
    assert job_of(farm, again.err)["revision"] != desk.git("rev-parse", "HEAD")


def test_an_unchanged_checkout_runs_as_its_commit_and_an_error_is_no_fail(
    farm: ServedFarm, desk: GitPack, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.folder / "tests")
    said = run("menu.py::test_error")
    assert said.code == 6, said
    assert "sending" not in said.err
    assert "snapshot" not in said.err
    assert job_of(farm, said.err)["revision"] == desk.git("rev-parse", "HEAD")
    assert "error  tests/menu.py::test_error" in said.out


def test_a_revision_that_the_server_has_needs_no_checkout(
    farm: ServedFarm, desk: GitPack, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("--revision", "main", "tests/menu.py::test_pass")
    assert said.code == 0, said
    assert run("--revision", "mian", "--all").err.startswith("qarunner: the test pack has no branch")


def log_of(farm: ServedFarm, job: dict[str, Any]) -> str:
    """The whole log of a job."""
    return farm.ask("GET", f"/qarunner/api/v1/jobs{job['uid']}/log").content.decode()


class Child:
    """The command in a process of its own; its words are read as they come."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.out = ""
        self._err = folder / "stderr.txt"
        with self._err.open("w") as err:
            self.process = subprocess.Popen(
                command("run", *words),
                env={**os.environ, **environment},
                stdout=subprocess.PIPE,
                stderr=err,
                text=True,
            )

    @property
    def err(self) -> str:
        return self._err.read_text()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def when_it_says(self, words: str) -> None:
        """Return when it has said these words."""
        assert self.process.stdout is not None
        while words not in self.out:
            line = self.process.stdout.readline()
            assert line, self.out + self.err
            self.out += line

    def ended(self) -> int:
        """Wait for its end; return the exit code."""
        assert self.process.stdout is not None
        self.out += self.process.stdout.read()
        return self.process.wait(SECONDS)


def test_a_signal_stops_the_job_and_waits_for_its_end(farm: ServedFarm, desk: GitPack, tmp_path: Path) -> None:
    with Child(tmp_path, "tests/menu.py::test_long", "--forever", "--shuffle") as child:
        child.when_it_says("it began")
        child.process.send_signal(signal.SIGTERM)
        assert child.ended() == 2, child.err
    job = job_of(farm, child.err)
    assert (job["running"], job["ending"]) == (False, "stopped")
    assert "stopped by admin" in child.out
    assert child.out.startswith(log_of(farm, job)), "to its last byte"
    assert farm.ask("GET", f"/qarunner/api/v1/nodes/{farm.node}").json()["available"]


def test_when_nobody_reads_the_log_any_more_the_job_is_stopped(farm: ServedFarm, desk: GitPack, tmp_path: Path) -> None:
    with Child(tmp_path, "tests/menu.py::test_talks", "--forever") as child:
        child.when_it_says("line 0001")
        assert child.process.stdout is not None
        child.process.stdout.close()
        assert child.process.wait(SECONDS) == 141, child.err
    assert job_of(farm, child.err)["ending"] == "stopped"


def test_nothing_is_lost_or_doubled_over_a_bad_network(farm: ServedFarm, desk: GitPack, tmp_path: Path) -> None:
    proxy = CuttingProxy(int(farm.url.rpartition(":")[2]))
    with Child(tmp_path, "tests/menu.py::test_talks", "--artifacts", "got", QARUNNER_SERVER=proxy.url) as child:
        child.when_it_says("line 0001")
        for cut_after in (100, 1400):  # of an answer: within its head, within its body
            proxy.cut_after = cut_after
            before = proxy.cuts
            until(partial(_cut, proxy, before + 2), "cut connections")
        proxy.cut_after = None
        assert child.ended() == 0, child.err
    proxy.close()
    assert "trying again" in child.err
    assert "answers again" in child.err
    lines = re.findall(r"line (\d+) (ü*)$", child.out, re.MULTILINE)
    assert lines == [(f"{number:04d}", "ü" * 60) for number in range(40)]
    assert child.out.startswith(log_of(farm, job_of(farm, child.err)))


def _cut(proxy: CuttingProxy, times: int) -> bool:
    return proxy.cuts >= times


def test_a_server_that_starts_again_is_waited_for(tmp_path: Path, desk: GitPack) -> None:
    own = ServedFarm(tmp_path / "own")
    own.pack.write("tests/menu.py", (desk.folder / "tests/menu.py").read_text())
    own.pack.write("pytest.ini", PYTEST_INI.replace("addopts =", "addopts = -s"))
    own.pack.commit()
    # Not a port that the kernel picks: for those the server does not ask to have them again at once.
    own.start("--port", str(free_port()))
    settings = {"QARUNNER_SERVER": own.url, "QARUNNER_SERVER_TOKEN": own.token, "QARUNNER_NODE": own.node}
    try:
        words = ("tests/menu.py::test_pass", "tests/menu.py::test_long", "--artifacts", "got")
        with Child(tmp_path, *words, **settings) as child:
            child.when_it_says("it began")
            assert own._process is not None
            own._process.kill()
            own._process.wait(SECONDS)
            own.start("--port", own.url.rpartition(":")[2])
            assert child.ended() == 6, child.err
    finally:
        own.stop()
    assert "the server stopped while the job was running" in child.out
    assert child.out.count("hello from the test") == 1
    assert "1 pass, 1 error" in child.out
    assert len(list((desk.folder / "got").iterdir())) == 2
