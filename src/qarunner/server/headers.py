"""Headers that every answer gets, so that nothing a user delivered can act as one of our pages."""

from __future__ import annotations

from flask import Flask, Response, g

NOTHING_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"


def install(app: Flask, *, https: bool) -> None:
    """Add them to every answer of the application; a route's own headers win."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Content-Security-Policy", NOTHING_POLICY)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if g.get("identity") is not None:
            headers.setdefault("Cache-Control", "private, no-cache")
        if https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
