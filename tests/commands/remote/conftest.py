"""A server with a node, and a clone of its test pack in which somebody works."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.commands.conftest import Qarunner, Said
from tests.peers.git_pack import IDENTITY, GitPack
from tests.peers.pack_run import PYTEST_INI
from tests.peers.served_farm import ServedFarm

LIMIT = 300_000
"""Bytes of a snapshot that the server takes."""
TESTS = """
    import pathlib
    import time

    import stbt_core as stbt

    def test_pass():
        stbt.press("KEY_OK")
        print("hello from the test")
        pathlib.Path("sub dir").mkdir()
        pathlib.Path("sub dir/mine#1.log").write_text("mine")

    def test_fail():
        assert False, "the menu is shut"

    def test_error():
        raise RuntimeError("the rig broke")

    def test_long():
        print("it began")
        time.sleep(300)

    def test_talks():
        for number in range(40):
            print(f"line {number:04d} " + "\\u00fc" * 60, flush=True)
            time.sleep(0.1)
"""


@pytest.fixture(scope="package")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFarm]:
    """A server that runs; its test pack has a testcase of each kind."""
    made = ServedFarm(tmp_path_factory.mktemp("farm"), f"snapshot_limit = {LIMIT}")
    made.pack.write("tests/menu.py", TESTS)
    made.pack.write("pytest.ini", PYTEST_INI.replace("addopts =", "addopts = -s"))
    made.pack.commit()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def desk(farm: ServedFarm, here: Path, monkeypatch: pytest.MonkeyPatch) -> GitPack:
    """A clone in which the test stands, with the settings of the server."""
    subprocess.run(["git", "clone", "--quiet", farm.pack.folder, here], check=True, env={**os.environ, **IDENTITY})
    (here / ".git" / "info" / "exclude").write_text("__pycache__/\n", encoding="utf-8")  # of the pack's own plugin
    monkeypatch.setenv("QARUNNER_SERVER", farm.url)
    monkeypatch.setenv("QARUNNER_SERVER_TOKEN", farm.token)
    monkeypatch.setenv("QARUNNER_NODE", farm.node)
    made = GitPack.__new__(GitPack)
    made.folder = here
    return made


@pytest.fixture
def run(qarunner: Qarunner) -> Callable[..., Said]:
    """Run testcases on the server."""

    def start(*words: Any) -> Said:
        return qarunner("run", *words)

    return start
