"""What the tests of the server share: services over a new store, and a server on a port of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.peers.stores import EmptyStores

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.spec import Dialect, Services
from qarunner.server.app import AppSettings, create_app
from qarunner.server.builtin import qa_dialects
from qarunner.server.http import HttpServer
from qarunner.store.engine import Store
from qarunner.store.models import Role

PASSWORD = "correct horse"  # noqa: S105 - of users who live for one test


@pytest.fixture
def store(empty_stores: EmptyStores, tmp_path: Path) -> Iterator[Store]:
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def access(store: Store) -> Access:
    return Access(store, hashing=Passwords(memory=64))  # quick: these tests make many users


@pytest.fixture
def services(store: Store, access: Access) -> Services:
    """Services without jobs: these tests are about what happens before a route."""
    nothing: Any = None
    return Services(store=store, access=access, jobs=nothing, farm=nothing, packs=nothing)


@pytest.fixture
def tokens(access: Access) -> dict[str, str]:
    """One user per role, named after it, with a token and the password `PASSWORD`; and a job's token."""
    made = {}
    for role in Role:
        access.add_user(str(role), role, PASSWORD)
        made[str(role)] = access.create_token(str(role), "test")[1]
    return made | {"job": access.job_token("admin", "/node/0a23/1")}


Serve = Callable[..., HttpServer]


@pytest.fixture
def serve(services: Services) -> Iterator[Serve]:
    """Start a server with the built-in dialects and more; it ends with the test."""
    started: list[HttpServer] = []

    def start(*dialects: Dialect, settings: AppSettings | None = None, **keywords: Any) -> HttpServer:
        app = create_app(services, [*qa_dialects(), *dialects], settings)
        server = HttpServer(app, threads=8, **keywords)
        server.start()
        started.append(server)
        return server

    yield start
    services.stopping.set()
    for server in started:
        server.stop()
