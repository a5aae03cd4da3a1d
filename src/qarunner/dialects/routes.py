"""What dialects use to write routes: who may call them, who called, and how to refuse.

Every route carries `allow` or `public`; the server does not start with one that carries neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from flask import g

from qarunner.access.limits import ORDINARY
from qarunner.dialects.spec import Problem

if TYPE_CHECKING:
    from qarunner.access import Action, Identity

View = TypeVar("View", bound=Callable[..., Any])
RULE = "qarunner_rule"


@dataclass(frozen=True)
class RouteRule:
    """Who may call a route.

    :param action: what it lets people do; None when anybody may call it.
    :param limit: which allowance it counts against: ``ordinary``, ``artifacts`` or ``unlimited``.
    :param changes: whether a GET changes something, so that a cookie needs the proof of a change as well.
    :param body_limit: bytes of the request's body; None for the server's usual limit.
    """

    action: Action | None
    limit: str = ORDINARY
    changes: bool = False
    body_limit: int | None = None


class RefusedError(Exception):
    """Ends a request with an error in the dialect's own shape. Raise it anywhere below a route.

    :param reason: what was wrong and where, for a person.
    :param place: where, for a program; empty when there is no such place.
    """

    def __init__(self, status: int, reason: str, headers: Sequence[tuple[str, str]] = (), *, place: str = "") -> None:
        super().__init__(status, reason)
        self.problem = Problem(status, reason, tuple(headers), place)


def allow(
    action: Action, *, limit: str = ORDINARY, changes: bool = False, body_limit: int | None = None
) -> Callable[[View], View]:
    """Let those call a view who may do `action`; see `RouteRule`. Below the route decorator."""
    return _marked(RouteRule(action, limit, changes, body_limit))


def public(*, limit: str = ORDINARY, changes: bool = False, body_limit: int | None = None) -> Callable[[View], View]:
    """Let anybody call a view; a credential that came along is looked at all the same."""
    return _marked(RouteRule(None, limit, changes, body_limit))


def _marked(rule: RouteRule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, RULE, rule)
        return view

    return mark


def rule_of(view: object) -> RouteRule | None:
    """Return the rule that a view carries, None when somebody forgot it."""
    found: RouteRule | None = getattr(view, RULE, None)
    return found


def caller() -> Identity:
    """Return who makes this request. Only for routes with `allow`."""
    identity: Identity = g.identity
    return identity


def caller_if_known() -> Identity | None:
    """Return who makes this request, None for nobody we know. For routes with `public`."""
    identity: Identity | None = g.identity
    return identity
