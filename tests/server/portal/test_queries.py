"""Pages ask the database as often for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, insert
from tests.peers.farm_people import World

from qarunner.results import Outcome
from qarunner.store.clock import now
from qarunner.store.models import Job, JobState

NODE = "query-node"
UID = f"/{NODE}/0000/1"


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """Count the statements of this thread's queries meanwhile."""
    import threading

    me, seen = threading.get_ident(), 0

    def note(*_arguments: object) -> None:
        nonlocal seen
        seen += threading.get_ident() == me

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield lambda: seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def add(world: World, first: int, count: int) -> list[str]:
    """Keep results with all that hangs on them, and jobs."""
    rows = [
        {"uid": f"/{NODE}/0000/{number}", "node": NODE, "state": JobState.EXITED, "user": "a", "created": now()}
        for number in range(first, first + count)
    ]
    with world.rig.store.write() as connection:
        connection.execute(insert(Job), rows)
    return [
        world.keep(
            Outcome.FAIL, number, node=NODE, job=UID, testcase="tests/q.py::test_q", reason="r", tags={"t": str(number)}
        )
        for number in range(first, first + count)
    ]


def test_no_page_asks_a_query_per_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = world.visitor("anna")
    [name, *_] = add(world, 1, 2)
    pages = [
        "/app/",
        "/app/results",
        f"/app/results?filter=node:{NODE}",
        f"/app/results/{name}",
        "/app/jobs",
        f"/app/jobs{UID}",
        f"/app/nodes/{world.node}",
    ]

    def ask() -> dict[str, int]:
        found = {}
        for page in pages:
            visitor.get(page)  # what is kept for a while is read
            with counted() as seen:
                visitor.get(page)
                found[page] = seen()
        return found

    few = ask()
    add(world, 10, 30)
    for number in range(4):
        world.rig.pack.write(f"config/test-farm/extra-{number}.conf", "[node]\ncapture = nothing:\nremote = nothing:\n")
    try:
        world.rig.pack.commit()
        world.rig.packs.pushed()
        world.rig.packs.fetch()
        world.rig.farm.sync()
        assert "extra-3" in visitor.get("/app/").text
        many = ask()
    finally:
        world.rig.pack.git("rm", "--quiet", *(f"config/test-farm/extra-{number}.conf" for number in range(4)))
        world.rig.pack.commit()
        world.rig.packs.pushed()
        world.rig.packs.fetch()
    # An exporter may be looked at anew meanwhile, which notes when it was seen.
    assert {page: (few[page], many[page]) for page in pages if many[page] > few[page] + 3} == {}
    assert max(many.values()) <= 25
