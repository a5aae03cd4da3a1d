"""Which changes people are told of, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import select

from qarunner.notifiers import Notice
from qarunner.results import Outcome
from qarunner.store.clock import now
from qarunner.store.models import JobState, Node, StoredResult

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qarunner.server.live.changes import Change


def notice_of(change: Change, connection: Connection, url: str) -> Notice | None:
    """Return what to tell of a change, None when nobody wants to know.

    :param url: of the server, for links; empty when it is not known yet.
    """
    data = change.data
    if change.kind == "job" and data["state"] == JobState.EXITED:
        return _job_finished(change.id, data, url)
    if change.kind == "result" and data["outcome"] == Outcome.FAIL and _is_new(change, connection):
        return _new_failure(change.id, data, url)
    # A node without a reason was not looked at yet.
    if change.kind == "node" and data.get("online") is False and data["offline_reason"]:
        return _node_offline(change.id, data, connection, url)
    return None


def _job_finished(uid: str, data: dict[str, Any], url: str) -> Notice:
    counts = ", ".join(f"{data[word]} {word}" for word in ("pass", "fail", "error", "skip") if data[word])
    title = f"Job {uid} {data['ending'] or 'ended'}: {counts or 'no results'}"
    text = f"The job of {data['user'] or 'nobody'} on {data['node']} is over ({data['ending'] or 'ended'})."
    page = _page(url, f"jobs{quote(uid)}")
    return Notice(f"job finished:{uid}", "job finished", title, text, now(), page, {"job": uid, **data})


def _new_failure(result: str, data: dict[str, Any], url: str) -> Notice:
    title = f"{data['testcase']} fails on {data['node'] or 'no node'}"
    text = f"It did not fail there before. {data['failure_reason']}".strip()
    page = _page(url, f"results/{quote(result)}")
    return Notice(f"new failure:{result}", "new failure", title, text, now(), page, {"result": result, **data})


def _node_offline(node: str, data: dict[str, Any], connection: Connection, url: str) -> Notice | None:
    row = connection.execute(select(Node.online, Node.last_seen).where(Node.id == node)).one_or_none()
    if row is None or row.online:  # by now
        return None
    title = f"Node {node} is offline"
    text = f"Reason: {data['offline_reason']}."
    # Known by when it was last there: told once for each time, whatever becomes known of it meanwhile, and only once a
    # minute, for a cable that flickers.
    last = f"{row.last_seen:%Y-%m-%dT%H:%M}" if row.last_seen else "never there"
    cause = f"node offline:{node}:{last}"
    page = _page(url, f"nodes/{quote(node, safe='')}")
    return Notice(cause, "node offline", title, text, now(), page, {"node": node, **data})


def _page(url: str, path: str) -> str:
    """Return the address of a page of the portal; a path alone would lead nobody there."""
    return f"{url}/app/{path}" if url else ""


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
