"""Which changes people are told of, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import select

from qarunner.notifiers import Notice
from qarunner.results import Outcome
from qarunner.store.clock import now
from qarunner.store.models import JobState, StoredResult

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.server.live.changes import Change


def notice_of(change: Change, connection: Connection, url: str) -> Notice | None:
    """Return what to tell of a change, None when nobody wants to know.

    :param url: of the server, for links.
    """
    data = change.data
    if change.kind == "job" and data["state"] == JobState.EXITED:
        return _job_finished(change.id, data, url)
    if change.kind == "result" and data["outcome"] == Outcome.FAIL and _is_new(change, connection):
        return _new_failure(change.id, data, url)
    if change.kind == "node" and data.get("online") is False:
        return _node_offline(change.id, data, url)
    return None


def _job_finished(uid: str, data: dict[str, Any], url: str) -> Notice:
    counts = ", ".join(f"{data[word]} {word}" for word in ("pass", "fail", "error", "skip") if data[word])
    title = f"Job {uid} {data['ending'] or 'ended'}: {counts or 'no results'}"
    text = f"The job of {data['user'] or 'nobody'} on {data['node']} is over ({data['ending'] or 'ended'})."
    return Notice(f"job finished:{uid}", "job finished", title, text, now(), f"{url}/app/", {"job": uid, **data})


def _new_failure(result: str, data: dict[str, Any], url: str) -> Notice:
    title = f"{data['testcase']} fails on {data['node'] or 'no node'}"
    text = f"It did not fail there before. {data['failure_reason']}".strip()
    page = f"{url}/app/#{quote(result)}"
    return Notice(f"new failure:{result}", "new failure", title, text, now(), page, {"result": result, **data})


def _node_offline(node: str, data: dict[str, Any], url: str) -> Notice:
    moment = now()
    title = f"Node {node} is offline"
    text = f"Reason: {data.get('offline_reason') or 'it does not answer'}."
    # A cause of its own for each time, but only one a minute: a cable that flickers is told once.
    cause = f"node offline:{node}:{moment:%Y-%m-%dT%H:%M}"
    return Notice(cause, "node offline", title, text, moment, f"{url}/app/", {"node": node, **data})


def _is_new(change: Change, connection: Connection) -> bool:
    """Whether the last finished result of the testcase on this node, before this one, was no fail."""
    started = select(StoredResult.started).where(StoredResult.id == change.id).scalar_subquery()
    earlier = (
        StoredResult.testcase == change.data["testcase"],
        StoredResult.node == change.data["node"],
        StoredResult.started < started,
        StoredResult.outcome.in_((Outcome.PASS, Outcome.FAIL)),
    )
    query = select(StoredResult.outcome).where(*earlier).order_by(StoredResult.started.desc()).limit(1)
    return connection.execute(query).scalar() is not Outcome.FAIL
