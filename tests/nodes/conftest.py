from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from tests.peers.rig_node import ROOT, RigNode

if TYPE_CHECKING:
    from pathlib import Path
from typing import Any

RigMaker = Callable[..., RigNode]


@pytest.fixture
def make_rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RigMaker]:
    """Makes nodes of the fake rig; what they started is ended with the test."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made: list[RigNode] = []

    def make(*arguments: str, **changes: Any) -> RigNode:
        rig = RigNode(tmp_path, *arguments, **changes)
        made.append(rig)
        return rig

    yield make
    for rig in made:
        rig.close()


@pytest.fixture
def rig(make_rig: RigMaker) -> RigNode:
    """A node with capture, remote and power."""
    return make_rig()
