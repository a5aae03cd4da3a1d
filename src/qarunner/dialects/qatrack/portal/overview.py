"""The first page: which lists are due on which unit, and how each went last."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Response, request, url_for

from qarunner.access import Action
from qarunner.dialects.portal_pages import page
from qarunner.dialects.qatrack import PAGES, PAGES_PATH
from qarunner.dialects.qatrack.portal.due import Due
from qarunner.dialects.qatrack.portal.looks import in_words, worst
from qarunner.dialects.qatrack.portal.overview_rows import Task, idle_units, sessions, tasks
from qarunner.dialects.routes import RefusedError, allow
from qarunner.store.clock import now

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services

UNITS = 50
"""On a page."""


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.get(PAGES_PATH)
    @allow(Action.SEE_RESULTS)
    def overview() -> Response:
        """Show units by their lists."""
        text, state, after = request.args.get("unit", "").strip(), _state(), _after()
        with services.store.read() as connection:
            every = tasks(connection, now=now(), zone=services.zone)
            found = [task for task in every if _is_meant(task, text)]
            units = [list(some) for _unit, some in groupby(_of_state(found, state), lambda task: task.unit)]
            later = [some for some in units if some[0].unit > after]
            shown = later[:UNITS]
            idle = [] if text or state or after > -1 else idle_units(connection, UNITS)
            last = sessions(connection, [task.last for some in shown for task in some if task.last is not None])
        following = _address(text, state, str(shown[-1][0].unit)) if len(later) > UNITS else ""
        return page(
            "qatrack/overview.html",
            twin=f"{request.root_path}/api/qa/unittestcollections/",
            units=shown,
            last=last,
            states=[(word, number, _address(text, word)) for word, number in _counts(found)],
            state=state,
            unit=text,
            every=_address(text, ""),
            first=_address(text, state) if after > -1 else "",
            following=following,
            nothing=not every,
            idle=idle,
            worst=worst,
            in_words=in_words,
        )


def _is_meant(task: Task, text: str) -> bool:
    """Whether a unit is meant by its number, or by a part of its name."""
    return not text or text == str(task.unit) or text.lower() in task.unit_name.lower()


def _of_state(found: list[Task], state: str) -> list[Task]:
    return [task for task in found if not state or task.word == state]


def _counts(found: list[Task]) -> list[tuple[Due, int]]:
    counts = Counter(task.word for task in found)
    return [(word, counts[word]) for word in Due if counts[word]]


def _state() -> str:
    text = request.args.get("state", "")
    if text and text not in tuple(Due):
        raise RefusedError(400, f"state={text[:40]!r}: there are {', '.join(Due)}")
    return text


def _after() -> int:
    text = request.args.get("after", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 16):  # noqa: PLR2004 - digits of the largest number
        raise RefusedError(400, f"after={text[:40]!r} is not what a page of units gave. Start with the first page")
    return int(text) if text else -1


def _address(unit: str, state: str, after: str = "") -> str:
    return url_for(f"{PAGES}.overview", unit=unit or None, state=state or None, after=after or None)
