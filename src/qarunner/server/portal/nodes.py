"""The page of one node: what it shows, who has it, what became of its results; and taking and giving it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for

from qarunner.access import Action
from qarunner.dialects.routes import RefusedError, allow, caller
from qarunner.errors import UnknownNodeError
from qarunner.server.api.farm import JobListing
from qarunner.server.api.results import Listing
from qarunner.server.api.statistics import Days
from qarunner.server.portal.links import filter_of
from qarunner.server.portal.pad import pad_of
from qarunner.server.portal.page import change, page

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Problem, Services
    from qarunner.jobs.farm import Farm
    from qarunner.server.portal.answers import Answers

NODE = "/app/nodes/<node>"
RESULTS, JOBS = 20, 8
FORM = 100_000
"""Bytes of a form."""
LONGEST_MESSAGE = 10_000
LONGEST_KEY = 100
SPANS = {"30 minutes": 1800, "1 hour": 3600, "4 hours": 14400, "1 day": 86400, "1 week": 604800}
"""For how long a node can be reserved, and a reservation extended, in seconds."""
FOR_EVER = ""

Done = Callable[[str, Callable[[], object]], Response]
"""Does what a form asks for on a node, and shows its page."""


def install(routes: Blueprint, services: Services, answers: Answers) -> None:
    """Make the routes."""

    @routes.get(NODE)
    @allow(Action.SEE_NODES)
    def node(node: str) -> Response:
        """Show a node."""
        return show(node)

    @routes.post(f"{NODE}/press")
    @allow(Action.CONTROL_NODES, body_limit=FORM)
    def press(node: str) -> Response:
        """Press a key of its remote, without a script."""
        farm, key = _farm(services), request.form.get("key", "")
        if not 0 < len(key) <= LONGEST_KEY:
            raise RefusedError(400, f"{key[:40]!r} is no name of a key")
        return done(node, lambda: farm.remote.press(node, key, caller().user))

    def done(node: str, act: Callable[[], object]) -> Response:
        return change(act, url_for("portal.node", node=node), lambda problem: show(node, problem))

    _reservations(routes, services, done)

    def show(node: str, problem: Problem | None = None) -> Response:
        shown = caller().may(Action.SEE_RESULTS)
        results = answers.results(Listing(filter=filter_of(node=node), limit=RESULTS, running=True)).results
        try:
            found = answers.node(node)
        except UnknownNodeError:
            if not (results and shown):
                raise
            found = None  # it was taken out of the farm; what it has done is still here
        return page(
            "node.html",
            status=problem.status if problem else 200,
            twin=url_for("server.api.get_node", node=node) if found else "",
            problem=problem,
            id=node,
            node=found,
            results=results if shown else None,
            jobs=answers.jobs(JobListing(node=node, limit=JOBS)).jobs if shown else None,
            counts=_counts(answers, node) if shown else None,
            mine=found is not None and found.holder is not None and found.holder.user == caller().user,
            may_control=caller().may(Action.CONTROL_NODES),
            spans=SPANS,
            pad=pad_of(services, answers, node) if found and caller().may(Action.CONTROL_NODES) else None,
            given=request.form.get("message", ""),
        )


def _reservations(routes: Blueprint, services: Services, done: Done) -> None:
    """Make the routes by which a node is taken and given back."""

    @routes.post(f"{NODE}/reserve")
    @allow(Action.CONTROL_NODES, body_limit=FORM)
    def reserve(node: str) -> Response:
        """Reserve it."""
        farm, seconds = _farm(services), _span()
        return done(node, lambda: farm.reserve([node], caller().user, _message(), seconds))

    @routes.post(f"{NODE}/extend")
    @allow(Action.CONTROL_NODES, body_limit=FORM)
    def extend(node: str) -> Response:
        """Let one's own reservation last longer."""
        farm, seconds = _farm(services), _span() or 0.0
        return done(node, lambda: farm.extend(_reservation(), caller().user, seconds))

    @routes.post(f"{NODE}/end")
    @allow(Action.CONTROL_NODES, body_limit=FORM)
    def end(node: str) -> Response:
        """End one's own reservation."""
        farm = _farm(services)
        return done(node, lambda: farm.end(_reservation(), caller().user))

    @routes.post(f"{NODE}/interrupt")
    @allow(Action.CONTROL_NODES, body_limit=FORM)
    def interrupt(node: str) -> Response:
        """End somebody else's reservation, with a message to its owner."""
        farm = _farm(services)
        return done(node, lambda: farm.interrupt(_reservation(), caller().user, _message()))


def _farm(services: Services) -> Farm:
    if services.farm is None:
        raise RefusedError(503, "this server has no nodes")
    return services.farm


def _counts(answers: Answers, node: str) -> dict[str, Any]:
    """Return how a node's results of the last thirty days ended."""
    days = [day.counts for day in answers.node_history(node, Days()).days]
    words = {"pass": "passed", "fail": "failed", "error": "errors", "skip": "skipped"}
    return {word: sum(getattr(counts, field) for counts in days) for word, field in words.items()}


def _span() -> float | None:
    text = request.form.get("span", FOR_EVER)
    if text == FOR_EVER:
        return None
    if text not in SPANS:
        raise RefusedError(400, f"{text[:40]!r} is no time to choose: there are {', '.join(SPANS)}")
    return float(SPANS[text])


def _message() -> str:
    text = request.form.get("message", "")
    if len(text) > LONGEST_MESSAGE:
        raise RefusedError(400, f"the message has {len(text)} characters, {LONGEST_MESSAGE} are allowed")
    return text


def _reservation() -> int:
    text = request.form.get("reservation", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - digits of the largest number
        raise RefusedError(400, f"{text[:40]!r} is the number of no reservation")
    return int(text)
