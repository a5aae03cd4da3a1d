"""What the store's tests share."""

from __future__ import annotations

from tests.peers.stores import store, store_address

__all__ = ["store", "store_address"]
