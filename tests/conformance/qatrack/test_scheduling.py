"""When a list is due again (section 3 of the observations, due date; section 5).

Sessions of today, because those of earlier tries are there too: the newest one counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conformance.qatrack.cases import ABSENT, COMPLETED, STARTED, Link, Request, session
from tests.conformance.qatrack.site import Site

WEEKLY = "Conformance weekly"


def now(site: Site) -> datetime:
    """Return the time on the server's wall clock: that of a session which is completed now."""
    answer = site.post(session("Conformance flags", {"alarm": {"value": False}}, work_completed=ABSENT))
    return datetime.fromisoformat(answer["work_completed"]).replace(tzinfo=None)


def run(started: datetime, **changes: Any) -> Request:
    """Return a session of the weekly list that took a minute."""
    times = {"work_started": started.isoformat(" "), "work_completed": (started + timedelta(minutes=1)).isoformat(" ")}
    return session(WEEKLY, {"seen": {"value": True}}, **(times | changes))


def test_a_run_moves_the_due_date_and_tells_the_one_before(site: Site) -> None:
    before = site.find("collection", WEEKLY)["due_date"]
    answer = site.post(run(now(site) - timedelta(minutes=2)))
    after = site.find("collection", WEEKLY)
    assert answer["due_date"] == before
    assert after["last_instance"] == answer["url"]
    completed, due = (datetime.fromisoformat(text) for text in (answer["work_completed"], after["due_date"]))
    assert timedelta(0) < due - completed <= timedelta(days=7, hours=1)


@pytest.mark.parametrize(
    "changes",
    [{"include_for_scheduling": False}, {"in_progress": True}, {"status": Link("status", "Rejected")}],
    ids=["unscheduled", "in progress", "rejected"],
)
def test_a_run_that_does_not_count_moves_nothing(site: Site, changes: dict[str, Any]) -> None:
    site.post(run(now(site) - timedelta(minutes=2)))
    before = site.find("collection", WEEKLY)["due_date"]
    later = site.post(run(now(site) + timedelta(days=14), **changes))
    after = site.find("collection", WEEKLY)["due_date"]
    site.patched(later, work_started=STARTED, work_completed=COMPLETED)  # it must not be in the way of the next try
    assert after == before


def test_a_day_of_a_cycle_is_followed_by_the_next(site: Site) -> None:
    cycle = {"work_started": (now(site) - timedelta(minutes=2)).isoformat(" "), "work_completed": ABSENT}
    site.post(session("Conformance by turns", {"number_1": {"value": 1}, "number_2": {"value": 2}}, day=0, **cycle))
    found = site.find("collection", "Conformance by turns")
    assert (found["next_day"], found["next_test_list"]) == (1, site.address("list", "Conformance flags"))
    site.post(session("Conformance by turns", {"alarm": {"value": False}}, day=1, **cycle))
    found = site.find("collection", "Conformance by turns")
    assert (found["next_day"], found["next_test_list"]) == (0, site.address("list", "Conformance numbers"))
