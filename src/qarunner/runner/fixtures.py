"""The fixtures a testcase may ask for. Registered with ``--qa-node`` only: elsewhere `node` may mean something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
def browser() -> Any:
    """The node's browser as a Selenium WebDriver, started for this testcase and ended with it."""
    return current.session().browser.driver


@pytest.fixture
def measure() -> Callable[..., Measurement]:
    """Note a measured value with its limits: see `qarunner.measure`."""
    return api.measure
