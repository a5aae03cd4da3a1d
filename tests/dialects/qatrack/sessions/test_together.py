"""Several clients post at once, over real connections: no error, nothing lost, nothing twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select
from tests.dialects.qatrack.conftest import World, define
from tests.dialects.qatrack.session_bodies import PATH, simple
from tests.peers.served_farm import ServedFarm

from qarunner.access import Access
from qarunner.store.engine import Store
from qarunner.store.models import Role, StoredResult, qatrack

CLIENTS = 4
SECONDS = 60.0


@dataclass
class Client:
    """Posts session after session; each key is posted by two clients, of which one must be told that it is taken."""

    url: str
    token: str
    name: str
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def work(self, more: Callable[[int], bool]) -> None:
        number = 0
        with requests.Session() as session:
            session.headers["Authorization"] = f"Token {self.token}"
            while more(number):
                number += 1
                self._post(session, number)

    def _post(self, session: requests.Session, number: int) -> None:
        tests = {"number_1": {"value": number, "comment": self.name}, "number_2": {"value": 0.5}}
        body = simple(user_key=f"{self.name} {number}", tests=tests)
        answer = session.post(self.url + PATH, json=body, timeout=60)
        self.statuses[answer.status_code] += 1
        taken = answer.status_code == 400 and "already exists" in answer.text
        summed = answer.status_code == 201 and answer.json()["tests"]["sum_of_two"]["value"] == number + 0.5
        if not (taken or summed):
            self.wrong.append(f"{answer.status_code} {answer.text[:300]}")


def work_together(url: str, tokens: list[str], more: Callable[[int], bool]) -> list[Client]:
    """Let four clients post at once, two with the same keys."""
    clients = [Client(url, token, f"pair {place // 2}") for place, token in enumerate(tokens)]
    threads = [threading.Thread(target=client.work, args=(more,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return clients


def check(clients: list[Client], store: Store) -> int:
    """Return how many sessions were stored, each whole and once, with its results."""
    assert [one for client in clients for one in client.wrong] == []
    sent = sum((client.statuses for client in clients), Counter[int]())
    assert set(sent) <= {201, 400}
    wait_for_results(store)
    with store.read() as connection:

        def number(table: Any) -> int:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

        session = qatrack.ListInstance
        sessions = number(session)
        keys = connection.execute(select(func.count(session.user_key.distinct()))).scalar_one()
        last = connection.execute(select(qatrack.Collection.last_instance).where(qatrack.Collection.id == 1)).scalar()
        newest = connection.execute(
            select(session.id).order_by(session.work_completed.desc(), session.id.desc())
        ).scalar()
        counts = (number(qatrack.TestInstance), number(qatrack.Comment), number(StoredResult))
    assert sessions == keys == sent[201]
    assert counts == (3 * sessions, sessions, 3 * sessions)
    assert last == newest
    return sessions


def wait_for_results(store: Store) -> None:
    """Wait until no session waits for its results: they are made right after the answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with store.read() as connection:
            query = select(qatrack.ListInstance.id).where(qatrack.ListInstance.results_due)
            if connection.execute(query).first() is None:
                return
        time.sleep(0.05)
    raise AssertionError("results were not made")


def test_four_clients_at_once(served: World) -> None:
    tokens = [served.services.access.create_token("ben", f"client {place}")[1] for place in range(CLIENTS)]
    clients = work_together(served.url, tokens, lambda number: number < 15)
    assert check(clients, served.store) == 30


@pytest.mark.soak
def test_four_clients_for_a_minute(tmp_path: Path) -> None:
    farm = ServedFarm(tmp_path)
    with Store.open(farm.data) as store:
        access = Access(store)
        access.add_user("anna", Role.ADMIN, "correct horse")
        tokens = [access.create_token("anna", f"client {place}")[1] for place in range(CLIENTS)]
        define(store)
    farm.start()
    try:
        ends = time.monotonic() + SECONDS
        clients = work_together(farm.url, tokens, lambda _number: time.monotonic() < ends)
        with farm.store() as store:
            sessions = check(clients, store)
        assert sessions > 50
        assert "crash" not in farm.said()
    finally:
        farm.stop()
