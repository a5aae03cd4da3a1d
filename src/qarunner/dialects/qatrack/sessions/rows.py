"""The rows of a session: columns by name, as the tables have them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from qarunner.dialects.qatrack.rules.review import all_reviewed
from qarunner.store.clean import clean

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.sessions.fields import Fields
    from qarunner.dialects.qatrack.sessions.judging import Judged, Judgement

Row = dict[str, Any]


def list_columns(fields: Fields, judgement: Judgement, user: int, moment: datetime) -> Row:
    """Return the columns of a list instance that follow from what was sent, of a new one and of a changed one."""
    reviewed = judgement.chosen is not None and not judgement.chosen.requires_review
    return {
        "work_started": fields.times.started,
        "work_completed": fields.times.completed,
        "in_progress": fields.in_progress,
        "include_for_scheduling": fields.include_for_scheduling,
        "flagged": judgement.flagged,
        "user_key": None if fields.user_key is None else clean(fields.user_key),
        "all_reviewed": all_reviewed(test.status for test in judgement.tests),
        "reviewed": moment if reviewed else None,
        "reviewed_by": user if reviewed else None,
        "modified": moment,
        "modified_by": user,
    }


def test_columns(test: Judged, session: Mapping[str, Any]) -> Row:
    """Return the columns of a test instance that follow from what was sent.

    :param session: columns of its list instance.
    """
    value = test.entry.value
    reviewed = {"review_date": session["reviewed"], "reviewed_by": session["reviewed_by"]}
    return {
        "status": test.status.key,
        "pass_fail": str(test.pass_fail),
        "value": value.number,
        "string_value": clean(value.text or ""),
        "date_value": value.date,
        "datetime_value": value.datetime,
        "json_value": None,
        "skipped": test.entry.skipped,
        "comment": clean(test.entry.comment),
        "work_started": session["work_started"],
        "work_completed": session["work_completed"],
        "modified": session["modified"],
        "modified_by": session["modified_by"],
        **reviewed,
    }


def new_test_row(test: Judged, order: int, session: Mapping[str, Any], result: str) -> Row:
    """Return the row of a new test instance. :param result: id of the store's result that it stands for."""
    return test_columns(test, session) | {
        "list_instance": session["id"],
        "unit_test_info": test.member.info,
        "reference": test.member.reference,
        "tolerance": test.member.tolerance,
        "order": order,
        "result": result,
        "created": session["created"],
        "created_by": session["created_by"],
    }
