"""``/qarunner/api/v1/events``: changes of nodes, jobs and results as server-sent events."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from flask import Response, request

from qarunner.access import Action
from qarunner.dialects.routes import RefusedError, allow, caller

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.server.live.changes import Change
    from qarunner.server.live.feed import Feed

MOST_LISTENERS = 100
"""Streams at a time: each holds one of the server's threads."""
BEAT = 15.0
"""Seconds after which a silent stream says that it is alive, and finds out whether its client is."""
SLICE = 1.0
"""Seconds between two looks at whether the server is about to end."""
KINDS = ("node", "job", "result")


def add_events(routes: Blueprint, feed: Feed, stopping: threading.Event) -> None:
    """Add the route."""

    @routes.get("/qarunner/api/v1/events")
    @allow(Action.SEE_NODES, limit="unlimited")
    def events() -> Response:
        """Stream changes. `kind` picks some of node, job and result; `Last-Event-ID` goes on after a break."""
        kinds = _kinds()
        begin = request.headers.get("Last-Event-ID", "")
        last = int(begin) if begin.isascii() and begin.isdigit() and len(begin) < 16 else None  # noqa: PLR2004 - digits
        if feed.listeners >= MOST_LISTENERS:
            raise RefusedError(503, f"{MOST_LISTENERS} streams are open already", (("Retry-After", "10"),))
        stream = EventStream(feed, stopping, kinds, last)
        answer = Response(stream, mimetype="text/event-stream")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Accel-Buffering"] = "no"  # a proxy would keep events until there are many
        return answer


def _kinds() -> frozenset[str]:
    wanted = request.args.getlist("kind") or list(KINDS)
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown:
        raise RefusedError(400, f"kind={unknown[0][:40]!r} is none of {', '.join(KINDS)}")
    if not caller().may(Action.SEE_RESULTS):
        wanted = [kind for kind in wanted if kind == "node"]
    return frozenset(wanted)


class EventStream:
    """The bytes of one stream; closing it, as WSGI servers do, ends the listening."""

    def __init__(self, feed: Feed, stopping: threading.Event, kinds: frozenset[str], last: int | None) -> None:
        self._feed = feed
        self._open = True
        feed.join()
        # Numbers begin anew with the server: one from before its start means that something may be missed.
        self._missed = last is not None and last > feed.last
        self._last = feed.last if last is None or self._missed else last
        self._events = self._make(stopping, kinds)

    def __iter__(self) -> Iterator[bytes]:
        return self._events

    def close(self) -> None:
        """End it."""
        if self._open:
            self._open = False
            self._feed.leave()

    def _make(self, stopping: threading.Event, kinds: frozenset[str]) -> Iterator[bytes]:
        yield b"retry: 2000\n\n"
        if self._missed:
            yield _event(self._last, "missed", {})
        silent = 0.0
        while not stopping.is_set():
            found = self._feed.after(self._last, SLICE)
            if found is None:
                self._last = self._feed.last
                yield _event(self._last, "missed", {})
                continue
            silent = 0.0 if found else silent + SLICE
            lines = [_event(number, change.kind, _body(change)) for number, change in found if change.kind in kinds]
            if found:
                self._last = found[-1][0]
            if lines:
                yield b"".join(lines)
            elif silent >= BEAT:
                silent = 0.0
                yield b": alive\n\n"


def _body(change: Change) -> dict[str, object]:
    return {"id": change.id, **change.data}


def _event(number: int, kind: str, data: object) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), msgspec.json.encode(data))
