"""The whole URL map in words, and where two dialects meet in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner.dialects.routes import RouteRule, rule_of
from qarunner.server.places import PLACES, Place

if TYPE_CHECKING:
    from flask import Flask

    from qarunner.server.claims import Claims

_VARIABLE = re.compile(r"<(?:[^:<>]+:)?[^<>]+>")
_UNCOUNTED = {"HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Route:
    """One route.

    :param owner: name of the blueprint that made it; a dialect's is called like the dialect.
    :param claimed_by: name of the dialect that answers for its errors; empty for nobody.
    :param place: host or prefix where its dialect is alone; empty for the address that dialects share.
    """

    path: str
    methods: tuple[str, ...]
    owner: str
    claimed_by: str
    rule: RouteRule
    place: str = ""

    @property
    def shape(self) -> str:
        """The path with every variable called the same."""
        return self.place + (_VARIABLE.sub("<>", self.path).rstrip("/") or "/")

    def __str__(self) -> str:
        who = "anybody" if self.rule.action is None else str(self.rule.action)
        return f"{','.join(self.methods):12} {self.place}{self.path}  [{self.owner}] {who}"


def routes_of(app: Flask, claims: Claims) -> list[Route]:
    """Return all routes by path, at the address that dialects share and then at the places of their own."""
    found = sorted(_routes(app, claims), key=_by_path)
    places: list[Place] = app.extensions.get(PLACES, [])
    for place in places:
        found += sorted(_routes(place.app, None, place), key=_by_path)
    return found


def _by_path(route: Route) -> tuple[str, tuple[str, ...]]:
    return route.path, route.methods


def _routes(app: Flask, claims: Claims | None, place: Place | None = None) -> Iterable[Route]:
    for rule in app.url_map.iter_rules():
        marked = rule_of(app.view_functions[rule.endpoint])
        assert marked is not None, "the gate refuses such an application"
        methods = tuple(sorted((rule.methods or set()) - _UNCOUNTED))
        claimed = claims.of(_VARIABLE.sub("x", rule.rule)) if claims else None
        owner = rule.endpoint.partition(".")[0]
        if place is not None:
            yield Route(rule.rule, methods, owner, place.dialect, marked, place.address)
        else:
            yield Route(rule.rule, methods, owner, claimed.name if claimed else "", marked)


def overlaps(routes: Iterable[Route]) -> list[str]:
    """Return in words where two routes answer the same, and where a route stands on another dialect's claim."""
    routes = list(routes)
    by_shape: dict[tuple[str, str], list[Route]] = defaultdict(list)
    for route in routes:
        for method in route.methods:
            by_shape[route.shape, method].append(route)
    same = [
        f"{method} {shape}: {' and '.join(sorted(f'{route.owner} {route.path}' for route in found))}"
        for (shape, method), found in by_shape.items()
        if len(found) > 1
    ]
    foreign = [
        f"{route.path} of {route.owner} stands on the claim of {route.claimed_by or 'nobody'}"
        for route in routes
        if route.owner != route.claimed_by
    ]
    return sorted(same) + sorted(foreign)
