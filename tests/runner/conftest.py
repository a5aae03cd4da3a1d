"""Packs for the tests of the runner."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.peers.pack_run import Pack


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return Pack(tmp_path / "pack")


@pytest.fixture(scope="module")
def module_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """One pack for all tests of a file which look at one run."""
    return Pack(tmp_path_factory.mktemp("module") / "pack")
