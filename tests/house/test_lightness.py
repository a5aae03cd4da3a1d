"""A project that merely has qarunner in its environment pays nothing for it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.house.conftest import Run

HEAVY = {"numpy", "cv2", "av", "stbt_core", "flask", "sqlalchemy", "behave", "lxml", "networkx", "requests", "jinja2"}

UNRELATED_TEST = """
import json, sys

def test_unrelated():
    with open("modules.json", "w") as file:
        json.dump(sorted(sys.modules), file)
"""


@pytest.fixture
def modules_of_unrelated_session(tmp_path: Path, run: Run) -> set[str]:
    """Names of all modules loaded when a test of another project runs."""
    (tmp_path / "test_unrelated.py").write_text(UNRELATED_TEST, encoding="utf-8")
    session = run(sys.executable, "-m", "pytest", "-q")
    assert session.returncode == 0, session.stdout + session.stderr
    return set(json.loads((tmp_path / "modules.json").read_text(encoding="utf-8")))


def test_plain_pytest_in_another_project_loads_no_device_library(modules_of_unrelated_session: set[str]) -> None:
    assert "qarunner.runner.plugin" in modules_of_unrelated_session, "the plugin was not active, so nothing is proven"
    assert not modules_of_unrelated_session & HEAVY


def test_import_qarunner_loads_no_library_at_all(run: Run) -> None:
    script = "import sys; before = set(sys.modules); import qarunner; print(*sorted(set(sys.modules) - before))"
    loaded = run(sys.executable, "-c", script).stdout.split()
    assert "qarunner" in loaded
    assert not {name.partition(".")[0] for name in loaded} & (HEAVY | {"pytest", "pluggy", "msgspec"})
