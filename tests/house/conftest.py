"""What the tests of packaging and tooling share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

# Variables which steer pytest, make, uv or our own scripts would let a test see what its caller was started with.
STEERING = ("PYTEST", "MAKE", "MFLAGS", "UV_", "PIP_", "QARUNNER", "PYTHON", "CI", "EXIT_CODE_FILE")


@pytest.fixture(scope="session")
def root() -> Path:
    """Root of the repository."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def python_files(root: Path) -> list[Path]:
    """All Python files of the project."""
    folders = ("src", "plugins", "tests", "scripts", "benchmarks", "test_pack")
    return [root / "conftest.py", *(file for folder in folders for file in sorted((root / folder).rglob("*.py")))]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command in `folder` (an empty one by default) with a clean environment, and wait for its end."""

    def start(*command: str | Path, folder: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(STEERING)}
        return subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=inherited | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return start
