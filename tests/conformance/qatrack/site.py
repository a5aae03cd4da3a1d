"""What a server has for the suite, found by names through its API: nothing here knows a number."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
import yaml
from tests.conformance.qatrack.cases import ABSENT, SESSIONS, Link, Request
from tests.conformance.qatrack.target import DEFINITION, NotReadyError, Target

UNIT = "Conformance"
KINDS = {
    "collection": "/api/qa/unittestcollections/",
    "list": "/api/qa/testlists/",
    "cycle": "/api/qa/testlistcycles/",
    "status": "/api/qa/testinstancestatus/",
    "unit": "/api/units/units/",
    "frequency": "/api/qa/frequencies/",
}


class Site:
    """A server with addresses in place of names."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._found: dict[tuple[str, str], str] = {}

    def check(self) -> None:
        """Look for what definition.yaml says.

        :raises NotReadyError: it is not all there; says what is missing.
        """
        if missing := [*self._missing()]:
            told = "\n  ".join(missing)
            raise NotReadyError(f"{self.target.url} has not what {DEFINITION.name} says:\n  {told}")

    def _missing(self) -> Iterator[str]:
        wanted = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
        names = {
            "unit": [unit["name"] for unit in wanted["units"]],
            "status": [status["name"] for status in wanted["statuses"]],
            "frequency": [frequency["name"] for frequency in wanted["frequencies"]],
            "collection": [one["name"] for one in (*wanted["lists"], *wanted["cycles"])],
        }
        for kind, several in names.items():
            for name in several:
                if len(self._named(kind, name)) != 1:
                    yield f"{kind} {name}" + (f" of unit {UNIT}" if kind == "collection" else "")
        for one in wanted["lists"]:
            for found in self._named("list", one["name"]):
                macros = {self.target.get(url)["slug"] for url in found["tests"]}
                for test in one["tests"]:
                    if test["macro"] not in macros:
                        yield f"test {test['macro']} of list {one['name']}"

    def _named(self, kind: str, name: str) -> list[Any]:
        query = {"name": name, "limit": "2"} | ({"unit__name": UNIT} if kind == "collection" else {})
        return [one for one in self.target.get(KINDS[kind], **query)["results"] if one["name"] == name]

    def find(self, kind: str, name: str) -> Any:
        """Return what has exactly this name."""
        [found] = self._named(kind, name)
        return found

    def address(self, kind: str, name: str) -> str:
        """Return the address of what has this name."""
        key = (kind, name)
        if key not in self._found:
            self._found[key] = self.find(kind, name)["url"]
        return self._found[key]

    def resolve(self, value: Any) -> Any:
        """Return a path or a body with addresses in place of `Link`s."""
        if isinstance(value, Link):
            address = self.address(value.kind, value.name)
            path = urlsplit(address).path
            return value.host + path if value.host else path if value.path_only else address
        if isinstance(value, dict):
            return {name: self.resolve(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.resolve(one) for one in value]
        return value

    def send(self, request: Request, path: str = "") -> requests.Response:
        """Send a request of a case. :param path: instead of its own."""
        keywords: dict[str, Any] = {"headers": request.headers, "data": request.text or request.form}
        if request.json is not ABSENT:
            keywords["json"] = self.resolve(request.json)
        return self.target.send(request.method, path or self.resolve(request.path), request.person, **keywords)

    def post(self, request: Request) -> Any:
        """Post a session that is taken in; return the reply."""
        answer = self.send(request)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def patch(self, session: Any, **changes: Any) -> requests.Response:
        """Change a session. :param session: what the reply to its POST said."""
        return self.send(Request("PATCH", session["url"], json=changes))

    def patched(self, session: Any, **changes: Any) -> Any:
        """Change a session; return the reply."""
        answer = self.patch(session, **changes)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sessions(self, key: str) -> list[Any]:
        """Return the sessions with a key."""
        found: list[Any] = self.target.get(SESSIONS, user_key=key)["results"]
        return found


def new_key() -> str:
    """Return a key that no session has yet."""
    return f"conformance {uuid.uuid4()}"
