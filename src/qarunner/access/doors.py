"""Finds the credential in a request, among the doors that a dialect has."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SESSION_COOKIE = "qarunner_session"
SESSION_ID_COOKIE = "session_id"
LONGEST = 4096
"""Characters of a credential that are looked at."""

Environ = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request brought along; not checked yet.

    :param user: with a password only.
    """

    door: str
    secret: str
    user: str = ""


def find_credential(environ: Environ, doors: Sequence[str]) -> Credential | None:
    """Return the first credential that the request brings to one of the doors, in their order."""
    for door in doors:
        found = DOORS[door](environ)
        if found is not None and len(found.secret) <= LONGEST:
            return found
    return None


def _scheme(environ: Environ) -> tuple[str, str]:
    """Return the first word of the Authorization header in lower case, and the rest."""
    first, _, rest = str(environ.get("HTTP_AUTHORIZATION", "")).strip().partition(" ")
    return first.lower(), rest.strip()


def _after(scheme: str) -> Callable[[Environ], Credential | None]:
    def look(environ: Environ) -> Credential | None:
        found, secret = _scheme(environ)
        return Credential(scheme, secret) if found == scheme and secret else None

    return look


def _bare(environ: Environ) -> Credential | None:
    text = str(environ.get("HTTP_AUTHORIZATION", "")).strip()
    return Credential("bare", text) if text and " " not in text else None


def _basic(environ: Environ) -> Credential | None:
    scheme, encoded = _scheme(environ)
    if scheme != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return Credential("basic", "")
    return Credential("basic", password if colon else "", user)


def _private_token(environ: Environ) -> Credential | None:
    secret = str(environ.get("HTTP_PRIVATE_TOKEN", "")).strip()
    return Credential("private-token", secret) if secret else None


def _cookie(door: str, name: str) -> Callable[[Environ], Credential | None]:
    def look(environ: Environ) -> Credential | None:
        from werkzeug.http import parse_cookie  # the standard library stops at the first cookie it dislikes

        value = parse_cookie(str(environ.get("HTTP_COOKIE", ""))).get(name)
        return Credential(door, value) if value else None

    return look


DOORS: Mapping[str, Callable[[Environ], Credential | None]] = {
    "token": _after("token"),
    "bearer": _after("bearer"),
    "bare": _bare,
    "basic": _basic,
    "private-token": _private_token,
    "session": _cookie("session", SESSION_COOKIE),
    "session-id": _cookie("session-id", SESSION_ID_COOKIE),
}
"""All doors there are, by the name a dialect asks for them."""
