"""Stb-tester's own command line tool, as it comes from PyPI, against a started server.

It gets a virtual environment of its own, for its pytest plugin does not go together with pytest 8 (it sends the
testcase without its folder) nor with pytest 9 (it is refused).
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.peers.git_pack import IDENTITY, GitPack
from tests.peers.pack_run import until

pytestmark = pytest.mark.soak

TESTS = """
    import pathlib
    import time

    import stbt_core as stbt

    def test_pass():
        stbt.press("KEY_OK")
        next(stbt.frames())
        print("hello from the test")
        pathlib.Path("sub dir").mkdir()
        pathlib.Path("sub dir/mine.log").write_text("mine")

    def test_fail():
        assert False, "the menu is shut"

    def test_error():
        raise RuntimeError("the rig broke")

    def test_long():
        time.sleep(300)
"""
NODE = """
[nodes.rig-node]
capture = "pattern:"
remote = "pattern:"
frame_size = "320x180"
linger = 0.2
"""


@dataclass
class Desk:
    """A clone of the test pack on somebody's desk, and the tool."""

    folder: Path
    tool: Path
    url: str

    def command(self, *arguments: str) -> list[str]:
        options = (f"--portal-url={self.url}", "--portal-auth-file=../token", "--node-id=rig-node")
        return [str(self.tool), *options, *arguments]

    def start(self, command: list[str], **environment: str) -> subprocess.Popen[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "JENKINS"))}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**clean, **IDENTITY, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """Run the tool and return what it said; it must exit with this code."""
        process = self.start(self.command(*arguments), **environment)
        said, _nothing = process.communicate(timeout=120)
        assert process.returncode == code, said
        return said


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tool")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", "stbt_rig", "pytest<8"], check=True, timeout=300)
    return folder / "bin" / "stbt_rig"


@pytest.fixture(scope="module")
def desk(tool: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("farm")
    pack = GitPack(folder / "pack", driver=True)
    pack.write("tests/menu.py", TESTS)
    (pack.folder / "pytest.ini").unlink()
    pack.commit()
    pack.git("clone", "--quiet", "--bare", str(pack.folder), str(folder / "origin.git"))
    pack.git("remote", "add", "origin", str(folder / "origin.git"))
    (folder / "qarunner.toml").write_text(NODE)
    ready = folder / "ready.json"
    pack.write("pytest.ini", "[pytest]\n")  # of the desk alone: it is not committed
    command = [str(Path(sys.executable).with_name("qarunner")), "serve", "--port=0", f"--ready-file={ready}"]
    places = [f"--test-pack=file://{folder}/origin.git", f"--data={folder}/data"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen([*command, *places], cwd=folder, stdout=log, stderr=log)
    try:
        until(ready.exists, "the server is ready")
        said = json.loads(ready.read_text())
        (folder / "token").write_text(said["token"])
        yield Desk(pack.folder, tool, said["url"])
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def test_a_screenshot_is_fetched(desk: Desk) -> None:
    desk.run("screenshot", "../shot.png")
    assert (desk.folder.parent / "shot.png").read_bytes().startswith(b"\x89PNG")


def test_a_desk_runs_what_is_in_its_work_tree_on_a_node_that_never_ran(desk: Desk) -> None:
    path = desk.folder / "tests" / "menu.py"
    before = path.read_text()
    path.write_text(before.replace("hello from the test", "not committed"))
    try:
        assert "not committed" in desk.run("run", "--force", "tests/menu.py::test_pass")
    finally:
        path.write_text(before)


def test_continuous_integration_gets_junit_csv_and_artifacts(desk: Desk) -> None:
    names = [f"tests/menu.py::test_{name}" for name in ("pass", "fail", "error")]
    options = ["--mode=jenkins", "--csv=../r.csv", "run", "--junit-xml=../junit.xml", "--artifacts=*"]
    jenkins = {"JOB_NAME": "folder/job", "BUILD_ID": "7", "BUILD_URL": "https://ci/7"}
    desk.run(*options, "--artifacts-dest=../got/{filename}", *names, code=1, **jenkins)
    top = desk.folder.parent
    suite = ElementTree.parse(top / "junit.xml").getroot()  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    with (top / "r.csv").open() as file:
        assert sorted(row["result"] for row in csv.DictReader(file)) == ["error", "fail", "pass"]
    assert (top / "got" / "sub dir" / "mine.log").read_text() == "mine"
    assert {"video.mp4", "screenshot.png", "stbt.log"} <= {path.name for path in (top / "got").iterdir()}


def test_a_busy_node_is_said_to_be_busy_until_force_frees_it(desk: Desk) -> None:
    first = desk.start(desk.command("-v", "run", "tests/menu.py::test_long"))
    try:
        until(lambda: node_job(desk)["status"] == "running", "the job runs")
        assert "currently in use" in desk.run("run", "tests/menu.py::test_pass", code=1)
        assert "hello" in desk.run("run", "--force", "tests/menu.py::test_pass")
        first.communicate(timeout=60)
    finally:
        first.kill()
        first.communicate()


def test_interrupting_the_tool_stops_its_job(desk: Desk) -> None:
    process = desk.start(desk.command("run", "--soak", "--shuffle", "tests/menu.py::test_pass"))
    try:
        until(lambda: running_with_results(node_job(desk)), "the job has results")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=90)
    finally:
        process.kill()
        process.communicate()
    assert node_job(desk)["status"] == "exited"


def test_results_are_downloaded_again_by_filter(desk: Desk) -> None:
    desk.run("run", "tests/menu.py::test_pass")
    desk.run("download", "result:pass testcase:tests/menu.py::test_pass", "--artifacts=stbt.log")


def test_its_pytest_plugin_runs_and_reports(desk: Desk) -> None:
    options = ["-p", "stbt_rig", "-p", "no:python", "-p", "no:cacheprovider", f"--portal-url={desk.url}"]
    names = ["tests/menu.py::test_pass", "tests/menu.py::test_fail"]
    command = [str(desk.tool.with_name("pytest")), *options, "--portal-auth-file=../token", "--node-id=rig-node"]
    process = desk.start([*command, *names])
    said, _nothing = process.communicate(timeout=120)
    assert "1 failed, 1 passed" in said
    assert "the menu is shut" in said


def test_a_push_is_told(desk: Desk) -> None:
    desk.run("snapshot")


def test_a_wrong_token_is_told_so(desk: Desk) -> None:
    wrong = desk.folder.parent / "wrong"
    wrong.write_text("wrong")
    command = [part.replace("../token", str(wrong)) for part in desk.command("screenshot", "../none.png")]
    process = desk.start(command)
    said, _nothing = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Authentication failure" in said


def running_with_results(job: dict[str, Any]) -> bool:
    return bool(job["status"] == "running" and job["result_counts"]["pass"])


def node_job(desk: Desk) -> dict[str, Any]:
    """Return the node's job."""
    import requests

    token = (desk.folder.parent / "token").read_text()
    headers = {"Authorization": f"token {token}"}
    answer = requests.get(f"{desk.url}/api/v2/nodes/rig-node/job", headers=headers, timeout=30)
    found: dict[str, Any] = answer.json()
    return found
