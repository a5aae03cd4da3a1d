"""Speaks HTTP with the API, and says of each answer what a person can do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from qarunner import DeliveryPostponedError, DeliveryStoppedError, network_error

from .options import TOKEN

if TYPE_CHECKING:
    from requests import PreparedRequest, Session

    from .options import Settings

TIMEOUT = (10.0, 120.0)
"""Seconds for a connection, and for each answer."""
REFUSING = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
LONGEST_REASON = 2000
LONGEST_WAIT = 3600.0
MINUTE = 60.0
MOST_PAGES = 200
IS_IT_THE_ROOT = "Look at url in [reporters.qatrack]: is it the root of QATrack+'s API, such as https://HOST/api?"
Row = TypeVar("Row", bound=msgspec.Struct)


class UnusableError(DeliveryStoppedError):
    """Nothing can be asked of this address with this token, until somebody changes one of them."""


class Page(msgspec.Struct):
    """A part of a list, as the API gives it."""

    count: int
    results: list[msgspec.Raw]
    next: str | None = None


@dataclass(frozen=True)
class Answer:
    """An answer to a change that is not about the connection: 2xx, or 4xx with a reason."""

    status: int
    text: str

    @property
    def content(self) -> Any:
        """The JSON, or None when it is none."""
        try:
            return msgspec.json.decode(self.text)
        except msgspec.DecodeError:
            return None


class Connection:
    """A session with the API. Used by one thread.

    Every request may raise `UnusableError` (token, address) or `DeliveryPostponedError` (429, 5xx, nobody answers),
    which mean what the outbox takes them for.
    """

    def __init__(self, settings: Settings) -> None:
        import requests

        self.url = settings.url
        self._token = settings.token
        self._session: Session = requests.Session()
        self._session.auth = self._sign  # otherwise a .netrc would replace the token
        self._options: dict[str, Any] = {"verify": settings.options.verify, "proxies": settings.options.proxies or None}

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def row(self, kind: type[Row], link: str) -> Row:
        """Return what is at a link that the API gave."""
        return self._decoded(kind, self._get(self._own(link), {}), link)

    def page(self, kind: type[Row], path: str, **query: str | int) -> tuple[int, list[Row]]:
        """Return how many rows there are, and the first of them."""
        page = self._decoded(Page, self._get(f"{self.url}/{path}/", query), path)
        return page.count, [self._decoded(kind, row, path) for row in page.results]

    def rows(self, kind: type[Row], path: str, **query: str | int) -> Iterator[Row]:
        """Yield all rows of a list, page by page."""
        address, parameters = f"{self.url}/{path}/", dict(query)
        for _page in range(MOST_PAGES):
            page = self._decoded(Page, self._get(address, parameters), path)
            yield from (self._decoded(kind, row, path) for row in page.results)
            if not page.next:
                return
            address, parameters = self._own(page.next), {}

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send something new."""
        return self._change("POST", f"{self.url}/{path}/", body)

    def patch(self, link: str, body: Mapping[str, Any]) -> Answer:
        """Change what is at a link that the API gave."""
        return self._change("PATCH", self._own(link), body)

    def _own(self, link: str) -> str:
        """Return a link at the address that the settings name: behind a proxy, servers print others."""
        parts, own = urlsplit(link), urlsplit(self.url)
        query = f"?{parts.query}" if parts.query else ""
        path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
        return f"{own.scheme}://{own.netloc}{path}{query}"

    def _get(self, address: str, query: Mapping[str, str | int]) -> str:
        answer = self._request("GET", address, params=query)
        if answer.status == HTTPStatus.OK:
            return answer.text
        problem = f"{address} answered {answer.status}: {reason(answer)}"
        raise UnusableError(problem, IS_IT_THE_ROOT)

    def _change(self, method: str, address: str, body: Mapping[str, Any]) -> Answer:
        return self._request(
            method, address, data=msgspec.json.encode(body), headers={"Content-Type": "application/json"}
        )

    def _request(self, method: str, address: str, **more: Any) -> Answer:
        try:
            got = self._session.request(
                method, address, timeout=TIMEOUT, allow_redirects=False, **self._options, **more
            )
        except OSError as error:  # those of requests are such
            told = network_error(self.url, error)
            raise DeliveryPostponedError(told.problem, told.advice) from error
        answer = Answer(got.status_code, got.text)
        if got.status_code in REFUSING:
            raise self._refusal(answer)
        if got.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = _seconds(got.headers.get("Retry-After", ""), got.text)
            raise DeliveryPostponedError(f"{self.url} asks for a pause of {seconds:g} s", seconds=seconds)
        if got.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DeliveryPostponedError(f"{address} answered {got.status_code}: {reason(answer)}", "Its log says why.")
        if HTTPStatus.MULTIPLE_CHOICES <= got.status_code < HTTPStatus.BAD_REQUEST:
            problem = f"{address} leads to {got.headers.get('Location', 'somewhere else')}"
            raise UnusableError(problem, "Give the address it leads to as url in [reporters.qatrack].")
        return answer

    def _refusal(self, answer: Answer) -> UnusableError:
        if not self._token:
            return UnusableError(f"{self.url} needs a token", f"Set {TOKEN} to that of a user who may add results.")
        if answer.status == HTTPStatus.FORBIDDEN:
            problem = f"{self.url} does not let the token's user do this: {reason(answer)}"
            advice = "Give that user the permission to add results (on a qarunner server the role write)"
            return UnusableError(problem, f"{advice}, or set {TOKEN} to the token of one who has it.")
        problem = f"{self.url} does not accept the token; it says {reason(answer)!r}"
        return UnusableError(problem, f"Set {TOKEN} to the token of a user who may add results.")

    def _decoded(self, kind: type[Row], text: str | msgspec.Raw, where: str) -> Row:
        try:
            return msgspec.json.decode(text, type=kind)
        except msgspec.DecodeError as error:
            problem = f"{self.url}: what {where} gives is not QATrack+'s: {error}"
            raise UnusableError(problem, IS_IT_THE_ROOT) from error

    def _sign(self, request: PreparedRequest) -> PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Token {self._token}"
        return request


def reason(answer: Answer) -> str:
    """Return what an error says: sentences by their fields, the title of a page, or how a text begins."""
    content = answer.content
    if not isinstance(content, dict):
        title = re.search(r"<title[^>]*>([^<]+)</title>", answer.text[: 4 * LONGEST_REASON], re.IGNORECASE)
        if title:
            return " ".join(title[1].split())[:LONGEST_REASON]
        text = re.sub(r"<[^>]*>|\s+", " ", answer.text[: 4 * LONGEST_REASON])
        return " ".join(text.split())[:LONGEST_REASON]
    plain = {"detail", "non_field_errors"}
    told = []
    for field, value in content.items():
        sentence = "; ".join(str(one) for one in value) if isinstance(value, list) else str(value)
        told.append(sentence if field in plain else f"{field}: {sentence}")
    return "; ".join(told)[:LONGEST_REASON]


def _seconds(header: str, text: str) -> float:
    """Return how long a server wants to be left alone; some say so only in the sentence, some not at all."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*", header) or re.search(r"available in (\d+)", text)
    return min(LONGEST_WAIT, float(found[1])) if found else MINUTE
