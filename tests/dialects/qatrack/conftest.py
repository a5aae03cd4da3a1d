"""A server without a network for tests of the dialect, with two televisions and the lists that are done on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import insert, select
from tests.peers.stores import DATABASES, EmptyStores
from werkzeug.test import TestResponse

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.qatrack import qa_dialects
from qarunner.dialects.spec import Services
from qarunner.server.app import create_app
from qarunner.store.engine import Store
from qarunner.store.models import Role, qatrack

URL = "https://farm.example.com"
PASSWORD = "correct horse"  # noqa: S105 - of users who live for one test
MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
EDITED = {"created": MADE, "created_by": 1, "modified": MADE, "modified_by": 1}
USERS = {"anna": Role.ADMIN, "ben": Role.WRITE, "rita": Role.READ}


@dataclass
class World:
    """A server with users, and what tests ask of it."""

    app: Flask
    services: Services
    tokens: dict[str, str]
    url: str = ""
    """Where it is served, by tests that do so."""

    @property
    def store(self) -> Store:
        return self.services.store

    def ask(self, method: str, path: str, user: str = "ben", **keywords: Any) -> TestResponse:
        """Make a request as a user; as nobody when the name is empty."""
        headers = dict(keywords.pop("headers", {}))
        if user:
            headers["Authorization"] = f"Token {self.tokens[user]}"
        return self.app.test_client().open(path, method=method, headers=headers, buffered=True, **keywords)

    def get(self, path: str, **keywords: Any) -> Any:
        """Read something that is there."""
        answer = self.ask("GET", path, **keywords)
        assert answer.status_code == 200, answer.text
        return answer.json


@pytest.fixture(params=DATABASES, scope="module")
def world(request: pytest.FixtureRequest, empty_stores: EmptyStores, tmp_path_factory: Any) -> Iterator[World]:
    """A world that tests only look at, on either database."""
    data = tmp_path_factory.mktemp("qatrack") / "data"
    with empty_stores.filled(request.param, data, fill) as (address, tokens), Store.open(*address) as store:
        yield serve(store, tokens)


@pytest.fixture(params=DATABASES)
def own_world(
    request: pytest.FixtureRequest, empty_stores: EmptyStores, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[World]:
    """A world for one test that changes something."""
    data = tmp_path / "data"
    with empty_stores.filled(request.param, data, fill) as (address, tokens), Store.open(*address) as store:
        yield serve(store, tokens)
        with store.read() as connection:
            waiting = connection.execute(select(qatrack.ListInstance.id).where(qatrack.ListInstance.results_due))
            assert waiting.all() == [], "results were made of every session, when its answer was out"
        crashes = [record.getMessage() for record in caplog.get_records("call") if record.exc_info]
        assert crashes == [], "what fails after an answer is heard of in the log only"


def make_world(store: Store) -> World:
    """Fill a store with users and definitions, and serve it."""
    return serve(store, fill(store))


def quick_access(store: Store) -> Access:
    return Access(store, hashing=Passwords(memory=64))  # many tests make one


def fill(store: Store) -> dict[str, str]:
    """Put users and definitions into a store; return the users' tokens."""
    access = quick_access(store)
    tokens = {}
    for name, role in USERS.items():
        access.add_user(name, role, PASSWORD)
        tokens[name] = access.create_token(name, "test")[1]
    define(store)
    return tokens


def serve(store: Store, tokens: dict[str, str]) -> World:
    """Serve a store that was filled."""
    nothing: Any = None
    services = Services(
        store=store,
        access=quick_access(store),
        jobs=nothing,
        farm=nothing,
        packs=nothing,
        external_url=URL,
        zone=ZoneInfo("America/Toronto"),
    )
    return World(create_app(services, qa_dialects()), services, dict(tokens))


def define(store: Store) -> None:
    """Define two units, a list with numbers and their sum, a list of every type of test, and a cycle of both."""

    def test(number: int, slug: str, kind: str = "simple", **more: Any) -> dict[str, Any]:
        columns = ("display_name", "description", "procedure", "choices", "constant_value", "wrap_low", "wrap_high")
        empty: dict[str, Any] = dict.fromkeys((*columns, "calculation_procedure", "flag_when", "autoreviewruleset"))
        name = slug.replace("_", " ").title()
        return empty | EDITED | {"id": number, "name": name, "slug": slug, "type": kind, "category": 1} | more

    tests = [
        test(1, "number_1"),
        test(2, "number_2"),
        test(3, "sum_of_two", "composite", calculation_procedure="result = number_1 + number_2"),
        test(4, "menu_opens", "boolean"),
        test(5, "zap_time", formatting="%.1f"),
        test(6, "hue", "wraparound", wrap_low=0, wrap_high=360),
        test(7, "sharpness", "multchoice", choices="sharp,soft,blurred"),
        test(8, "lines", "constant", constant_value=1080),
        test(9, "firmware", "string"),
        test(10, "built_on", "date"),
        test(11, "started_at", "datetime"),
        test(12, "picture", "upload"),
        test(13, "verdict", "scomposite", calculation_procedure="result = 'good' if zap_time < 2 else 'slow'"),
    ]
    lists = [(1, "Simple API Example"), (2, "Everything"), (3, "Outer")]
    members = [(1, 1), (1, 2), (1, 3), *((2, number) for number in range(4, 14))]
    tolerances = [
        {"id": 1, "name": "100 and 200", "type": "absolute", "act_low": -200.0, "tol_low": -100.0, "tol_high": 100.0,
         "act_high": 200.0, "mc_pass_choices": None, "mc_tol_choices": None, "bool_warning_only": False},
        {"id": 2, "name": "sharp", "type": "multchoice", "act_low": None, "tol_low": None, "tol_high": None,
         "act_high": None, "mc_pass_choices": "sharp", "mc_tol_choices": "soft", "bool_warning_only": False},
    ]  # fmt: skip
    with store.write() as connection:

        def put(model: Any, *rows: dict[str, Any]) -> None:
            for row in rows:  # each with the columns it has
                connection.execute(insert(model), row)

        put(qatrack.Site, {"id": 1, "name": "Lab", "slug": "lab"})
        put(qatrack.Vendor, {"id": 1, "name": "Acme", "notes": ""})
        put(qatrack.UnitClass, {"id": 1, "name": "television"})
        put(qatrack.UnitType, {"id": 1, "name": "T-1000", "model": "55", "vendor": 1, "unit_class": 1})
        put(qatrack.Modality, {"id": 1, "name": "HDR"}, {"id": 2, "name": "OLED"})
        unit = {
            "type": 1, "serial_number": None, "location": None, "install_date": None,
            "date_acceptance": date(2026, 1, 1),
        }  # fmt: skip
        put(
            qatrack.Unit,
            unit | {"id": 5, "number": 1, "name": "Unit 1", "site": 1, "node": "living-room"},
            unit | {"id": 6, "number": 2, "name": "Unit 2", "site": None, "node": ""},
        )
        put(qatrack.UnitModality, {"unit": 5, "modality": 1}, {"unit": 5, "modality": 2})
        put(qatrack.Category, {"id": 1, "name": "Picture", "slug": "picture", "parent": None})
        weekly = "DTSTART:20180101T050000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO"
        put(
            qatrack.Frequency,
            {"id": 1, "name": "Weekly", "slug": "weekly", "recurrences": weekly, "nominal_interval": 7.0,
             "window_start": None, "window_end": 2},
        )  # fmt: skip
        put(
            qatrack.Status,
            {"id": 1, "name": "Unreviewed", "slug": "unreviewed", "description": "", "is_default": True},
            {"id": 2, "name": "Approved", "slug": "approved", "description": "", "requires_review": False},
            {"id": 3, "name": "Rejected", "slug": "rejected", "description": "", "requires_review": False,
             "valid": False},
        )  # fmt: skip
        put(qatrack.Reference, {"id": 1, "name": "Yes", "type": "boolean", "value": 1.0} | EDITED,
            {"id": 2, "name": "1000", "type": "numerical", "value": 1000.0} | EDITED)  # fmt: skip
        put(qatrack.Tolerance, *(tolerance | EDITED for tolerance in tolerances))
        for one in tests:
            put(qatrack.Test, one)
        for number, name in lists:
            put(
                qatrack.TestList,
                {"id": number, "name": name, "slug": name.lower().replace(" ", "-"), "description": None,
                 "javascript": None, "warning_message": None} | EDITED,
            )  # fmt: skip
        put(
            qatrack.Membership,
            *({"test_list": listed, "test": number, "order": number} for listed, number in members),
        )
        put(qatrack.Sublist, {"parent": 3, "child": 1, "order": 0})
        put(
            qatrack.Cycle,
            {"id": 1, "name": "By turns", "slug": "by-turns", "description": None, "javascript": None} | EDITED,
        )
        put(
            qatrack.CycleMembership,
            {"cycle": 1, "test_list": 1, "order": 0},
            {"cycle": 1, "test_list": 2, "order": 1},
        )
        limits = {4: (1, None), 5: (2, 1), 7: (None, 2)}
        put(
            qatrack.UnitTestInfo,
            *(
                {"id": 100 + number, "unit": 5, "test": number, "reference": limits.get(number, (None, None))[0],
                 "tolerance": limits.get(number, (None, None))[1], "assigned_to": None}
                for number in range(1, 14)
            ),
        )  # fmt: skip
        collection = {"unit": 5, "test_list": None, "cycle": None, "frequency": 1, "due_date": None,
                      "assigned_to": 2, "last_instance": None}  # fmt: skip
        put(
            qatrack.Collection,
            collection | {"id": 1, "name": "Simple API Example", "test_list": 1},
            collection | {"id": 2, "name": "Everything", "test_list": 2},
            collection | {"id": 3, "name": "Outer", "test_list": 3, "frequency": None},
            collection | {"id": 4, "name": "By turns", "cycle": 1},
        )
