"""How a script gets its token: the same one each time it asks with name and password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from qarunner.access.errors import WrongCredentialsError
from qarunner.access.service import address_of
from qarunner.dialects.bodies import json_body
from qarunner.dialects.qatrack import NAME
from qarunner.dialects.qatrack.problems import RefusedFieldsError, json_answer
from qarunner.dialects.routes import public

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

REQUIRED = "This field is required."
FIELDS = ("username", "password")


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.post("/api/get-token/")
    @public()
    def get_token() -> Response:
        """Give the token of whoever proves to be its user."""
        body = _body()
        missing = {name: [REQUIRED] for name in FIELDS if not isinstance(body.get(name), str) or not body[name]}
        if missing:
            raise RefusedFieldsError(missing)
        try:
            services.access.sign_in(body["username"], body["password"], address_of(request.environ))
        except WrongCredentialsError:
            raise RefusedFieldsError({"non_field_errors": ["Unable to log in with provided credentials."]}) from None
        return json_answer({"token": services.access.derived_token(body["username"], NAME)})


def _body() -> dict[str, Any]:
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return dict(request.form)
    return json_body(dict[str, Any]) if request.get_data(cache=True).strip() else {}
