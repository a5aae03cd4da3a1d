"""The fixtures a testcase may ask for. Registered with ``--qa-node`` only: elsewhere `node` may mean something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from qarunner.runner import api, current

if TYPE_CHECKING:
    from qarunner.results import Measurement
    from qarunner.runner.node import Node


@pytest.fixture(scope="session")
def node() -> Node:
    """The device under test: power, faults, status, beside what stbt_core can do."""
    return current.session().node


@pytest.fixture
def measure() -> Callable[..., Measurement]:
    """Note a measured value with its limits: see `qarunner.measure`."""
    return api.measure
