"""The list of sessions, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, request, url_for
from sqlalchemy import select, tuple_

from qarunner.access import Action
from qarunner.dialects.portal_pages import page
from qarunner.dialects.qatrack import PAGES
from qarunner.dialects.qatrack.history import unit_is
from qarunner.dialects.qatrack.portal import review
from qarunner.dialects.qatrack.portal.looks import in_words, worst
from qarunner.dialects.qatrack.portal.overview_rows import sessions
from qarunner.dialects.qatrack.portal.session_rows import statuses
from qarunner.dialects.qatrack.reading.addresses import SESSION_PAGE
from qarunner.dialects.routes import RefusedError, allow, caller
from qarunner.store.models import User, qatrack

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services

ROWS = 50
MOST_DIGITS = 18
WAITING = "waiting"


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.get(SESSION_PAGE)
    @allow(Action.SEE_RESULTS)
    def session_list() -> Response:
        """Show sessions: all, those of a unit, of a list on it, or those that wait for review."""
        asked = {name: request.args.get(name, "").strip() for name in ("unit", "collection", "review", "after")}
        if asked["review"] not in ("", WAITING):
            raise RefusedError(400, f"review={asked['review'][:40]!r}: there is only {WAITING!r}, or leave it out")
        with services.store.read() as connection:
            rows = connection.execute(sessions_query(asked, ROWS + 1)).all()
            done = sessions(connection, [row.id for row in rows[:ROWS]])
            may_review = bool(asked["review"]) and caller().may(Action.CHANGE_RESULTS)
            choice = statuses(connection) if may_review and rows else []
        following = str(rows[ROWS - 1].id) if len(rows) > ROWS else ""
        return page(
            "qatrack/sessions.html",
            twin=f"{request.root_path}/api/qa/testlistinstances/?{urlencode(_as_filters(asked))}",
            rows=rows[:ROWS],
            done=done,
            asked=asked,
            every=_address(asked, after="", review=""),
            waiting=_address(asked, after="", review=WAITING),
            everywhere=_address(asked, after="", unit="", collection=""),
            first=_address(asked, after="") if asked["after"] else "",
            following=_address(asked, after=following) if following else "",
            statuses=choice,
            proposed=review.proposed(choice),
            worst=worst,
            in_words=in_words,
        )


def sessions_query(asked: dict[str, str], most: int) -> Any:
    """Return the question for sessions, newest first.

    Which ones is asked of their own table alone, so that an index gives them in their order; names are added to those.

    :param asked: ``unit``, ``collection``, ``review`` and ``after``, the number of the last session of the page before;
        each empty for no wish.
    """
    session = qatrack.ListInstance
    chosen = _chosen(asked).limit(most).subquery()
    return (
        select(
            session.id,
            qatrack.TestList.name.label("test_list"),
            qatrack.Unit.number.label("unit"),
            qatrack.Unit.name.label("unit_name"),
            User.name.label("user"),
        )
        .select_from(chosen)
        .join(session, session.id == chosen.c.id)
        .join(qatrack.TestList, qatrack.TestList.id == session.test_list)
        .join(qatrack.Collection, qatrack.Collection.id == session.collection)
        .join(qatrack.Unit, qatrack.Unit.id == qatrack.Collection.unit)
        .outerjoin(User, User.id == session.created_by)
        .order_by(session.work_completed.desc(), session.id.desc())
    )


def _chosen(asked: dict[str, str]) -> Any:
    session = qatrack.ListInstance
    query: Any = select(session.id).order_by(session.work_completed.desc(), session.id.desc())
    if asked["unit"]:
        collection = select(qatrack.Collection.id).join(qatrack.Unit, qatrack.Unit.id == qatrack.Collection.unit)
        query = query.where(session.collection.in_(collection.where(unit_is(asked["unit"]))))
    if asked["collection"]:
        query = query.where(session.collection == _number(asked["collection"], "collection"))
    if asked["review"]:
        query = query.where(~session.all_reviewed, ~session.in_progress)  # as the index of what waits has it
    if asked["after"]:
        last = _number(asked["after"], "after")
        moment = select(session.work_completed).where(session.id == last).scalar_subquery()
        query = query.where(tuple_(session.work_completed, session.id) < tuple_(moment, last))
    return query


def _as_filters(asked: dict[str, str]) -> dict[str, str]:
    """Return what the API is asked for the same sessions."""
    filters = {"all_reviewed": "false", "in_progress": "false"} if asked["review"] else {}
    if asked["unit"]:
        field = "number" if asked["unit"].isdigit() else "name"
        filters[f"unit_test_collection__unit__{field}"] = asked["unit"]
    if asked["collection"]:
        filters["unit_test_collection"] = asked["collection"]
    return filters | {"ordering": "-work_completed"}


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise RefusedError(400, f"{name}={text[:40]!r} is not a number")
    return int(text)


def _address(asked: dict[str, str], **changes: str) -> str:
    query: dict[str, Any] = {name: text or None for name, text in {**asked, **changes}.items()}
    return url_for(f"{PAGES}.session_list", **query)
