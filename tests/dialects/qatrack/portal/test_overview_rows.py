"""What the first page asks of the store: verdicts are counted in the sessions it shows, and in no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.sessions_done import do_series, do_session
from tests.dialects.qatrack.test_history import DAY, START, fill

from qarunner.dialects.qatrack.portal.overview_rows import sessions
from qarunner.dialects.qatrack.rules.records import PassFail

ZAP = 5


@contextmanager
def asked(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Note the statements that a connection executes meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        seen.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_each_session_has_the_verdicts_of_its_own_tests(own_world: World) -> None:
    first, second = do_series(own_world.store, START, DAY, [(1000.0, "ok"), (1300.0, "action")])
    third = do_session(own_world.store, START, {ZAP: (1150.0, "tolerance"), 4: (1, "ok"), 9: ("x", "ok")}, flagged=True)
    empty = do_session(own_world.store, START, {})
    with own_world.store.read() as connection:
        found = sessions(connection, [second, third, empty])
        assert sessions(connection, []) == {}
    assert {number: one.counts for number, one in found.items()} == {
        second: {PassFail.ACTION: 1},
        third: {PassFail.OK: 2, PassFail.TOLERANCE: 1},
        empty: {},
    }
    assert found[third].flagged
    assert first not in found


def test_among_very_many_only_the_shown_sessions_are_looked_at(own_world: World) -> None:
    with own_world.store.write() as connection:
        fill(connection, 20_000)
        connection.exec_driver_sql("ANALYZE")
    with own_world.store.read() as connection:
        with asked(connection) as seen:
            found = sessions(connection, range(100, 120))
        [(statement, values)] = seen
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
    assert len(found) == 20
    assert "ix_qatrack_test_instances_list_instance_order" in plan
    # SQLite would use it for all of them, too.
    assert "list_instance_order (list_instance=?)" in plan or connection.dialect.name == "postgresql"
    for table in ("qatrack_test_instances", "qatrack_list_instances"):
        assert f"SCAN {table}" not in plan, plan
        assert f"Seq Scan on {table}" not in plan, plan
