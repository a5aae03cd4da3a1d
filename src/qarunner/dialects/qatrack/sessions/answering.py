"""What a POST or PATCH answers: the session as it was stored, its tests by macro.

Links of the session are whole URLs and those within tests are paths, as the original prints them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.pages import warn
from qarunner.dialects.qatrack.problems import json_answer
from qarunner.dialects.qatrack.rules.displays import upload_display

if TYPE_CHECKING:
    from flask import Response

    from qarunner.dialects.qatrack.reading.addresses import Addresses
    from qarunner.dialects.qatrack.resources.spec import Shape
    from qarunner.dialects.qatrack.sessions.files import KeptFile
    from qarunner.dialects.qatrack.sessions.judging import Judged
    from qarunner.dialects.qatrack.sessions.writing import Written

PLAIN = ("all_reviewed", "day", "flagged", "in_progress", "include_for_scheduling", "user_key")
TIMES = ("work_started", "work_completed", "due_date", "reviewed")
LINKS = {
    "unit_test_collection": ("collection", "qa/unittestcollections"),
    "test_list": ("test_list", "qa/testlists"),
    "created_by": ("created_by", "auth/users"),
    "reviewed_by": ("reviewed_by", "auth/users"),
}
"""By the word of the API: the column, and what its number is of."""


def session_answer(written: Written, addresses: Addresses, status: int) -> Response:
    """Return the answer."""
    session, judgement = written.session, written.draft.judgement
    of_test: dict[int | None, list[KeptFile]] = defaultdict(list)
    for file in written.files:
        of_test[file.order].append(file)
    shape: Shape = {
        "url": addresses.row("qa/testlistinstances", session["id"]),
        "site_url": addresses.session(session["id"]),
        **{name: session[name] for name in PLAIN},
        **{name: addresses.time(session[name]) for name in TIMES},
        **{name: _link(addresses, path, session[column]) for name, (column, path) in LINKS.items()},
        "comment": written.draft.comment,
        "tests": {
            test.member.test.macro: _test(test, number, of_test[order], addresses)
            for order, (test, number) in enumerate(zip(judgement.tests, written.numbers, strict=True))
        },
    }
    if judgement.ignored:
        shape["ignored_tests"] = list(judgement.ignored)
    answer = json_answer(shape, status)
    ignored = (f"test {macro} is unknown here and was ignored" for macro in judgement.ignored)
    warn(answer, [*judgement.notices, *ignored])
    return answer


def _link(addresses: Addresses, path: str, number: int | None) -> str | None:
    return None if number is None else addresses.row(path, number)


def _test(test: Judged, number: int, files: Sequence[KeptFile], addresses: Addresses) -> Shape:
    entry, value = test.entry, test.entry.value
    text, shown = value.text or "", entry.value_display
    if entry.upload is not None:  # the file's number is its text, once it is stored
        text = str(files[-1].number)
    file = next((file for file in files if str(file.number) == text), None)
    if file is not None and not entry.skipped:
        shown = upload_display(addresses.file_path(file.number, file.name), file.name)
    return {
        "url": addresses.path("qa/testinstances", number),
        "value": value.number,
        "value_display": shown,
        "string_value": text,
        "date_value": None if value.date is None else value.date.isoformat(),
        "datetime_value": addresses.time(value.datetime),
        "diff_display": entry.diff_display,
        "pass_fail": list(test.pass_fail.pair),
        "skipped": entry.skipped,
        "comment": entry.comment,
        "status": addresses.path("qa/testinstancestatus", test.status.key),
        "reference": _path("qa/references", test.member.reference, addresses),
        "tolerance": _path("qa/tolerances", test.member.tolerance, addresses),
        "attachments": [addresses.file_path(file.number, file.name) for file in files],
    }


def _path(path: str, number: int | None, addresses: Addresses) -> str | None:
    return None if number is None else addresses.path(path, number)
