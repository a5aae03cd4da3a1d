"""What the exporter's HTTP routes return, and the errors they raise: JSON that says what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.errors import ConfigurationError, NodeBusyError, QarunnerError, UnknownKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

_JSON = {"Content-Type": "application/json", "Cache-Control": "no-store"}


@dataclass
class Answer:
    """A response. `size` None means that it goes on until the connection is closed."""

    status: HTTPStatus
    headers: Mapping[str, str]
    size: int | None
    parts: Callable[[], Generator[bytes, None, None]]


def bytes_answer(body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a response that is all there."""

    def parts() -> Generator[bytes, None, None]:
        yield body

    all_headers = {"Content-Type": content_type, "Cache-Control": "no-store", **(headers or {})}
    return Answer(HTTPStatus.OK, all_headers, len(body), parts)


def json_answer(value: Any, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a JSON response."""
    body = msgspec.json.encode(value)

    def parts() -> Generator[bytes, None, None]:
        yield body

    return Answer(status, {**_JSON, **(headers or {})}, len(body), parts)


@dataclass
class HttpError(Exception):
    """An error with its status; `headers` go with it."""

    status: HTTPStatus
    problem: str
    advice: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Answer:
        """Return it as a response."""
        return json_answer({"error": self.problem, "advice": self.advice}, self.status, self.headers)


def from_error(error: QarunnerError) -> HttpError:
    """Return the response to one of qarunner's own errors."""
    match error:
        case NodeBusyError():
            status = HTTPStatus.CONFLICT
        case UnknownKeyError() | ConfigurationError():
            status = HTTPStatus.BAD_REQUEST
        case _:
            status = HTTPStatus.SERVICE_UNAVAILABLE
    return HttpError(status, error.problem, error.advice)
