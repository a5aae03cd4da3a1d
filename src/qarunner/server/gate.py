"""What happens before each route: who is it, may they, is it their own page that asks, are there too many."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from flask import Flask, g, request

from qarunner.access.errors import WrongCredentialsError
from qarunner.access.service import address_of
from qarunner.dialects.routes import RefusedError, RouteRule, rule_of
from qarunner.errors import PluginError
from qarunner.server.origin import is_own_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qarunner.access import Access, Identity
    from qarunner.server.claims import Claims

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Gate:
    """Guards every route of an application."""

    def __init__(self, access: Access, claims: Claims) -> None:
        self._access = access
        self._claims = claims
        self._views: Mapping[str, Any] = {}

    def install(self, app: Flask) -> None:
        """Guard the application.

        :raises PluginError: a route does not say who may call it.
        """
        for rule in app.url_map.iter_rules():
            if rule_of(app.view_functions[rule.endpoint]) is None:
                problem = f"the route {rule.rule} ({rule.endpoint}) does not say who may call it"
                raise PluginError(
                    problem, "Put @allow(...) or @public() from qarunner.dialects.routes below its route."
                )
        self._views = app.view_functions
        app.before_request(self._enter)
        app.teardown_request(_leave)

    def _enter(self) -> None:
        g.identity = None
        if "\0" in request.path or any("\0" in text for pair in request.args.items(multi=True) for text in pair):
            raise RefusedError(400, "the address holds a NUL character")
        rule = self._rule()
        if rule is None:
            return  # nothing is there, or not for this method: answered by whoever claims the path
        if rule.body_limit is not None:
            request.max_content_length = rule.body_limit
        identity = g.identity = self._resolve(rule)
        key = identity.key if identity is not None else f"address {address_of(request.environ)}"
        g.leave = self._access.begin_request(key, rule.limit)
        if rule.action is not None:
            self._check(identity, rule)
        if identity is not None and identity.by_cookie and (rule.changes or request.method not in SAFE_METHODS):
            self._check_own_page(identity)

    def _rule(self) -> RouteRule | None:
        if request.url_rule is None:
            return None
        return rule_of(self._views[request.url_rule.endpoint])

    def _resolve(self, rule: RouteRule) -> Identity | None:
        dialect = self._claims.of(request.path)
        if dialect is None:
            return None
        try:
            return self._access.resolve(request.environ, dialect.credentials)
        except WrongCredentialsError:
            if rule.action is not None:
                raise
            return None  # such as a cookie of last month, on the page to sign in

    def _check(self, identity: Identity | None, rule: RouteRule) -> None:
        assert rule.action is not None
        if identity is None:
            raise RefusedError(401, "this needs a token or a password")
        if not identity.may(rule.action):
            who = "a token of a single job" if identity.job is not None else f"the role {identity.role}"
            raise RefusedError(403, f"{who} may not do this: {rule.action}")

    def _check_own_page(self, identity: Identity) -> None:
        given = request.headers.get("X-CSRF-Token", "")
        if not given and request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
            given = request.form.get("csrf_token", "")
        if given and hmac.compare_digest(given.encode(), identity.csrf.encode()):
            return
        if not given and request.headers.get("Origin") and is_own_page():
            return
        raise RefusedError(403, "a browser's cookie changes something only from our own pages: the CSRF token is wrong")


def _leave(_error: BaseException | None) -> None:
    leave = g.pop("leave", None)
    if leave is not None:
        leave()
