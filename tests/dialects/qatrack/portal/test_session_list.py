"""The list of sessions: what it shows, and what it asks of the store."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import update
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.portal.conftest import People
from tests.dialects.qatrack.portal.test_overview_rows import asked
from tests.dialects.qatrack.sessions_done import APPROVED, do_series, do_session
from tests.dialects.qatrack.test_history import fill

from qarunner.dialects.qatrack.portal.session_list import sessions_query
from qarunner.store.models import qatrack

WAITING = {"unit": "", "collection": "", "review": "waiting", "after": ""}


def test_among_very_many_reviewed_ones_an_index_finds_those_that_wait(own_world: World) -> None:
    with own_world.store.write() as connection:
        fill(connection, 20_000)
        reviewed = update(qatrack.ListInstance).where(qatrack.ListInstance.id % 4000 != 0)
        connection.execute(reviewed.values(all_reviewed=True))
        connection.exec_driver_sql("ANALYZE")
    query = sessions_query(WAITING, 51)
    with own_world.store.read() as connection:
        with asked(connection) as seen:
            found = [row.id for row in connection.execute(query)]
        [(statement, values)] = seen
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
    assert found == [20_000, 16_000, 12_000, 8_000, 4_000]
    assert "ix_qatrack_list_instances_waiting" in plan, plan
    assert "qatrack_list_instances USING INDEX ix_qatrack_list_instances_work_completed" not in plan, plan


def test_sessions_are_listed_newest_first_by_unit_by_list_and_by_what_waits(people: People) -> None:
    do_series(people.store, people.now - timedelta(days=60), timedelta(hours=1), [(1000.0, "ok")] * 60, status=APPROVED)
    waiting = do_session(people.store, people.now, {1: (1.0, "no_tol")}, collection=1, test_list=1)
    visitor = people.visitor()

    def listed(address: str) -> list[int]:
        return [int(one) for one in re.findall(r'sessions/(\d+)"', visitor.get(address).html)]

    first = visitor.get("/app/qatrack/sessions")
    [following] = [link for link in first.links() if "after=" in link]
    assert listed("/app/qatrack/sessions") == list(range(61, 11, -1))
    assert listed(following) == list(range(11, 0, -1))
    assert listed("/app/qatrack/sessions?review=waiting") == [waiting]
    assert listed("/app/qatrack/sessions?collection=1") == [waiting]
    assert len(listed("/app/qatrack/sessions?unit=1")) == 50
    assert listed("/app/qatrack/sessions?unit=2") == []

    for query, count in (("", 61), ("?review=waiting", 1), ("?collection=1", 1), ("?unit=Unit+1", 61), ("?unit=2", 0)):
        page = visitor.get(f"/app/qatrack/sessions{query}")
        [twin] = {link for link in page.links() if link.startswith("/api/qa/testlistinstances/")}
        assert visitor.json(twin.replace("&amp;", "&"))["count"] == count, twin
