"""A public API that nobody has: its errors are lists, which no other dialect's are."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from qarunner.access import Action
from qarunner.dialects.bodies import int_argument, json_body
from qarunner.dialects.routes import RefusedError, allow, caller, caller_if_known, public
from qarunner.dialects.spec import Claim, Dialect, Problem, Services
from qarunner.store.errors import StorageFullError


class Press(msgspec.Struct):
    node: str
    keys: list[str]


def error(problem: Problem) -> Response:
    status = 403 if problem.status == 401 else problem.status
    return Response(msgspec.json.encode(["tiny", status, problem.reason]), status, mimetype="application/json")


def blueprint(services: Services) -> Blueprint:  # noqa: C901 - one function for all routes
    routes = Blueprint("tiny", __name__, url_prefix="/api/tiny")

    def answer(value: Any) -> Response:
        return Response(msgspec.json.encode(value), mimetype="application/json")

    @routes.get("/who")
    @allow(Action.SEE_NODES)
    def who() -> Response:
        return answer([caller().user, caller().door])

    @routes.get("/open")
    @public()
    def open_to_all() -> Response:
        identity = caller_if_known()
        return answer(identity.user if identity else None)

    @routes.post("/press")
    @allow(Action.CONTROL_NODES)
    def press() -> Response:
        body = json_body(Press)
        return answer([body.node, *body.keys])

    @routes.get("/run")
    @allow(Action.RUN_JOBS, changes=True)
    def run() -> Response:
        return answer("started")

    @routes.get("/pages")
    @allow(Action.SEE_RESULTS)
    def pages() -> Response:
        return answer(int_argument("limit", 10, 1, 100))

    @routes.put("/artifacts/<path:name>")
    @allow(Action.DELIVER_RESULTS, limit="artifacts", body_limit=1000)
    def artifact(name: str) -> Response:
        if not caller().may_deliver(request.args.get("job", "")):
            raise RefusedError(403, "this token is another job's")
        return answer([name, len(request.get_data())])

    @routes.get("/ids/<path:uid>")
    @allow(Action.SEE_RESULTS)
    def ids(uid: str) -> Response:
        return answer(uid)

    @routes.get("/crash")
    @allow(Action.SEE_RESULTS)
    def crash() -> Response:
        secret = "qar_" + "s" * 43
        raise ZeroDivisionError(f"with the token {secret} and the store {services.store.data}")

    @routes.get("/full")
    @allow(Action.SEE_RESULTS)
    def full() -> Response:
        raise StorageFullError("the disk is full", "Make room.")

    return routes


def tiny(*claims: str, name: str = "tiny") -> Dialect:
    """Return it, answering for ``/api/tiny`` or for other claims."""
    paths = claims or ("/api/tiny",)
    return Dialect(name, "for tests", [Claim(path) for path in paths], ("token", "basic", "session"), blueprint, error)
