"""Makes the OpenAPI document of the API out of what can be read and the routes that are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from qarunner._version import __version__
from qarunner.dialects.qatrack.methods import OPTIONS, REFUSED
from qarunner.dialects.qatrack.resources import RESOURCES
from qarunner.dialects.qatrack.resources.spec import URI, URIS, Links, Resource
from qarunner.dialects.qatrack.schema.columns import TEXT, Parameter, parameters_of, schema_of
from qarunner.dialects.qatrack.schema.session_body import BODIES

VERSION = "3.0.3"
"""The generation of OpenAPI that the original's description is of, for which there are most tools."""
JSON = "application/json"
FILTERS = """
Filters go through relations to any depth, such as `unit_test_info__unit__name__icontains`; a `!` after a name negates.
What is unknown is passed over and told in a `Warning` header; with `strict=true` it is an error.
""".strip().replace("\n", " ")
_PAGING = (
    Parameter("limit", {"type": "integer"}, "rows of the page; what is no number counts as not said"),
    Parameter("offset", {"type": "integer"}, "rows before it"),
    Parameter("ordering", TEXT, "fields to sort by, separated by commas; - before one for falling"),
    Parameter("strict", TEXT, "true: an unknown filter is an error"),
)
_ERRORS = {
    "400": "What is wrong, by field",
    "401": "No credentials, or wrong ones",
    "403": "This user may not",
    "404": "There is nothing here",
    "429": "Too many requests",
}


class Address(NamedTuple):
    """A route. `path`: as OpenAPI writes it. `endpoint`: its name, without that of the dialect."""

    path: str
    endpoint: str
    methods: tuple[str, ...]


def addresses_of_rules(rules: Iterable[Any], name: str) -> list[Address]:
    """Return the addresses of Flask's rules that belong to a blueprint."""
    found = []
    for rule in rules:
        blueprint, _, endpoint = rule.endpoint.rpartition(".")
        if blueprint == name and rule.rule.startswith("/api/") and not endpoint.startswith((REFUSED, OPTIONS)):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            methods = tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            found.append(Address(path, endpoint, methods))
    return sorted(found)


def document(addresses: Iterable[Address], server: str, public: Iterable[str] = ()) -> dict[str, Any]:
    """Return the document.

    :param server: the path below which the API is, such as ``/``. :param public: endpoints that ask for no token.
    """
    by_endpoint = {resource.path.replace("/", "_"): resource for resource in RESOURCES.values()}
    open_to_all = set(public)
    paths: dict[str, dict[str, Any]] = {}
    for address in addresses:
        resource = by_endpoint.get(address.endpoint.removesuffix("_detail"))
        for method in address.methods:
            operation = _operation(address, method, resource)
            if address.endpoint in open_to_all:
                operation["security"] = []
            paths.setdefault(address.path, {})[method.lower()] = operation
    return {
        "openapi": VERSION,
        "info": {"title": "QATrack+ API", "version": __version__, "description": FILTERS},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {"Error": {"type": "object"}, **dict(BODIES.values()), **_schemas()},
            "parameters": _parameters(),
            "responses": {status: _response(text, _reference("Error")) for status, text in _ERRORS.items()},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token TOKEN"}
            },
        },
    }


def _operation(address: Address, method: str, resource: Resource | None) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", address.path)
    prefix = address.path.split("/")[2]
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{address.endpoint}{'_of_qa' if prefix == 'qa' else ''}",
        "tags": [prefix],
        "parameters": [_path_parameter(name) for name in names],
        "responses": {
            ("201" if method == "POST" else "200"): _response("What was asked for", {}),
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _ERRORS},
        },
    }
    if method in ("POST", "PATCH", "PUT"):
        body = _reference(BODIES[address.endpoint][0]) if address.endpoint in BODIES else {"type": "object"}
        operation["requestBody"] = {"content": {JSON: {"schema": body}}}
    elif resource is not None:
        is_list = not names
        wanted = f"{_name(resource)}Page" if is_list else f"{_name(resource)}Detail"
        operation["responses"]["200"] = _response("What was asked for", _reference(wanted))
        if is_list:
            asked = (*_PAGING, *parameters_of(resource))
            operation["parameters"] += [{"$ref": f"#/components/parameters/{_key(one)}"} for one in asked]
    return operation


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0} if name == "number" else TEXT
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for resource in RESOURCES.values():
        name = _name(resource)
        found[name] = _row(resource, detail=False)
        found[f"{name}Detail"] = _row(resource, detail=True)
        found[f"{name}Page"] = {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer"},
                "next": {**URI, "nullable": True},
                "previous": {**URI, "nullable": True},
                "results": {"type": "array", "items": _reference(name)},
            },
        }
    return found


def _row(resource: Resource, *, detail: bool) -> dict[str, Any]:
    fields = [field for field in resource.fields if detail or field.name not in resource.hidden]
    properties: dict[str, Any] = {"url": URI}
    for field in fields:
        properties[field.name] = URIS if isinstance(field, Links) else schema_of(resource, field)
    properties |= {name: added for name, added in resource.added.items() if detail or name not in resource.hidden}
    return {"type": "object", "required": list(properties), "properties": properties}


def _parameters() -> dict[str, Any]:
    found = {}
    for resource in RESOURCES.values():
        for one in (*_PAGING, *parameters_of(resource)):
            found[_key(one)] = {"name": one.name, "in": "query", "description": one.means, "schema": one.schema}
    return found


def _key(parameter: Parameter) -> str:
    """Return the name of a parameter among all: two of one name may be of two types."""
    return f"{parameter.name}.{parameter.schema['type']}"


def _name(resource: Resource) -> str:
    return resource.path.partition("/")[2]


def _reference(name: str) -> Mapping[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _response(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": schema}}}
