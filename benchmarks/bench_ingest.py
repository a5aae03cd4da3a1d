"""Results over HTTP: ours beside a bare Flask route that inserts a row, and beside a bare bulk insert.

Both sides are served by the same HTTP server into the same table with its indexes, each in an SQLite of its own, in
turns within one run; medians count. ``python benchmarks/bench_ingest.py [ROUNDS]``; a round sends 40 single results and
a batch of 500.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import requests
from flask import Flask, request

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.spec import Services
from qarunner.results import Device, Outcome, Result, new_id
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects
from qarunner.server.http import HttpServer
from qarunner.store.clock import now
from qarunner.store.details import result_row
from qarunner.store.engine import Store
from qarunner.store.models import Role

SINGLES = 40
BATCH = 500
BARS = {"single": 0.5, "batched": 0.3}
"""Of the peer's results per second."""


def make_result(number: int) -> Result:
    """Return an ordinary result."""
    return Result(
        id=new_id(),
        run_id="run",
        testcase=f"tests/area.py::test_{number % 200}",
        folder="x",
        node="living-room",
        finished=True,
        outcome=Outcome.PASS,
        started=now(),
        duration=1.5,
        device=Device(model="T-1000", build="1.0"),
    )


def bare_app(store: Store) -> Flask:
    """Return the peer: decodes the same JSON and inserts the same row into the same table, and that is all."""
    app = Flask("bare")
    turn = threading.Lock()
    local = threading.local()
    numbers = count(1)
    columns = list(bare_row(make_result(0), 0))
    statement = f"INSERT INTO results ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - ours

    def connection() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            assert store.database_file is not None
            local.connection = sqlite3.connect(store.database_file)
            local.connection.execute("PRAGMA synchronous=NORMAL")
        found: sqlite3.Connection = local.connection
        return found

    def insert(results: list[Result]) -> Any:
        rows = [tuple(bare_row(result, next(numbers)).values()) for result in results]
        with turn, connection() as opened:
            opened.executemany(statement, rows)
        return app.response_class(msgspec.json.encode({"stored": len(rows)}), mimetype="application/json")

    @app.put("/one")
    def one() -> Any:
        return insert([msgspec.json.decode(request.get_data(), type=Result)])

    @app.post("/many")
    def many() -> Any:
        return insert(msgspec.json.decode(request.get_data(), type=list[Result]))

    return app


def bare_row(result: Result, number: int) -> dict[str, Any]:
    """Return a row of the table ``results`` as SQLite keeps it."""
    row = result_row(result)
    row |= {"number": number, "job": "", "category": "", "revision": "", "branch": "", "username": "", "source": ""}
    row |= {"started": number, "received": number, "outcome": list(Outcome).index(Outcome.PASS)}
    row["run_id"] = row.pop("run")
    return row


def milliseconds(send: Callable[[], object]) -> float:
    """Return how long `send` takes."""
    began = time.perf_counter()
    send()
    return (time.perf_counter() - began) * 1000


def measure(rounds: int, ours: str, bare: str, token: str) -> dict[str, list[float]]:
    """Send results to both sides in turns; return the milliseconds of each request."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"

    def send(method: str, url: str, value: Any) -> float:
        data = msgspec.json.encode(value)
        return milliseconds(lambda: session.request(method, url, data=data, timeout=60).raise_for_status())

    times: dict[str, list[float]] = {name: [] for name in ("single", "single peer", "batched", "batched peer")}
    for number in range(rounds + 1):
        if number == 1:  # the first round has warmed up
            times = {name: [] for name in times}
        for one in [make_result(index) for index in range(SINGLES)]:
            times["single"].append(send("PUT", f"{ours}/{one.id}", {"result": one}))
            times["single peer"].append(send("PUT", f"{bare}/one", one))
        many = [make_result(index) for index in range(BATCH)]
        times["batched"].append(send("POST", ours, {"results": many}))
        times["batched peer"].append(send("POST", f"{bare}/many", many))
    return times


def main(rounds: int = 8) -> int:
    """Measure and print; return the exit code."""
    nothing: Any = None
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        store = stack.enter_context(Store.open(Path(name) / "ours"))
        access = Access(store, hashing=Passwords(memory=64))
        access.add_user("bench", Role.WRITE, "correct horse")
        services = Services(store=store, access=access, jobs=nothing, farm=nothing, packs=nothing)
        peer = stack.enter_context(Store.open(Path(name) / "bare"))
        servers = [HttpServer(app, threads=8) for app in (create_app(services, qa_dialects()), bare_app(peer))]
        for server in servers:
            server.start()
            stack.callback(server.stop)
        ours, bare = (server.url for server in servers)
        times = measure(rounds, f"{ours}/qarunner/api/v1/results", bare, access.create_token("bench", "bench")[1])
    good = True
    for what, bar in BARS.items():
        mine, their = statistics.median(times[what]), statistics.median(times[f"{what} peer"])
        good = good and their / mine >= bar
        print(f"{what:8} {mine:7.2f} ms, peer {their:7.2f} ms: {their / mine:.2f} of its speed (bar {bar})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
