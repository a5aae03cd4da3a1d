"""Reporter ``server``: delivers results and artifacts to a qarunner server, many results in one request.

``pytest --qa-server=URL`` switches it on, and a server's own jobs have it on by itself. A result may come any number
of times: the server knows it by its id. Bytes that the server has already are not sent, and what broke off goes on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from qarunner import (
    ConfigurationError,
    DeliveryRejectedError,
    DeliveryStoppedError,
    Options,
    ReporterDescription,
    hookimpl,
    read_token_file,
)

if TYPE_CHECKING:
    from requests import PreparedRequest, Session

    from qarunner import Result, Run

API = "/qarunner/api/v1"
JOB_URL, JOB_TOKEN = "QARUNNER_REPORT_URL", "QARUNNER_REPORT_TOKEN"
"""Set by a server for its own jobs."""
DESK_TOKEN = "QARUNNER_SERVER_TOKEN"  # noqa: S105 - a variable's name
TIMEOUT = (10.0, 120.0)
"""Seconds for a connection, and for each answer."""
USELESS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
"""The same request would be answered the same."""
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
REFUSING = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
OFFERED_AT_ONCE = 1000
Outcome = str | Exception | None


class ServerOptions(Options, frozen=True):
    """Options of the reporter."""

    url: Annotated[str, msgspec.Meta(description="of the server; --qa-server wins over it")] = ""
    token: Annotated[
        str, msgspec.Meta(description=f"that may deliver results; {DESK_TOKEN} in the environment without it")
    ] = ""
    token_file: Annotated[str, msgspec.Meta(description="file that holds the token")] = ""


@hookimpl
def qa_reporters() -> Iterable[ReporterDescription]:
    """Offer the reporter."""
    yield ReporterDescription(
        name="server",
        summary="results and artifacts to a qarunner server",
        open=open_reporter,
        options=ServerOptions,
        on_by_default=JOB_URL in os.environ,
    )


def open_reporter(options: ServerOptions) -> ServerReporter:
    """Return the reporter.

    :raises ConfigurationError: it is not said where the server is, or the token cannot be read.
    """
    url = os.environ.get(JOB_URL) or options.url
    if not url.startswith(("http://", "https://")):
        problem = f"the server's address is {url!r}" if url else "it is not said where the server is"
        raise ConfigurationError(problem, "Give --qa-server=https://HOST, or url in [reporters.server].")
    token = os.environ.get(JOB_TOKEN) or options.token
    if not token and options.token_file:
        token = read_token_file(options.token_file, "[reporters.server]: token_file")
    return ServerReporter(url, token or os.environ.get(DESK_TOKEN, ""))


class ServerReporter:
    """Delivers to the server at `url`. Used by one thread."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._session: Session | None = None

    def deliver(self, result: Result, folder: Path) -> str | None:
        """Deliver one result."""
        [answer] = self.deliver_many([(result, folder)])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def deliver_many(self, results: Sequence[tuple[Result, Path]]) -> list[Outcome]:
        """Deliver results, then their artifacts; return what became of each."""
        answers = self._send(results)
        arrived = [index for index, answer in enumerate(answers) if isinstance(answer, str)]
        problems = self._send_artifacts([results[index] for index in arrived])
        for index in arrived:
            answers[index] = problems.get(results[index][0].id, answers[index])
        return answers

    def finish(self, run: Run, _results: Sequence[Result], _folder: Path) -> str | None:
        """Deliver the end of a run, which no result may follow any more: how long it took and how it ended."""
        own = ServerReporter(self._url, self._token)  # this one's connection is another thread's
        status, text = own._request("POST", "/results", data=msgspec.json.encode({"runs": [run]}), json=True)
        if status in USELESS:
            return f"server: the end of the run was refused: {text}"
        if status != HTTPStatus.OK:
            raise ConnectionError(f"{self._url} answered {status}: {text}")
        return None

    def _send(self, results: Sequence[tuple[Result, Path]]) -> list[Outcome]:
        """Deliver the records; where one of them is refused, the others go without it."""
        body = {"results": [result for result, _folder in results], "runs": _runs(results)}
        status, text = self._request("POST", "/results", data=msgspec.json.encode(body), json=True)
        if status == HTTPStatus.OK:
            return [f"{self._url}{API}/results/{result.id}" for result, _folder in results]
        if status not in USELESS:
            raise ConnectionError(f"{self._url} answered {status}: {text}")
        if len(results) == 1:
            return [DeliveryRejectedError(f"{status}: {text}")]
        middle = len(results) // 2
        return self._send(results[:middle]) + self._send(results[middle:])

    def _send_artifacts(self, results: Sequence[tuple[Result, Path]]) -> dict[str, Exception]:
        """Deliver what the server wants of the results' files; return what went wrong, by result."""
        files: list[tuple[dict[str, Any], Path]] = []
        for result, folder in results:
            for artifact in result.artifacts:
                path = folder / artifact.path
                if (hashed := _hashed(path)) is not None:
                    files.append(({"result": result.id, "path": artifact.path, **hashed}, path))
        problems: dict[str, Exception] = {}
        for start in range(0, len(files), OFFERED_AT_ONCE):
            some = files[start : start + OFFERED_AT_ONCE]
            body = msgspec.json.encode({"artifacts": [offer for offer, _path in some]})
            status, text = self._request("POST", "/artifacts", data=body, json=True)
            if status != HTTPStatus.OK:
                raise ConnectionError(f"{self._url} answered {status} to an offer of artifacts: {text}")
            for (offer, path), wanted in zip(some, msgspec.json.decode(text)["artifacts"], strict=True):
                if wanted["state"] == "wanted" and (problem := self._upload(offer, path, wanted["offset"])):
                    problems[offer["result"]] = problem
        return problems

    def _upload(self, offer: dict[str, Any], path: Path, offset: int) -> Exception | None:
        """Send a file from `offset` on; return what went wrong."""
        query = {"sha256": offer["sha256"], "size": offer["size"], "offset": offset}
        address = f"/results/{offer['result']}/artifacts/{_quoted(offer['path'])}"
        try:
            with path.open("rb") as file:
                file.seek(offset)
                # requests would send an empty file in chunks of unknown number; nothing is nothing.
                data: Any = file if offer["size"] > offset else b""
                status, text = self._request("PUT", address, data=data, query=query)
        except FileNotFoundError:
            return None  # somebody is cleaning up
        if status == HTTPStatus.OK or status in GONE:
            return None
        return ConnectionError(f"{offer['path']}: {status}: {text}")

    def _request(
        self, method: str, path: str, *, data: Any, query: dict[str, Any] | None = None, json: bool = False
    ) -> tuple[int, str]:
        """Make a request; return status and text.

        :raises DeliveryStoppedError: the server does not accept the token.
        """
        if self._session is None:
            import requests

            self._session = requests.Session()
            self._session.auth = self._sign  # otherwise a .netrc would replace the token
        headers = {"Content-Type": "application/json" if json else "application/octet-stream"}
        answer = self._session.request(
            method,
            f"{self._url}{API}{path}",
            data=data,
            params=query,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        if answer.status_code in REFUSING:
            why = f"{self._url} does not accept the token, it says: {_reason(answer.text)}"
            advice = f"Set {DESK_TOKEN} to one that may deliver results, then run `qarunner deliver`."
            raise DeliveryStoppedError(why if self._token else f"{self._url} needs a token", advice)
        return answer.status_code, answer.text if answer.ok else _reason(answer.text)

    def _sign(self, request: PreparedRequest) -> PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _runs(results: Sequence[tuple[Result, Path]]) -> list[Any]:
    """Return what is on disk about the runs of the results."""
    folders = {result.run_id: folder.parent for result, folder in results}
    runs = []
    for identifier, folder in folders.items():
        try:
            run = msgspec.json.decode((folder / "run.json").read_bytes())
        except (OSError, ValueError):
            continue  # results can do without
        if isinstance(run, dict) and run.get("id") == identifier:
            runs.append(run)
    return runs


def _hashed(path: Path) -> dict[str, Any] | None:
    """Return hash and size of a file, None when it is none."""
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return {"sha256": sha256, "size": file.tell()}
    except OSError:
        return None


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/")


def _reason(text: str) -> str:
    """Return what our API says in an error, else the beginning of what came."""
    try:
        return str(msgspec.json.decode(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text[:300].strip()
