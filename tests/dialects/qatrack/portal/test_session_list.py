"""What the list of sessions asks of the store."""

from __future__ import annotations

from sqlalchemy import update
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.portal.test_overview_rows import asked
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
