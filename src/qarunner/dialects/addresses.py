"""How clients reach a dialect, and people the portal: for URLs inside answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

PREFIX = "qarunner.prefix"
"""Key in a request's environment: the prefix of the dialect that it was sent to, which is part of the script's name."""


def api_url(services: Services) -> str:
    """Return how the client reaches the dialect that it asks, without a slash at the end."""
    return services.external_url or request.url_root.rstrip("/")


def portal_url(services: Services) -> str:
    """Return how people reach the portal, without a slash at the end."""
    if services.portal_url:
        return services.portal_url
    return api_url(services).removesuffix(request.environ.get(PREFIX, ""))
