"""What the tests of the portal share: one farm, for each uses names of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.peers.farm_people import World, farm_of_people
from tests.peers.stores import EmptyStores, empty_stores

from qarunner.store.engine import Store

__all__ = ["empty_stores"]


@pytest.fixture(scope="session")
def world(empty_stores: EmptyStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("portal")
    with Store.open(*empty_stores.new("sqlite", folder / "data")) as store, farm_of_people(folder, store) as made:
        yield made
