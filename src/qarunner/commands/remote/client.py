"""Asks a server, with a token, and patiently where the same question may be asked twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import requests

from qarunner.commands.remote.trouble import ServerRefusedError, explained, passes, refusal
from qarunner.commands.terminal import note, seconds
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

API = "/qarunner/api/v1"
STBT = "/api/v2"
Kind = TypeVar("Kind")

CONNECT_LIMIT = 15.0
ANSWER_LIMIT = 120.0
"""Seconds."""
PATIENCE = 600.0
"""Seconds that a server may be away while it is waited for; a restart takes a few."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


@dataclass(frozen=True)
class Question:
    """A request. `body`: sent as JSON. `upload`: opens what is sent instead. `limit`: seconds for an answer."""

    method: str
    path: str
    query: Mapping[str, Any] | None = None
    body: Any = None
    upload: Callable[[], Any] | None = None
    limit: float = ANSWER_LIMIT


class Server:
    """A server, reached by a token.

    :param url: without a slash at the end.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token
        self._session = requests.Session()
        self._session.auth = self._sign  # otherwise a .netrc would replace the token

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def ask(self, kind: type[Kind], method: str, path: str, *, patience: float = 0.0, **how: Any) -> Kind:
        """Return what the server answers. :param how: as of `Question`.

        :raises QarunnerError: as `take`.
        """
        return self.take(lambda answer: self._decoded(answer, kind), Question(method, path, **how), patience)

    def take(self, use: Callable[[Response], Kind], question: Question, patience: float = 0.0) -> Kind:
        """Make a request and return what `use` makes of a good answer, whose body is not read yet.

        :param patience: seconds to try again in, for a request that may be made twice.
        :raises ServerRefusedError: the server does not do this. :raises ServerLostError: it does not answer.
        """
        began, pause, told = time.monotonic(), FIRST_PAUSE, False
        while True:
            try:
                value = self._once(use, question)
            except (requests.RequestException, ServerRefusedError) as error:
                problem = explained(self.url, error)
                if time.monotonic() - began >= patience or not passes(error):
                    raise problem from error
                if not told:
                    note(f"{problem.problem}; trying again for {seconds(patience)} at most")
                    told = True
                time.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 1.6)
            else:
                if told:
                    note(f"{self.url} answers again")
                return value

    def _once(self, use: Callable[[Response], Kind], question: Question) -> Kind:
        data, headers = None, {}
        if question.upload is not None:
            data, headers = question.upload(), {"Content-Type": "application/octet-stream"}
        elif question.body is not None:
            data, headers = msgspec.json.encode(question.body), {"Content-Type": "application/json"}
        try:
            with self._session.request(
                question.method,
                f"{self.url}{question.path}",
                params=question.query,
                data=data,
                headers=headers,
                timeout=(CONNECT_LIMIT, question.limit),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
                    raise refusal(self.url, answer)
                return use(answer)
        finally:
            if question.upload is not None and data is not None:
                data.close()

    def _sign(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _decoded(self, answer: Response, kind: type[Kind]) -> Kind:
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            problem = f"{self.url} does not answer like a qarunner server: {error}"
            raise QarunnerError(problem, "Is the address right, and is the server as new as this?") from error
