"""The QATrack+ API: requests a second, CPU and SQL statements of each, with few and with many instances.

Reads stand beside a bare Flask route that asks the same of the same database by one statement and answers it as JSON.
``python benchmarks/bench_qatrack.py [INSTANCES ...]``; 5,000 instances unless told. Requests come over HTTP on loopback
from 1 and from 4 clients; CPU is that of the whole process, the clients' included on both sides.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import requests
from flask import Flask
from sqlalchemy import Engine, event, insert

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.qatrack import qa_dialects
from qarunner.dialects.spec import Services
from qarunner.server.app import create_app
from qarunner.server.http import HttpServer
from qarunner.store.engine import Store
from qarunner.store.models import Role, qatrack

REQUESTS = 60
"""Of each kind, for each number of clients."""
UNITS, AT_ONCE = 20, 5000
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
EDITED = {"created": START, "created_by": 1, "modified": START, "modified_by": 1}
MACROS = ("number_1", "number_2", "sum_of_two")
GOALS = {"POST a list of 2 numbers and their sum": 6}
GOAL = 3
"""SQL statements of a read."""


class Figures(NamedTuple):
    """What one kind of request took."""

    rate: float
    """Requests a second."""
    median: float
    """Milliseconds."""
    cpu: float
    """Milliseconds of processor time for each."""


def define(store: Store) -> None:
    """Define units and a list with two numbers and their sum."""
    columns = ("display_name", "description", "procedure", "choices", "constant_value", "wrap_low", "wrap_high")
    blank: dict[str, Any] = dict.fromkeys((*columns, "calculation_procedure", "flag_when", "autoreviewruleset"))
    rows: list[tuple[Any, dict[str, Any]]] = [
        (qatrack.UnitType, {"id": 1, "name": "T-1000", "model": None, "vendor": None, "unit_class": None}),
        (qatrack.Category, {"id": 1, "name": "General", "slug": "general", "parent": None}),
        (qatrack.Status, {"id": 1, "name": "Unreviewed", "slug": "unreviewed", "description": "", "is_default": True}),
        (
            qatrack.TestList,
            {"id": 1, "name": "Simple", "slug": "simple", "description": None, "javascript": None}
            | {"warning_message": None}
            | EDITED,
        ),
    ]
    for number, macro in enumerate(MACROS, 1):
        kind = "composite" if macro == "sum_of_two" else "simple"
        test = blank | EDITED | {"id": number, "name": macro, "slug": macro, "type": kind, "category": 1}
        if kind == "composite":
            test["calculation_procedure"] = "result = number_1 + number_2"
        rows.append((qatrack.Test, test))
        rows.append((qatrack.Membership, {"test_list": 1, "test": number, "order": number}))
    for unit in range(1, UNITS + 1):
        plain = {"serial_number": None, "location": None, "install_date": None, "date_acceptance": date(2026, 1, 1)}
        rows.append(
            (qatrack.Unit, plain | {"id": unit, "number": unit, "name": f"Unit {unit}", "type": 1, "site": None})
        )
        limits = {"reference": None, "tolerance": None, "assigned_to": None}
        rows += [
            (qatrack.UnitTestInfo, limits | {"id": unit * 10 + number, "unit": unit, "test": number})
            for number in range(1, len(MACROS) + 1)
        ]
        collection = {"cycle": None, "frequency": None, "due_date": None, "assigned_to": None, "last_instance": None}
        rows.append((qatrack.Collection, collection | {"id": unit, "name": "Simple", "unit": unit, "test_list": 1}))
    with store.write() as connection:
        for model, row in rows:
            connection.execute(insert(model), row)


def fill(store: Store, instances: int) -> None:
    """Put sessions of three values each into the store."""
    lists = instances // len(MACROS)
    for first in range(0, lists, AT_ONCE):
        sessions, values = [], []
        for number in range(first + 1, min(first + AT_ONCE, lists) + 1):
            unit, done = number % UNITS + 1, START + timedelta(minutes=7 * number)
            times = {"work_started": done, "work_completed": done + timedelta(minutes=1)}
            more: dict[str, Any] = {"due_date": None, "user_key": f"key {number}", "reviewed": None}
            sessions.append(
                EDITED | times | more | {"id": number, "collection": unit, "test_list": 1, "reviewed_by": None}
            )
            values += [
                EDITED
                | times
                | {"list_instance": number, "unit_test_info": unit * 10 + place, "status": 1, "order": place}
                | {"pass_fail": "no_tol", "value": float(number % 97), "reference": None, "tolerance": None}
                | {"date_value": None, "datetime_value": None, "json_value": None}
                | {"review_date": None, "reviewed_by": None}
                for place in range(1, len(MACROS) + 1)
            ]
        with store.write() as connection:
            connection.execute(insert(qatrack.ListInstance), sessions)
            connection.execute(insert(qatrack.TestInstance), values)
    store.optimize()


def bare_app(store: Store) -> Flask:
    """Return the peer: the same rows by one statement each, as JSON, and nothing else."""
    app, local = Flask("bare"), threading.local()
    newest = """SELECT i.* FROM qatrack_test_instances i JOIN qatrack_test_infos f ON f.id = i.unit_test_info
        JOIN qatrack_units u ON u.id = f.unit JOIN qatrack_tests t ON t.id = f.test
        WHERE u.name = ? AND t.name = ? ORDER BY i.work_completed DESC LIMIT 100"""
    named = """SELECT c.* FROM qatrack_collections c JOIN qatrack_units u ON u.id = c.unit
        JOIN qatrack_test_lists l ON l.id = c.test_list WHERE u.name = ? AND l.name = ?"""
    keyed = "SELECT * FROM qatrack_list_instances WHERE user_key = ?"

    def ask(statement: str, *values: str) -> Any:
        if not hasattr(local, "connection"):
            assert store.database_file is not None
            local.connection = sqlite3.connect(store.database_file)
            local.connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in local.connection.execute(statement, values)]
        return app.response_class(msgspec.json.encode({"results": rows}), mimetype="application/json")

    app.add_url_rule("/newest", view_func=lambda: ask(newest, "Unit 3", "number_1"), endpoint="newest")
    app.add_url_rule("/named", view_func=lambda: ask(named, "Unit 3", "Simple"), endpoint="named")
    app.add_url_rule("/keyed", view_func=lambda: ask(keyed, "key 17"), endpoint="keyed")
    return app


INFO = "unit_test_info"
READS: Mapping[str, tuple[str, str]] = {
    "GET 100 instances by unit and test": (
        f"/api/qa/testinstances/?{INFO}__unit__name=Unit 3&{INFO}__test__name=number_1&ordering=-work_completed",
        "/newest",
    ),
    "GET a collection by its names": (
        "/api/qa/unittestcollections/?unit__name=Unit 3&test_list__name=Simple",
        "/named",
    ),
    "GET a session by its user_key": ("/api/qa/testlistinstances/?user_key=key 17", "/keyed"),
}


def measure(send: Callable[[requests.Session, int], requests.Response], clients: int) -> Figures:
    """Send requests from so many clients at once; each waits for its answer before it asks again."""
    times: list[float] = []
    failures: list[str] = []

    def client(first: int) -> None:
        session = requests.Session()
        for number in range(first, REQUESTS, clients):
            began = time.perf_counter()
            answer = send(session, number)
            times.append(time.perf_counter() - began)
            if not answer.ok:
                failures.append(answer.text)

    send(requests.Session(), REQUESTS)  # the first one warms up
    threads = [threading.Thread(target=client, args=(first,)) for first in range(clients)]
    cpu, began = time.process_time(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    if failures:
        raise SystemExit(f"a request failed: {failures[0]}")
    return Figures(REQUESTS / took, statistics.median(times) * 1e3, spent / REQUESTS * 1e3)


class Statements:
    """Counts SQL statements of the process by thread while it is used as a context."""

    def __enter__(self) -> Self:
        self.by_thread: Counter[int] = Counter()
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, *_arguments: object) -> None:
        self.by_thread[threading.get_ident()] += not statement.startswith("BEGIN")


def statements(send: Callable[[requests.Session, int], requests.Response]) -> int:
    """Return how many statements one request takes, when its token is known.

    It is worked on by one thread; what others do meanwhile, such as making results of sessions, is not its own.
    """
    counts = []
    for _round in range(3):
        assert send(requests.Session(), REQUESTS + 1).ok
        with Statements() as counted:
            assert send(requests.Session(), REQUESTS + 1).ok
        counts.append(max(counted.by_thread.values()))
    return min(counts)


def bench_reads(ours: str, bare: str, headers: Mapping[str, str]) -> bool:
    """Compare reads; return whether every one keeps to the goal."""
    good = True
    for name, (path, peer) in READS.items():

        def send(session: requests.Session, _number: int, path: str = path) -> requests.Response:
            return session.get(f"{ours}{path}", headers=headers, timeout=60)

        def send_bare(session: requests.Session, _number: int, peer: str = peer) -> requests.Response:
            return session.get(f"{bare}{peer}", timeout=60)

        count = statements(send)
        good &= count <= GOAL
        for clients in (1, 4):
            report(name, clients, measure(send, clients), count, measure(send_bare, clients))
    return good


def bench_posts(ours: str, headers: Mapping[str, str], keys: Iterator[str]) -> bool:
    """Measure uploads; return whether they keep to the goal."""
    [(name, goal)] = GOALS.items()

    def send(session: requests.Session, number: int) -> requests.Response:
        body = {
            "unit_test_collection": f"{ours}/api/qc/unittestcollections/{number % UNITS + 1}/",
            "work_started": "2026-07-06 10:00",
            "comment": "a list",
            "user_key": next(keys),
            "tests": {"number_1": {"value": number, "comment": "one"}, "number_2": {"value": 2}},
        }
        return session.post(f"{ours}/api/qa/testlistinstances/", json=body, headers=headers, timeout=60)

    count = statements(send)
    for clients in (1, 4):
        report(name, clients, measure(send, clients), count)
    return count <= goal


def report(name: str, clients: int, ours: Figures, count: int, bare: Figures | None = None) -> None:
    """Print a line."""
    beside = f"   x {ours.cpu / bare.cpu:4.2f} the CPU of the bare route ({bare.rate:.0f}/s)" if bare else ""
    print(
        f"  {name:<40} {clients} client{'s' if clients > 1 else ' '} {ours.rate:6.0f}/s {ours.median:6.1f} ms median"
        f" {ours.cpu:5.1f} ms CPU, {count} statements{beside}"
    )


def run(instances: int) -> bool:
    """Measure with so many instances; return whether the goals were kept."""
    nothing: Any = None
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        store = stack.enter_context(Store.open(Path(name)))
        access = Access(store, hashing=Passwords(memory=64))
        access.add_user("bench", Role.WRITE, "correct horse")
        headers = {"Authorization": f"Token {access.create_token('bench', 'bench')[1]}"}
        define(store)
        fill(store, instances)
        print(f"{instances} instances:")
        services = Services(store=store, access=access, jobs=nothing, farm=nothing, packs=nothing)
        servers = [HttpServer(app, threads=8) for app in (create_app(services, qa_dialects()), bare_app(store))]
        for server in servers:
            server.start()
            stack.callback(server.stop)
        keys = (f"new {number}" for number in range(10**9))
        good = bench_reads(servers[0].url, servers[1].url, headers)
        return bench_posts(servers[0].url, headers, keys) and good


def main(sizes: list[int]) -> int:
    """Measure and print; return the exit code: 1 when a goal was missed."""
    missed = [size for size in sizes if not run(size)]
    print(f"goals of statements: {'missed' if missed else 'kept'} (POST at most 6, GET at most {GOAL})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main([int(word) for word in sys.argv[1:]] or [5000]))
