"""How tests use the command: in this process where they look at what it says, in its own where the process matters."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qarunner.commands.main import main

Process = subprocess.Popen[str]
Served = tuple[Process, dict[str, Any]]
SERVER_LIMIT = 60.0


@dataclass(frozen=True)
class Said:
    """What a run of the command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Qarunner = Callable[..., Said]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test stands in an empty folder, with nothing of qarunner in its environment."""
    for name in list(os.environ):
        if name.startswith("QARUNNER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def qarunner() -> Qarunner:
    """Run the command in this process."""

    def run(*words: str | Path) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(word) for word in words])
        return Said(code, out.getvalue(), err.getvalue())

    return run


def command(*words: str | Path) -> list[str]:
    """Return the command line that runs it in a process of its own."""
    start = "import sys; from qarunner.commands.main import main; sys.exit(main())"
    return [sys.executable, "-c", start, *(str(word) for word in words)]


@pytest.fixture
def process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command in a process of its own, which is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str | Path, **keywords: Any) -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command(*words), **(pipes | keywords)))
        return started[-1]

    yield start
    for child in started:
        child.kill()
        child.communicate()


@pytest.fixture
def serve(process: Callable[..., Process], here: Path) -> Callable[..., Served]:
    """Start a server on a free port and wait until it is ready; return the process and what the ready file says."""

    def start(*words: str | Path, data: str = "data") -> Served:
        ready = here / f"{data}-ready.json"
        ready.unlink(missing_ok=True)
        child = process("serve", "--port", "0", "--data", here / data, "--ready-file", ready, *words)
        deadline = time.monotonic() + SERVER_LIMIT
        while not ready.exists():
            if child.poll() is not None or time.monotonic() > deadline:
                child.kill()
                pytest.fail(f"no server: {child.communicate()}")
            time.sleep(0.05)
        return child, json.loads(ready.read_text(encoding="utf-8"))

    return start


def end(child: Process, number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Send a server a signal; return its exit code, and what it said on standard output and on standard error."""
    child.send_signal(number)
    out, err = child.communicate(timeout=SERVER_LIMIT)
    return child.returncode, out, err


@pytest.fixture
def pack(here: Path) -> Callable[..., Path]:
    """Make the folder the test stands in a test pack with these files, path to text."""

    def make(files: dict[str, str]) -> Path:
        for path, text in {".stbt.conf": "", **files}.items():
            (here / path).parent.mkdir(parents=True, exist_ok=True)
            (here / path).write_text(textwrap.dedent(text), encoding="utf-8")
        return here

    return make


@pytest.fixture
def node(here: Path) -> str:
    """A small virtual set-top box of this session's own; its exporter stays from one test to the next."""
    name = f"test-{os.getpid()}"
    (here / "qarunner.toml").write_text(
        textwrap.dedent(f"""
            [nodes.{name}]
            capture = "virtual:?fps=20&size=640x360"
            remote = "virtual:"
            power = "virtual:"
            frame_size = "640x360"
            linger = 3
        """),
        encoding="utf-8",
    )
    return name
