"""Reviewing a session by the form on its page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from tests.dialects.qatrack.portal.conftest import People
from tests.dialects.qatrack.sessions_done import APPROVED, REJECTED, UNREVIEWED, do_session
from tests.peers.farm_people import Page

from qarunner.store.models import AuditEntry, qatrack

ZAP = 5


@pytest.fixture
def session(people: People) -> int:
    return do_session(people.store, people.now, {ZAP: (1300.0, "action"), 4: (1, "ok")})


def statuses(people: People, session: int) -> list[int]:
    instance = qatrack.TestInstance
    query = select(instance.status).where(instance.list_instance == session).order_by(instance.order)
    with people.store.read() as connection:
        return list(connection.execute(query).scalars())


def due(people: People) -> datetime | None:
    with people.store.read() as connection:
        return connection.execute(select(qatrack.Collection.due_date).where(qatrack.Collection.id == 2)).scalar_one()


def send(people: People, session: int, http_status: int, name: str = "ben", **form: str) -> Page:
    """Send the form as somebody; return the page that answers with this status of HTTP."""
    visitor = people.visitor(name)
    data = {"csrf_token": visitor.csrf, **form}
    page = Page(visitor.http.post(f"/app/qatrack/sessions/{session}/review", data=data, buffered=True))
    assert page.status == http_status, page.html
    return page


def review(people: People, session: int, status: int, **form: str) -> Page:
    """Review as ben."""
    return send(people, session, 303, status=str(status), **form)


def reviewed(people: People, session: int) -> object:
    """Return what the API says of when a session was reviewed."""
    return people.visitor().json(f"/api/qa/testlistinstances/{session}/")["reviewed"]


def test_all_tests_of_a_session_get_the_status_and_the_page_says_who_did_it(people: People, session: int) -> None:
    done = review(people, session, APPROVED, test="", comment="  seen\n")
    assert done.location == f"/app/qatrack/sessions/{session}"
    assert statuses(people, session) == [APPROVED, APPROVED]
    page = people.visitor().get(done.location).text
    assert "Review by ben just now" in page
    assert "seen ben," in page
    with people.store.read() as connection:
        entry = connection.execute(select(AuditEntry).where(AuditEntry.action == "qatrack.review")).one()
    assert (entry.username, entry.subject, entry.details) == (
        "ben",
        f"qatrack session {session}",
        {"status": "Approved", "tests": 2},
    )


def test_one_test_can_be_meant_and_then_the_others_still_wait(people: People, session: int) -> None:
    review(people, session, APPROVED, test="2")
    assert statuses(people, session) == [UNREVIEWED, APPROVED]
    assert "1 of 2 tests waits" in people.visitor().get(f"/app/qatrack/sessions/{session}").text
    assert reviewed(people, session) is None
    review(people, session, REJECTED, test="1")
    assert reviewed(people, session) is not None
    assert "Review by ben" in people.visitor().get(f"/app/qatrack/sessions/{session}").text
    review(people, session, UNREVIEWED)
    assert "2 of 2 tests wait" in people.visitor().get(f"/app/qatrack/sessions/{session}").text


def test_a_rejected_session_makes_its_list_due_again_and_approving_takes_that_back(people: People) -> None:
    monday = datetime(2026, 3, 2, 15, tzinfo=people.now.tzinfo)
    session = do_session(people.store, monday, {ZAP: (1300.0, "action")})
    later = monday + timedelta(days=7)
    with people.store.write() as connection:
        connection.execute(update(qatrack.Collection).where(qatrack.Collection.id == 2).values(due_date=later))
    review(people, session, APPROVED)
    assert due(people) == later, "nothing about what counts has changed"
    review(people, session, REJECTED)
    made_due = due(people)
    assert made_due is not None
    assert abs(people.now - made_due) < timedelta(minutes=5)
    review(people, session, APPROVED)
    again = due(people)
    assert again is not None
    assert monday < again <= later


def test_without_the_pages_own_proof_nothing_changes(people: People, session: int) -> None:
    for proof in ("", "wrong"):
        refused = send(people, session, 403, csrf_token=proof, status=str(APPROVED))
        assert "the CSRF token is wrong" in refused.text
    assert statuses(people, session) == [UNREVIEWED, UNREVIEWED]
    page = people.visitor().get(f"/app/qatrack/sessions/{session}")
    review(people, session, APPROVED, csrf_token=page.csrf)
    assert statuses(people, session) == [APPROVED, APPROVED]


@pytest.mark.parametrize("name", ["rita", "mia", ""])
def test_who_may_not_change_results_cannot_review(people: People, session: int, name: str) -> None:
    send(people, session, 403 if name else 401, name, status=str(APPROVED))
    assert statuses(people, session) == [UNREVIEWED, UNREVIEWED]
    if name == "rita":
        assert "Set status" not in people.visitor(name).get(f"/app/qatrack/sessions/{session}").text


@pytest.mark.parametrize(
    ("form", "code", "reason"),
    [
        ({"status": ""}, 400, "no status was chosen"),
        ({"status": "99"}, 400, "there is no status 99"),
        ({"status": "x"}, 400, "status='x' is not a number"),
        ({"status": "2", "test": "99"}, 400, "has no test instance 99"),
        ({"status": "2", "test": "x"}, 400, "test='x' is not a number"),
        ({"status": "2", "comment": "x" * 10_001}, 400, "10000 are allowed"),
        ({"status": "2", "comment": "a\0b"}, 400, "NUL"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_changes(
    people: People, session: int, form: dict[str, str], code: int, reason: str
) -> None:
    assert reason in send(people, session, code, **form).text
    assert statuses(people, session) == [UNREVIEWED, UNREVIEWED]
    assert people.count(qatrack.Comment) == 0


def choose(people: People, sessions: list[int], http_status: int = 303, name: str = "ben", **form: str) -> Page:
    """Send the form of the list of sessions that wait."""
    visitor = people.visitor(name)
    data = {"csrf_token": visitor.csrf, "session": [str(one) for one in sessions], "review": "waiting", **form}
    page = Page(visitor.http.post("/app/qatrack/sessions/review", data=data, buffered=True))
    assert page.status == http_status, page.html
    return page


def test_several_sessions_are_reviewed_at_once(people: People, session: int) -> None:
    others = [do_session(people.store, people.now, {ZAP: (1000.0, "ok"), 4: (1, "ok")}) for _ in range(2)]
    page = choose(people, others, status=str(APPROVED), comment="all fine", unit="1")
    assert page.location == "/app/qatrack/sessions?unit=1&review=waiting"
    assert [statuses(people, one) for one in (session, *others)] == [[UNREVIEWED] * 2, [APPROVED] * 2, [APPROVED] * 2]
    assert "all fine ben," in people.visitor().get(f"/app/qatrack/sessions/{others[1]}").text
    waiting = people.visitor().get(page.location).html
    assert re.findall(r'name="session" value="(\d+)"', waiting) == [str(session)]
    with people.store.read() as connection:
        entries = connection.execute(select(AuditEntry.subject).where(AuditEntry.action == "qatrack.review"))
        assert set(entries.scalars()) == {f"qatrack session {one}" for one in others}


def test_what_is_fine_is_chosen_already_and_nobody_else_may_choose(people: People, session: int) -> None:
    fine = do_session(people.store, people.now, {ZAP: (1000.0, "ok"), 9: ("x", "no_tol")})
    partly = do_session(people.store, people.now, {ZAP: (1000.0, "ok"), 4: (None, "not_done")})
    flagged = do_session(people.store, people.now, {ZAP: (1000.0, "ok")}, flagged=True)
    html = people.visitor().get("/app/qatrack/sessions?review=waiting").html
    assert re.findall(r'value="(\d+)" checked', html) == [str(fine)]
    assert {int(one) for one in re.findall(r'name="session" value="(\d+)"', html)} == {session, fine, partly, flagged}
    assert "checkbox" not in people.visitor().get("/app/qatrack/sessions").html
    assert "checkbox" not in people.visitor("rita").get("/app/qatrack/sessions?review=waiting").html
    choose(people, [fine], 403, "rita", status=str(APPROVED))


def test_one_that_cannot_be_reviewed_leaves_all_as_they_were(people: People, session: int) -> None:
    going_on = do_session(people.store, people.now, {ZAP: (1000.0, "ok")}, in_progress=True)
    for sessions, reason in (
        ([session, going_on], f"session {going_on} is still in progress"),
        ([session, 99], "there is no session 99"),
        ([], "no session was chosen"),
        ([session] * 101, "101 sessions were chosen, at most 100 can be"),
    ):
        assert reason in choose(people, sessions, 404 if 99 in sessions else 400, status=str(APPROVED)).text
    assert statuses(people, session) == [UNREVIEWED, UNREVIEWED]


def test_the_list_says_what_a_review_has_ruled_out(people: People, session: int) -> None:
    review(people, session, REJECTED, test="1")
    assert "1 of 2 ruled out" in people.visitor().get("/app/qatrack/sessions").text
    review(people, session, REJECTED)
    assert "ben ruled out" in people.visitor().get("/app/qatrack/sessions").text
    assert "just now ruled out" in people.visitor().get("/app/qatrack").text
