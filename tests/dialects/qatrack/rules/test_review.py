"""Review statuses."""

import pytest

from qarunner.dialects.qatrack.rules.records import PassFail
from qarunner.dialects.qatrack.rules.review import Session, Status, all_reviewed, review_status, unreviewed_count

UNREVIEWED, APPROVED = Status(key=1), Status(key=2, requires_review=False)
REJECTED = Status(key=3, requires_review=False, valid=False)
RULES = {PassFail.OK: APPROVED, PassFail.NOT_DONE: APPROVED}


@pytest.mark.parametrize(
    ("verdict", "what", "status"),
    [
        ("ok", {"rules": RULES}, APPROVED),
        ("action", {"rules": RULES}, UNREVIEWED),
        ("ok", {}, UNREVIEWED),
        ("ok", {"rules": RULES, "comment": "odd"}, UNREVIEWED),
        ("ok", {"rules": RULES, "list_comment": "odd"}, UNREVIEWED),
        ("not_done", {"rules": RULES, "comment": "no cable", "skipped": True}, APPROVED),
        ("action", {"rules": RULES, "comment": "odd", "chosen": REJECTED}, REJECTED),
    ],
)
def test_status_of_a_result(verdict, what, status):
    assert review_status(PassFail(verdict), default=UNREVIEWED, **what) == status


@pytest.mark.parametrize(
    ("statuses", "reviewed"),
    [([APPROVED, REJECTED], True), ([APPROVED, UNREVIEWED], False), ([], True)],
)
def test_a_session_is_reviewed_when_nothing_of_it_waits(statuses, reviewed):
    assert all_reviewed(statuses) is reviewed


def test_sessions_in_progress_do_not_wait_for_review():
    sessions = [Session(in_progress, reviewed) for in_progress in (True, False) for reviewed in (True, False)]
    assert unreviewed_count(sessions) == 1
