"""A test pack in a real git repository, for tests of the server."""

from __future__ import annotations

import os
import subprocess
import textwrap
from pathlib import Path

from tests.peers.pack_run import DRIVER, PYTEST_INI

IDENTITY = {
    "GIT_AUTHOR_NAME": "Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.com",
    "GIT_COMMITTER_NAME": "Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


class GitPack:
    """A repository with a test pack whose node is a pattern.

    :param driver: whether the pattern driver lies in its ``plugins/``, and testcases run.
    """

    def __init__(self, folder: Path, *, driver: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.write(".stbt.conf", "[test_pack]\n")
        if driver:
            self.write("plugins/pattern.py", DRIVER.read_text())
            self.write("pytest.ini", PYTEST_INI)

    def git(self, *arguments: str) -> str:
        """Run git in the pack's folder."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env={**os.environ, **IDENTITY}, check=True, capture_output=True
        )
        return done.stdout.decode().strip()

    def write(self, name: str, text: str) -> Path:
        """Write a file of the pack, indented as it stands in the test."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def commit(self, message: str = "Change the pack") -> str:
        """Commit all there is; return the sha."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")
