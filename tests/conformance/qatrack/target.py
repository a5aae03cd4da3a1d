"""The server that the suite is pointed at: one of our own, started for it, or the one that the environment names.

====================================  ==================================================================
CONFORMANCE_URL                       address of a server, without /api: https://qatrack.example.com
CONFORMANCE_USER, ..._PASSWORD        somebody who may post and change sessions
CONFORMANCE_READER, ..._PASSWORD      somebody who may only read; without it the cases of such a person are left out
====================================  ==================================================================

The server must have what definition.yaml says. Sessions, most of them of 2018, are written to the unit Conformance and
stay there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from tests.peers.served_farm import START, ServedFarm

from qarunner.access import Access
from qarunner.store.engine import Store
from qarunner.store.models import Role


class NotReadyError(Exception):
    """The server cannot be tried as it is; says what to do."""


DEFINITION = Path(__file__).with_name("definition.yaml")
PASSWORD = "correct horse"  # noqa: S105 - of users who live for one run of the suite
SECONDS = 60.0


@dataclass
class Target:
    """A server, and who may do what there. :param people: name and password, by what they are here."""

    url: str
    people: dict[str, tuple[str, str]]
    tokens: dict[str, str] = field(default_factory=dict)
    is_original: bool = False

    def sign_in(self) -> None:
        """Get everybody's token, and find out whose server it is."""
        for person, (name, password) in self.people.items():
            try:
                answer = self.send("POST", "/api/get-token/", person="", data={"username": name, "password": password})
            except requests.RequestException as error:
                raise NotReadyError(f"CONFORMANCE_URL {self.url} does not answer: {error}") from None
            if answer.status_code != 200:
                raise NotReadyError(f"{name} gets no token of {self.url}: {answer.status_code} {answer.text[:500]}")
            self.tokens[person] = answer.json()["token"]
        self.is_original = self.send("GET", "/qarunner/api/v1/openapi.json").status_code == 404

    def send(self, method: str, path: str, person: str = "writer", **keywords: Any) -> requests.Response:
        """Make a request; redirects are not followed. :param path: or a whole address."""
        headers = dict(keywords.pop("headers", {}))
        if person and "Authorization" not in headers:
            headers["Authorization"] = f"Token {self.tokens[person]}"
        address = path if path.startswith("http") else self.url + path
        return requests.request(method, address, headers=headers, timeout=SECONDS, allow_redirects=False, **keywords)

    def get(self, path: str, **query: Any) -> Any:
        """Read something that is there."""
        answer = self.send("GET", path, params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


@contextmanager
def open_target(folder: Path) -> Iterator[Target]:
    """Sign in at the server that the environment names, or else start one of our own."""
    url = os.environ.get("CONFORMANCE_URL", "").rstrip("/")
    if not url:
        with own_server(folder) as target:
            yield target
        return
    people = {"writer": _person("CONFORMANCE_USER", "CONFORMANCE_PASSWORD")}
    if "CONFORMANCE_READER" in os.environ:
        people["reader"] = _person("CONFORMANCE_READER", "CONFORMANCE_READER_PASSWORD")
    target = Target(url, people)
    target.sign_in()
    yield target


def _person(name: str, password: str) -> tuple[str, str]:
    for variable in (name, password):
        if variable not in os.environ:
            raise NotReadyError(f"CONFORMANCE_URL is set; set {variable} as well")
    return os.environ[name], os.environ[password]


@contextmanager
def own_server(folder: Path) -> Iterator[Target]:
    """Start ``qarunner serve`` with people and with the definition, as its operator would."""
    farm = ServedFarm(folder, server='time_zone = "America/Toronto"')
    with Store.open(farm.data) as store:
        access = Access(store)
        for name, role in (("anna", Role.ADMIN), ("ben", Role.WRITE), ("rita", Role.READ)):
            access.add_user(name, role, PASSWORD)
    apply = [sys.executable, "-c", START, "qatrack", "apply", "--data", str(farm.data), str(DEFINITION)]
    subprocess.run(apply, check=True, capture_output=True, timeout=SECONDS)
    farm.start()
    try:
        target = Target(farm.url, {"writer": ("ben", PASSWORD), "reader": ("rita", PASSWORD)})
        target.sign_in()
        yield target
        assert "Traceback" not in farm.said()
    finally:
        farm.stop()
