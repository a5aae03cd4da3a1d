"""Puts sessions into a store through its tables, as if somebody had done the lists of the `world`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from qarunner.store.engine import Store
from qarunner.store.models import qatrack

UNREVIEWED, APPROVED, REJECTED = 1, 2, 3
"""Numbers of the statuses of the world."""


def do_session(
    store: Store,
    when: datetime,
    values: Mapping[int, tuple[Any, str]],
    *,
    collection: int = 2,
    test_list: int = 2,
    status: int = UNREVIEWED,
    **more: Any,
) -> int:
    """Keep one session; return its number.

    :param values: value and verdict by the number of the test, with the limits that the unit has for it now. A text is
        the text value, None is skipped. :param more: columns of the list instance; `tests`: columns of test instances
        by the number of the test.
    """
    tests: Mapping[int, Mapping[str, Any]] = more.pop("tests", {})
    edited = {"created": when, "created_by": 2, "modified": when, "modified_by": 2}
    head = {
        "collection": collection,
        "test_list": test_list,
        "work_started": when - timedelta(minutes=5),
        "work_completed": when,
        "due_date": None,
        "user_key": None,
        "all_reviewed": status != UNREVIEWED,
        "reviewed": None,
        "reviewed_by": None,
    }
    info = qatrack.UnitTestInfo
    with store.write() as connection:
        unit = connection.execute(
            select(qatrack.Collection.unit).where(qatrack.Collection.id == collection)
        ).scalar_one()
        infos = {row.test: row for row in connection.execute(select(info).where(info.unit == unit))}
        number: int = connection.execute(
            insert(qatrack.ListInstance).values(head | edited | more).returning(qatrack.ListInstance.id)
        ).scalar_one()
        for order, (test, (value, verdict)) in enumerate(values.items()):
            row = {
                "list_instance": number,
                "unit_test_info": infos[test].id,
                "status": status,
                "reference": infos[test].reference,
                "tolerance": infos[test].tolerance,
                "order": order,
                "pass_fail": verdict,
                "value": value if isinstance(value, int | float) else None,
                "string_value": value if isinstance(value, str) else "",
                "date_value": None,
                "datetime_value": None,
                "json_value": None,
                "skipped": value is None,
                "work_started": when,
                "work_completed": when,
                "review_date": None,
                "reviewed_by": None,
            }
            connection.execute(insert(qatrack.TestInstance).values(row | edited | dict(tests.get(test, {}))))
        if not more.get("in_progress"):
            done = update(qatrack.Collection).where(qatrack.Collection.id == collection)
            connection.execute(done.values(last_instance=number))
    return number


def do_series(
    store: Store, first: datetime, step: timedelta, values: Iterable[tuple[Any, str]], test: int = 5, **more: Any
) -> list[int]:
    """Keep a session for each value of one test; return their numbers."""
    return [do_session(store, first + step * place, {test: one}, **more) for place, one in enumerate(values)]
