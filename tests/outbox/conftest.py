from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.peers.results_store import Store

from qarunner.outbox.courier import Pauses

QUICK = Pauses(first=0.01, longest=0.05)


@pytest.fixture
def store() -> Iterator[Store]:
    """A results store that is up."""
    store = Store().start()
    yield store
    store.stop()


@pytest.fixture
def quick() -> Pauses:
    """Pauses as short as a test wants them."""
    return QUICK
