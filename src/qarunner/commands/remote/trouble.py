"""Puts what goes wrong between a client and a server into words, and says whether it may be over in a while."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import requests

from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from requests import Response

Trouble = requests.RequestException | QarunnerError
LATER = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
"""The same request may be answered otherwise in a while."""
OF_THE_ADDRESS = (requests.exceptions.SSLError, requests.exceptions.InvalidURL)


class ServerRefusedError(QarunnerError):
    """The server does not do what it was asked for. `status`: of its answer."""

    def __init__(self, status: int, problem: str, advice: str = "") -> None:
        super().__init__(problem, advice)
        self.status = status


class ServerLostError(QarunnerError):
    """The server does not answer."""


def refusal(url: str, answer: Response) -> ServerRefusedError:
    """Return what an answer that is not a good one says."""
    status, text = answer.status_code, answer.text
    try:
        said = str(msgspec.json.decode(text)["error"])
    except (ValueError, KeyError, TypeError):
        said = ""
    if status == HTTPStatus.UNAUTHORIZED:
        advice = "See that it is whole, of this server, and not ended; `qarunner token` makes another"
        return ServerRefusedError(status, f"{url} does not accept the token: {said or status}", advice)
    if said:
        problem, _, advice = said.partition(". ")
        return ServerRefusedError(status, problem, advice)
    if status < HTTPStatus.BAD_REQUEST:
        target = answer.headers.get("Location", "elsewhere")
        return ServerRefusedError(status, f"{url} leads to {target[:300]}", "Give the address of the server itself")
    problem = f"{url} answered {status} {answer.reason}"
    advice = "Is it the address of a qarunner server, and as new as this one?"
    if path := urlsplit(url).path.strip("/"):
        advice = f"Is the server at {url.removesuffix(f'/{path}')}, without /{path}?"
    return ServerRefusedError(status, problem, advice)


def passes(error: Trouble) -> bool:
    """Whether it may be over in a while."""
    if isinstance(error, ServerRefusedError):
        return error.status in LATER
    if isinstance(error, OF_THE_ADDRESS):
        return False
    return isinstance(error, requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError)


def explained(url: str, error: Trouble) -> QarunnerError:
    """Return what a person is told."""
    if isinstance(error, QarunnerError):
        return error
    if isinstance(error, requests.exceptions.SSLError) and "WRONG_VERSION_NUMBER" in str(error):
        advice = "Is it an http:// address, or another port?"
        return ServerLostError(f"{url} does not speak TLS at this port", advice)
    if isinstance(error, requests.exceptions.SSLError):
        advice = "REQUESTS_CA_BUNDLE may name a file with the certificate to trust"
        return ServerLostError(f"the certificate of {url} is not trusted: {_reason(error)}", advice)
    if isinstance(error, requests.Timeout):
        return ServerLostError(f"{url} does not answer in time", "See whether it is up, and what its log says")
    advice = "See whether it is up, and whether the address is right"
    return ServerLostError(f"{url} cannot be reached: {_reason(error)}", advice)


def _reason(error: requests.RequestException) -> str:
    """Return the innermost reason, such as ``Connection refused``."""
    found = error.args[0] if error.args else error
    text = str(getattr(found, "reason", found))
    return (text.rpartition("] ")[2] or text).rstrip(")'\"")[:200]
