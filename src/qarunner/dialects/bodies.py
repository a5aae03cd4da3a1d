"""Reads what a request brings: JSON whatever its Content-Type says, and numbers in the query.

All refuse with a 400 that names the place; none lets a NUL through to the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from qarunner.decoding import decoder_of
from qarunner.dialects.routes import RefusedError

Kind = TypeVar("Kind")

INPUT = "wsgi.input"
# An escaped NUL whose backslash is not itself escaped.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\0")


def json_body(kind: type[Kind]) -> Kind:
    """Return the request's body as `kind`, such as a `msgspec.Struct`.

    :raises RefusedError: 400 for an empty body, malformed JSON or a wrong type, with the place; 413 for too much;
        415 for a compressed body.
    """
    return decode_json(raw_body(), kind)


def raw_body() -> bytes:
    """Return the request's body, at most as long as its route allows.

    :raises RefusedError: 415 for a compressed body: small ones can grow without end.
    """
    _refuse_compressed()
    data = request.get_data(cache=True)
    # Of a body without an announced length only so much is read as is allowed: is there more?
    if request.content_length is None and len(data) == request.max_content_length and request.environ[INPUT].read(1):
        raise RequestEntityTooLarge
    return data


def body_chunks(size: int = 256 * 1024) -> Iterator[bytes]:
    """Give the request's body in chunks, never whole in memory.

    :raises RefusedError: 415 for a compressed body; 413 comes as Flask's own exception.
    """
    _refuse_compressed()
    while chunk := request.stream.read(size):
        yield chunk


def _refuse_compressed() -> None:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise RefusedError(415, f"Content-Encoding {encoding[:40]!r} is not supported: send the body as it is")


def decode_json(data: bytes, kind: type[Kind]) -> Kind:
    """Return JSON as `kind`.

    :raises RefusedError: 400 with the place.
    """
    if not data.strip():
        raise RefusedError(400, "the request has no body: it must be JSON")
    if b"\0" in data or (b"\\u0000" in data and _NUL.search(data)):
        raise RefusedError(400, "the body holds a NUL character")
    try:
        return decoder_of(kind).decode(data)
    except msgspec.ValidationError as error:
        raise RefusedError(400, f"the body does not fit: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError(400, f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise RefusedError(400, "the body is nested too deeply") from error


def int_argument(name: str, default: int, low: int, high: int) -> int:
    """Return a whole number from the query, `default` when it is not there.

    :raises RefusedError: 400 when it is no number, or not from `low` to `high`.
    """
    text = request.args.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text) or not low <= int(text) <= high:
        raise RefusedError(400, f"{name}={text[:40]!r} is not a whole number from {low} to {high}")
    return int(text)
