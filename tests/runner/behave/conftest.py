"""Feature packs on disk, and the commands that run them in processes of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROBE = """
import json, os, pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    error = call.excinfo.value if call.excinfo else None
    original = getattr(error, "exception", None)
    phase = {
        "file": item.location[0], "name": item.name, "when": call.when, "outcome": report.outcome,
        "text": str(error or ""),
        "error": type(error).__name__, "original": type(original).__name__,
        "problems": [problem.sentence for problem in getattr(error, "problems", ())],
    }
    with open(os.environ["PROBE"], "a", encoding="utf-8") as file:
        file.write(json.dumps(phase) + "\\n")
    return report
"""
EVENTS = """
import os

def log(*words):
    with open(os.environ["EVENT_LOG"], "a", encoding="utf-8") as file:
        print(*words, file=file)
"""


@dataclass(frozen=True)
class Phase:
    """How a phase of an item ended: what pytest saw, and the exception inside a scenario's."""

    file: str
    name: str
    when: str
    outcome: str
    text: str
    error: str
    original: str
    problems: list[str]


@dataclass
class Ran:
    """A command that has ended."""

    code: int
    output: str

    def outcomes(self) -> dict[str, int]:
        """Return the counts of pytest's last line, such as ``{"passed": 1, "failed": 2}``."""
        return {
            word.rstrip("s"): int(count) for count, word in re.findall(r"(\d+) ([a-z]+)", self.output.splitlines()[-1])
        }

    def lines(self, start: str) -> list[str]:
        """Return the lines of the output that begin with a text, without it."""
        return [line.removeprefix(start).strip() for line in self.output.splitlines() if line.startswith(start)]


@dataclass
class Forker:
    """Runs command lines in forks of a process that has loaded pytest and behave."""

    process: subprocess.Popen[str] = field(repr=False)

    def run(self, *arguments: str, directory: Path, environment: Mapping[str, str] | None = None) -> Ran:
        """Run ``pytest`` or ``behave`` with arguments in a directory; wait for its end."""
        output = directory.parent / f"{directory.name}.output"
        request = {
            "arguments": arguments,
            "directory": str(directory),
            "environment": {"EVENT_LOG": str(directory.parent / "events.log"), **(environment or {})},
            "output": str(output),
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return Ran(code, output.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """A process that runs command lines in forks of itself."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BEHAVE_", "PYTEST_"))}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONWARNINGS": "default"}
    with subprocess.Popen(
        [sys.executable, str(HERE / "forker.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        yield Forker(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Pack:
    """A feature pack on disk."""

    root: Path
    forker: Forker

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, by their path below the pack's root."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def behave(self, *arguments: str, **environment: str) -> Ran:
        """Run the behave command."""
        return self.forker.run("behave", *arguments, directory=self.root, environment=environment)

    def pytest(self, *arguments: str, **environment: str) -> Ran:
        """Run pytest with the plugin that collects features."""
        plugins = (
            ("-p", "features_plugin", "-p", "no:cacheprovider")
            if "--lf" not in arguments
            else ("-p", "features_plugin")
        )
        return self.forker.run("pytest", *plugins, *arguments, directory=self.root, environment=environment)

    def phases(self, *arguments: str, **environment: str) -> tuple[list[Phase], Ran]:
        """Run pytest with a probe that tells how each phase ended; return those that did not pass, and the run."""
        probe = self.root.parent / "probe.jsonl"
        probe.unlink(missing_ok=True)
        (self.root.parent / "probe_plugin.py").write_text(PROBE, encoding="utf-8")
        environment |= {"PROBE": str(probe)}
        arguments = ("-p", "probe_plugin", *arguments)
        ran = self.pytest(*arguments, **environment)
        lines = probe.read_text(encoding="utf-8").splitlines() if probe.exists() else []
        phases = [Phase(**json.loads(line)) for line in lines]
        return [phase for phase in phases if phase.outcome != "passed"], ran

    def events(self) -> list[str]:
        """Return, and forget, what the pack's steps and hooks have written with ``events.log``."""
        log = self.root.parent / "events.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


def make_pack(root: Path, forker: Forker) -> Pack:
    """Make a feature pack with nothing but the module its steps and hooks log with."""
    made = Pack(root, forker)
    made.write({"pytest.ini": "[pytest]\naddopts = --strict-markers\n", "features/events.py": EVENTS})
    return made


@pytest.fixture
def pack(tmp_path: Path, forker: Forker) -> Pack:
    """An empty feature pack."""
    return make_pack(tmp_path / "pack", forker)


def scenario(*steps: str, tags: str = "") -> str:
    """Return a feature of two scenarios: one with the steps and tags, on line 3, and one that passes."""
    lines = "\n".join(f"    {step}" for step in steps)
    return f"Feature: f\n  {tags}\n  Scenario: s\n{lines}\n  Scenario: the next one\n    Given it passes\n"
