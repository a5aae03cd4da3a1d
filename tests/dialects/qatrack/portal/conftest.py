"""The world of the dialect with the portal around it, and browsers of its people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from tests.dialects.qatrack.conftest import PASSWORD, define
from tests.peers.farm_people import Visitor
from tests.peers.stores import EmptyStores

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.qatrack import NAME, qa_dialects
from qarunner.dialects.spec import Binding, Services
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects as builtin_dialects
from qarunner.store.engine import Store
from qarunner.store.models import Role, qatrack

PEOPLE = {"anna": Role.ADMIN, "ben": Role.WRITE, "rita": Role.READ, "mia": Role.MANUAL}


@dataclass
class People:
    """A server with the pages, and who looks at them."""

    app: Flask
    services: Services
    visitors: dict[str, Visitor] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.services.store

    def visitor(self, name: str = "ben") -> Visitor:
        """Return somebody's browser; nobody's when the name is empty."""
        if name not in self.visitors:
            self.visitors[name] = Visitor(self.app, self.services.access, name)
        return self.visitors[name]

    def limits(self, test: int, reference: float, levels: tuple[float | None, ...], kind: str = "absolute") -> None:
        """Give a test on unit 1 limits from now on: the four levels from the lowest up."""
        edited = {"created": self.now, "created_by": 1, "modified": self.now, "modified_by": 1}
        names = dict(zip(("act_low", "tol_low", "tol_high", "act_high"), levels, strict=True))
        words = {"mc_pass_choices": None, "mc_tol_choices": None}
        with self.store.write() as connection:
            value = {"name": "r", "type": "numerical", "value": reference}
            one = insert(qatrack.Reference).values(value | edited).returning(qatrack.Reference.id)
            other = insert(qatrack.Tolerance).values({"name": "t", "type": kind} | names | words | edited)
            numbers = {
                "reference": connection.execute(one).scalar_one(),
                "tolerance": connection.execute(other.returning(qatrack.Tolerance.id)).scalar_one(),
            }
            info = qatrack.UnitTestInfo
            connection.execute(update(info).where(info.unit == 5, info.test == test).values(numbers))

    def count(self, model: Any) -> int:
        """Return how many rows a table has."""
        with self.store.read() as connection:
            return len(connection.execute(select(model)).all())

    @property
    def now(self) -> Any:
        from qarunner.store.clock import now

        return now()


@pytest.fixture
def people(empty_stores: EmptyStores, tmp_path: Path) -> Iterator[People]:
    """A server for one test."""
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as store:
        yield make_people(store)


def make_people(store: Store, *, zone: str = "America/Toronto", api_host: str = "") -> People:
    """Fill a store with the world's definitions and serve it with the portal.

    :param api_host: where the API is, and nowhere else; empty for the host of the portal.
    """
    access = Access(store, hashing=Passwords(memory=64))  # quick: many tests make one
    for name, role in PEOPLE.items():
        access.add_user(name, role, PASSWORD)
    define(store)
    nothing: Any = None
    services = Services(store=store, access=access, jobs=nothing, farm=nothing, packs=nothing, zone=ZoneInfo(zone))
    dialects = [*builtin_dialects(), *qa_dialects()]
    if api_host:
        elsewhere = Binding(host=api_host, shared=False)
        dialects = [replace(one, binding=elsewhere) if one.name == NAME else one for one in dialects]
    return People(create_app(services, dialects), services)
