"""What the tests of jobs share."""

from __future__ import annotations

from tests.peers.stores import empty_stores, store, store_address

__all__ = ["empty_stores", "store", "store_address"]
