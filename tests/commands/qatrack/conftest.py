"""A pack with a definition, a server that speaks the dialect, and the data folder of one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.qatrack import qa_dialects
from qarunner.dialects.spec import Services
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects as own_dialects
from qarunner.server.http import HttpServer
from qarunner.store.engine import Store
from qarunner.store.models import Role

MENU = """
    units: [living-room]
    lists:
    - name: Menu
      tests:
      - opens
    """
LIVE = """
    lists:
    - name: Live
      tests:
      - {macro: zap_time, high: 2}
    """


@pytest.fixture
def pack(here: Path) -> Path:
    """A test pack, in which the test stands."""
    (here / ".stbt.conf").write_text("", encoding="utf-8")
    write(here, "menu.yaml", MENU)
    write(here, "live.yaml", LIVE)
    return here


def write(pack: Path, name: str, text: str) -> None:
    """Write a file of the definition."""
    folder = pack / "config" / "qatrack"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def server(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    """A server, with the address and a writer's token in the environment."""
    access = Access(store, hashing=Passwords(memory=64))
    access.add_user("ben", Role.WRITE, None)
    access.add_user("rita", Role.READ, None)
    nothing: Any = None
    services = Services(store=store, access=access, jobs=nothing, farm=nothing, packs=nothing)
    served = HttpServer(create_app(services, [*own_dialects(), *qa_dialects()]), threads=4)
    served.start()
    monkeypatch.setenv("QARUNNER_SERVER", served.url)
    monkeypatch.setenv("QARUNNER_SERVER_TOKEN", access.create_token("ben", "test")[1])
    yield served
    services.stopping.set()
    served.stop()
