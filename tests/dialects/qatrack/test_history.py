"""A measurement over time: what comes back, as JSON and CSV, and that an index finds it among very many."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text, update
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.sessions_done import APPROVED, REJECTED, do_series, do_session

from qarunner.dialects.qatrack.history import find_measurement as find
from qarunner.dialects.qatrack.history import history, history_query
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects as builtin_dialects
from qarunner.store.models import qatrack

START = datetime(2026, 3, 1, 17, tzinfo=UTC)
"""Noon in Toronto, which is the zone of the world."""
DAY = timedelta(days=1)
API = "/qarunner/api/v1/qatrack/history"
ZAP, INFO = 5, 105


@pytest.fixture
def served(own_world: World) -> World:
    """The world with our own API."""
    from qarunner.dialects.qatrack import qa_dialects

    own_world.app = create_app(own_world.services, [*builtin_dialects(), *qa_dialects()])
    return own_world


def times(world: World, **asked: Any) -> list[datetime]:
    with world.store.read() as connection:
        measurement = find(connection, "1", "zap_time")
        return [point.time for point in history(connection, measurement, **{"limit": 100, **asked}).points]


def test_the_newest_come_back_oldest_first_and_say_whether_there_are_more(own_world: World) -> None:
    do_series(own_world.store, START, DAY, [(1000.0 + day, "ok") for day in range(5)])
    with own_world.store.read() as connection:
        measurement = find(connection, "1", "zap_time")
        some, every = (history(connection, measurement, limit=limit) for limit in (3, 5))
    assert [point.value.number for point in some.points] == [1002.0, 1003.0, 1004.0]
    assert (some.more, every.more) == (True, False)


def test_a_span_of_time_begins_with_its_first_moment_and_ends_before_its_last(own_world: World) -> None:
    do_series(own_world.store, START, DAY, [(1.0, "ok")] * 5)
    assert times(own_world, since=START + DAY, until=START + 3 * DAY) == [START + DAY, START + 2 * DAY]


def test_what_was_not_done_is_left_out_or_marked(own_world: World) -> None:
    do_series(own_world.store, START, DAY, [(1.0, "ok"), (None, "not_done"), (2.0, "ok")])
    assert times(own_world) == [START, START + 2 * DAY]
    assert times(own_world, not_done=True) == [START, START + DAY, START + 2 * DAY]


def test_sessions_in_progress_and_other_units_are_not_in_it(own_world: World) -> None:
    do_session(own_world.store, START, {ZAP: (1.0, "ok")}, in_progress=True)
    with own_world.store.write() as connection:
        connection.execute(insert(qatrack.UnitTestInfo).values(unit=6, test=ZAP))
        collection = {"id": 9, "name": "Elsewhere", "unit": 6, "test_list": 2}
        connection.execute(insert(qatrack.Collection).values(collection))
    do_session(own_world.store, START, {ZAP: (1.0, "ok")}, collection=9)
    assert times(own_world) == []


def test_each_value_keeps_the_limits_that_held_when_it_was_taken(served: World) -> None:
    do_session(served.store, START, {ZAP: (1150.0, "tolerance")}, tests={ZAP: {"comment": "loud"}})
    with served.store.write() as connection:
        connection.execute(update(qatrack.UnitTestInfo).where(qatrack.UnitTestInfo.id == INFO).values(reference=None))
    do_session(served.store, START + DAY, {ZAP: (1150.0, "no_tol")}, status=REJECTED)
    first, second = served.get(f"{API}?unit=Unit 1&test=zap_time")["points"]
    assert first == {
        "time": "2026-03-01T12:00:00-05:00",
        "session": 1,
        "value": 1150.0,
        "display": "1150.0",
        "pass_fail": "tolerance",
        "skipped": False,
        "reference": 1000.0,
        "act_low": 800.0,
        "tol_low": 900.0,
        "tol_high": 1100.0,
        "act_high": 1200.0,
        "status": "Unreviewed",
        "valid": True,
        "comment": "loud",
    }
    assert {second[name] for name in ("reference", "act_low", "tol_low", "tol_high", "act_high")} == {None}
    assert (second["status"], second["valid"]) == ("Rejected", False)


@pytest.mark.parametrize("unit", ["1", "Unit 1"])
@pytest.mark.parametrize("test", ["zap_time", "Zap Time", "5"])
def test_unit_and_test_are_known_by_name_or_number(served: World, unit: str, test: str) -> None:
    found = served.get(API, query_string={"unit": unit, "test": test})
    assert {name: found[name] for name in ("unit", "unit_name", "test", "test_name", "type", "more", "points")} == {
        "unit": 1,
        "unit_name": "Unit 1",
        "test": "zap_time",
        "test_name": "Zap Time",
        "type": "simple",
        "more": False,
        "points": [],
    }


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("unit=Unit 9&test=zap_time", 404, "there is no unit 'Unit 9'; did you mean 'Unit "),
        ("unit=1&test=zaptime", 404, "unit 1 has no test 'zaptime'; did you mean 'Zap Time'?"),
        ("unit=2&test=zap_time", 404, "unit 2 has no test 'zap_time'"),
        ("unit=1", 400, "test"),
        ("unit=1&test=zap_time&limit=0", 400, "limit"),
        ("unit=1&test=zap_time&limit=10001", 400, "limit"),
        ("unit=1&test=zap_time&since=yesterday", 400, "since='yesterday' is no time: write it like 2026-03-01"),
        ("unit=1&test=zap_time&until=9999-12-31", 400, "until='9999-12-31' is no time"),
        ("unit=1&test=zap_time&format=xml", 400, "format"),
        ("unit=1&test=zap_time&offset=1", 400, "offset"),
    ],
)
def test_what_cannot_be_answered_is_told(served: World, query: str, status: int, reason: str) -> None:
    answer = served.ask("GET", f"{API}?{query}")
    assert (answer.status_code, reason in answer.text) == (status, True), answer.text


def test_a_macro_of_two_tests_is_not_guessed_but_a_name_wins(served: World) -> None:
    with served.store.write() as connection:
        connection.execute(update(qatrack.Test).where(qatrack.Test.id == 6).values(slug="zap_time"))
    answer = served.ask("GET", f"{API}?unit=1&test=zap_time")
    assert answer.status_code == 400
    assert "'Hue' of unit 1, 'Zap Time' of unit 1" in answer.text
    assert served.get(f"{API}?unit=1&test=Zap Time")["test_name"] == "Zap Time"
    with served.store.write() as connection:
        connection.execute(update(qatrack.Unit).where(qatrack.Unit.number == 2).values(name="1"))
        connection.execute(insert(qatrack.UnitTestInfo).values(unit=6, test=ZAP))
    assert served.get(f"{API}?unit=1&test=Zap Time")["unit"] == 2


def test_days_are_those_of_the_servers_zone_and_the_last_one_belongs_to_the_span(served: World) -> None:
    late = datetime(2026, 3, 3, 3, 30, tzinfo=UTC)  # 2 March, 22:30 in Toronto
    do_series(served.store, late, timedelta(hours=2), [(1.0, "ok"), (2.0, "ok")])
    path = f"{API}?unit=1&test=zap_time"
    assert [point["value"] for point in served.get(f"{path}&until=2026-03-02")["points"]] == [1.0]
    assert [point["value"] for point in served.get(f"{path}&since=2026-03-03")["points"]] == [2.0]
    assert [point["value"] for point in served.get(f"{path}&since=2026-03-03T04:00:00Z")["points"]] == [2.0]


def test_texts_dates_and_answers_have_their_place(served: World) -> None:
    do_session(served.store, START, {4: (0, "action"), 7: ("soft", "tolerance"), 9: ("4.2.1", "no_tol")})
    shown = {
        test: served.get(f"{API}?unit=1&test={test}")["points"][0] for test in ("menu_opens", "sharpness", "firmware")
    }
    assert {test: (point["value"], point["display"]) for test, point in shown.items()} == {
        "menu_opens": (0.0, "No"),
        "sharpness": (None, "soft"),
        "firmware": (None, "4.2.1"),
    }


def test_the_unit_of_measurement_is_what_the_format_says(served: World) -> None:
    with served.store.write() as connection:
        connection.execute(update(qatrack.Test).where(qatrack.Test.id == ZAP).values(formatting="%.1f ms"))
    do_session(served.store, START, {ZAP: (-12.0, "ok")})
    found = served.get(f"{API}?unit=1&test=zap_time")
    assert (found["measured_in"], found["points"][0]["display"]) == ("ms", "-12.0 ms")


def test_as_csv_it_has_a_row_for_each_value_and_no_formulas_if_asked(served: World) -> None:
    do_session(served.store, START, {ZAP: (-12.5, "ok")}, status=APPROVED, tests={ZAP: {"comment": '=1+1,"x"\n'}})
    do_session(served.store, START + DAY, {9: ("@SUM(A1)", "no_tol")})
    answer = served.ask("GET", f"{API}?unit=1&test=zap_time&format=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert list(row)[:4] == ["unit", "test", "time", "session"]
    assert (row["unit"], row["value"], row["tol_high"], row["comment"]) == ("Unit 1", "-12.5", "1100.0", '=1+1,"x"\n')
    safe = served.ask("GET", f"{API}?unit=1&test=zap_time&format=csv&neutralise=true")
    [row] = csv.DictReader(io.StringIO(safe.text, newline=""))
    assert (row["value"], row["comment"]) == ("-12.5", '\'=1+1,"x"\n'), "a number below zero is no formula"
    words = served.ask("GET", f"{API}?unit=1&test=firmware&format=csv&neutralise=true")
    assert "'@SUM(A1)" in words.text


def test_only_those_who_may_see_results_get_it(served: World) -> None:
    assert served.ask("GET", f"{API}?unit=1&test=zap_time", user="").status_code == 401
    assert served.ask("GET", f"{API}?unit=1&test=zap_time", user="rita").status_code == 200


def fill(connection: Connection, count: int) -> None:
    """Put in so many sessions of one test each, of all tests in turn, by the database itself."""
    moment = "to_timestamp(n * 60)" if connection.dialect.name == "postgresql" else "n * 60000000"
    numbers = "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :count)"
    heads = {
        "id": "n", "collection": "2", "test_list": "2", "in_progress": "false", "include_for_scheduling": "true",
        "flagged": "false", "day": "0", "all_reviewed": "false", "results_due": "false",
    }  # fmt: skip
    tests = {
        "id": "n", "list_instance": "n", "unit_test_info": "101 + n % 13", "status": "1", '"order"': "0", "value": "n",
        "pass_fail": "'ok'", "string_value": "''", "skipped": "false", "comment": "''", "result": "''",
    }  # fmt: skip
    for table, columns in (("list_instances", heads), ("test_instances", tests)):
        every = columns | dict.fromkeys(("work_started", "work_completed", "created", "modified"), moment)
        names, values = ", ".join(every), ", ".join(every.values())
        statement = f"INSERT INTO qatrack_{table} ({names}) {numbers} SELECT {values} FROM counted"  # noqa: S608 - written here
        connection.execute(text(statement), {"count": count})


@pytest.mark.parametrize("count", [20_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("not_done", [False, True])
def test_among_very_many_an_index_finds_them(own_world: World, count: int, not_done: bool) -> None:  # noqa: FBT001 - a parameter of the test
    with own_world.store.write() as connection:
        fill(connection, count)
        connection.exec_driver_sql("ANALYZE")
    query = history_query(INFO, limit=101, since=None, until=None, not_done=not_done)
    with own_world.store.read() as connection:
        measurement = find(connection, "1", "zap_time")
        found = history(connection, measurement, limit=100, not_done=not_done)
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {compiled}"))
    assert len(found.points) == 100
    assert "ix_qatrack_test_instances_unit_test_info_work_completed" in plan
    for table in ("qatrack_test_instances", "qatrack_list_instances"):
        assert f"SCAN {table}" not in plan, plan
        assert f"Seq Scan on {table}" not in plan, plan
    assert "TEMP B-TREE" not in plan, "the index gives the order, too"
