"""Answers the description as JSON, or as YAML to whoever asks for that."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
from flask import Response, current_app, request

from qarunner.access import Action
from qarunner.dialects.qatrack import NAME
from qarunner.dialects.qatrack.methods import install_others, install_view
from qarunner.dialects.qatrack.schema.document import addresses_of_rules, document
from qarunner.dialects.routes import allow, rule_of

if TYPE_CHECKING:
    from flask import Blueprint

    from qarunner.dialects.spec import Services

ADDRESS = "/api/schema/"
JSON, YAML = "application/json", "application/yaml"
YAMLS = (YAML, "application/x-yaml", "text/yaml", "application/vnd.oai.openapi")


def install(routes: Blueprint, services: Services) -> None:  # noqa: ARG001 - as every part of the dialect
    """Make the route."""
    texts = _Texts()

    @allow(Action.SEE_RESULTS)
    def schema() -> Response:
        """Describe the API."""
        kind = _wanted()
        response = Response(texts.of(kind, request.root_path or "/"), mimetype=kind)
        response.headers.add("Vary", "Accept")
        return response

    install_view(routes, [ADDRESS], "schema", schema)
    install_others(routes, [ADDRESS], "schema", refuses=Action.SEE_RESULTS)


def _wanted() -> str:
    if asked := request.args.get("format"):
        return YAML if asked in ("yaml", "openapi") else JSON
    best = request.accept_mimetypes.best_match([JSON, *YAMLS], JSON)
    return YAML if best in YAMLS else JSON


class _Texts:
    """The description, made when somebody asks for the first time and kept: it follows from the routes alone."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._texts: dict[str, bytes] = {}

    def of(self, kind: str, server: str) -> bytes:
        """Return it.

        :param server: the path below which the API is, the same for every request of an application.
        """
        with self._turn:
            if kind not in self._texts:
                self._texts[kind] = _made(kind, server)
            return self._texts[kind]


def _made(kind: str, server: str) -> bytes:
    addresses = addresses_of_rules(current_app.url_map.iter_rules(), NAME)
    views = current_app.view_functions
    rules = {address.endpoint: rule_of(views[f"{NAME}.{address.endpoint}"]) for address in addresses}
    public = [endpoint for endpoint, rule in rules.items() if rule is not None and rule.action is None]
    described = document(addresses, server, public)
    if kind == JSON:
        return msgspec.json.encode(described)
    import yaml

    return yaml.dump(
        msgspec.to_builtins(described), Dumper=_dumper(), sort_keys=False, allow_unicode=True, encoding="utf-8"
    )


def _dumper() -> type:
    """Return the quick one where it is there; neither may write one part as "the same as that other one"."""
    import yaml

    return type("Dumper", (getattr(yaml, "CSafeDumper", yaml.SafeDumper),), {"ignore_aliases": lambda *_data: True})
