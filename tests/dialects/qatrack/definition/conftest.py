"""An empty store on either database, and definitions as people write them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.peers.stores import DATABASES, EmptyStores

from qarunner.dialects.qatrack.definition.applying import apply, plan_for
from qarunner.dialects.qatrack.definition.changes import Change, Plan, lines_of
from qarunner.dialects.qatrack.definition.completing import Wanted, complete
from qarunner.dialects.qatrack.definition.reading import read_text
from qarunner.dialects.qatrack.definition.troubles import DefinitionError
from qarunner.store.engine import Store

FILE = "config/qatrack/test.yaml"


def defined(text: str) -> Wanted:
    """Return what a file wants."""
    return complete([read_text(textwrap.dedent(text), FILE)])


@dataclass
class Bench:
    """A store to which definitions are applied."""

    store: Store

    def apply(self, text: str) -> Plan:
        """Apply it; a second time nothing is to be done."""
        done = apply(self.store, defined(text))
        assert plan_for(self.store, defined(text)).changes == ()
        return done

    def plan(self, text: str) -> list[str]:
        """Return the lines of the plan."""
        return list(lines_of(plan_for(self.store, defined(text))))

    def refused(self, text: str) -> str:
        """Return what is wrong with it."""
        with pytest.raises(DefinitionError) as caught:
            plan_for(self.store, defined(text))
        return "\n".join(map(str, caught.value.troubles))


@pytest.fixture(params=DATABASES)
def bench(request: pytest.FixtureRequest, empty_stores: EmptyStores, tmp_path: Path) -> Iterator[Bench]:
    with Store.open(*empty_stores.new(request.param, tmp_path / "data")) as store:
        yield Bench(store)


def changed(plan: Plan, kind: str) -> list[tuple[str, str]]:
    """Return action and name of the changes of a kind."""
    found: list[Change] = [change for change in plan.changes if change.kind == kind]
    return [(str(change.action), change.name) for change in found]
