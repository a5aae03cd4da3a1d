"""Whether a request comes from one of our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request

EXTERNAL_URL = "QARUNNER_EXTERNAL_URL"
"""Key in the application's configuration."""


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL; empty when it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def is_own_page() -> bool:
    """Whether the browser says so: every browser sends `Origin` or `Sec-Fetch-Site` with a form."""
    origin = request.headers.get("Origin", "")
    if origin:
        return origin in (origin_of(current_app.config[EXTERNAL_URL]), origin_of(request.host_url))
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
