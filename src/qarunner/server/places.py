"""Where a dialect with a binding answers, beside the address that it shares with the others or instead of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qarunner.dialects.spec import Claim

if TYPE_CHECKING:
    from flask import Flask

    from qarunner.dialects.spec import Dialect, Services

PLACES = "qarunner_places"
"""Key of an application's extensions: the list of its `Place`."""


@dataclass(frozen=True)
class Place:
    """A place of a dialect's own, and the application there. `address`: a host's name, or a path."""

    dialect: str
    address: str
    app: Flask


def alone(dialect: Dialect) -> Dialect:
    """Return a dialect that answers for everything: where nobody else is, the errors of any path are in its shape."""
    return replace(dialect, claims=[*(claim for claim in dialect.claims if claim.path != "/"), Claim("/")])


def services_at(dialect: Dialect, services: Services) -> dict[str, Services]:
    """Return the addresses of a dialect's own, each with the services as they are seen there."""
    found: dict[str, Services] = {}
    if dialect.binding is None:
        return found
    root = services.external_url
    if dialect.binding.host:
        parts = urlsplit(root)
        port = f":{parts.port}" if parts.port else ""
        url = f"{parts.scheme}://{dialect.binding.host}{port}"
        found[dialect.binding.host] = replace(services, external_url=url, portal_url=root)
    if dialect.binding.prefix:
        url = f"{root}{dialect.binding.prefix}" if root else ""
        found[dialect.binding.prefix] = replace(services, external_url=url, portal_url=root)
    return found
