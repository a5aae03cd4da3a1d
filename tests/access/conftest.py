"""What the tests of who may do what share."""

from __future__ import annotations

import pytest
from tests.peers.stores import store, store_address

from qarunner.access import Access
from qarunner.store.engine import Store

__all__ = ["store", "store_address"]


@pytest.fixture
def access(store: Store) -> Access:
    """Who may do what, in a new store: once on SQLite and once on PostgreSQL."""
    return Access(store)
