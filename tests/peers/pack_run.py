"""Test packs made by tests, run by a real pytest in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from qarunner.outbox.run_directory import RunDirectory, read_run_directory
from qarunner.results import Result

DRIVER = Path(__file__).with_name("pattern_driver.py")
SECONDS = 60.0
BASE = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
PYTEST_INI = "[pytest]\naddopts = -p no:hypothesispytest -p no:pytest-bdd\n"
"""Of a pack: what lies in the folders above is not its own, and plugins that this environment has for other purposes
would take a third of the time that a pytest needs to start."""


@dataclass(frozen=True)
class Finished:
    """A pytest that has ended."""

    code: int
    output: str
    pack: Pack

    @property
    def directory(self) -> RunDirectory:
        """Its run directory."""
        return read_run_directory(self.pack.latest)

    @property
    def results(self) -> dict[str, Result]:
        """The last result of each testcase, by the testcase's last part."""
        return {result.testcase.partition("::")[2]: result for result in self.directory.results}

    def outcomes(self) -> dict[str, str]:
        """Each testcase's outcome."""
        return {name: str(result.outcome) for name, result in self.results.items()}

    def folder(self, testcase: str) -> Path:
        """The evidence of a testcase."""
        return self.pack.latest / self.results[testcase].folder


class Pack:
    """A test pack in a temporary folder with a node of its own, on which nothing is left running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.node = f"test-{uuid.uuid4().hex[:8]}"
        self.write(".stbt.conf", "[test_pack]\n")
        self.write("pytest.ini", PYTEST_INI)
        self.write("plugins/pattern.py", DRIVER.read_text().replace('"pattern": {', f'"{self.node}": {{'))

    @property
    def latest(self) -> Path:
        """The newest run directory."""
        return (self.folder / "qa-results" / "latest").resolve()

    def write(self, name: str, text: str) -> Path:
        """Write a file of the pack, indented as it stands in the test."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def start(self, *arguments: str, node: bool = True, **environment: str) -> subprocess.Popen[str]:
        """Start pytest in the pack's folder."""
        block = "report_html,report_junit,report_terminal"
        return subprocess.Popen(
            [*BASE, *([f"--qa-node={self.node}"] if node else []), *arguments],
            cwd=self.folder,
            env={**os.environ, "QARUNNER_BLOCK_PLUGINS": block, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str]) -> Finished:
        """Wait for a started pytest."""
        output, _nothing = process.communicate(timeout=SECONDS)
        return Finished(process.returncode, output, self)

    def run(self, *arguments: str, node: bool = True, **environment: str) -> Finished:
        """Run pytest to its end."""
        return self.finish(self.start(*arguments, node=node, **environment))


def until(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process as ``kill -9`` does, and reap it."""
    process.send_signal(signal.SIGKILL)
    process.wait(SECONDS)
    if process.stdout:
        process.stdout.close()


def junit_cases(path: Path) -> dict[str, str]:
    """Each testcase of a jUnit file with the tag of what it holds: failure, error, skipped, or pass."""
    cases = ElementTree.parse(path).getroot().iter("testcase")  # noqa: S314 - pytest wrote it a moment ago
    tags = {"failure", "error", "skipped"}
    return {case.get("name", ""): next((child.tag for child in case if child.tag in tags), "pass") for case in cases}
