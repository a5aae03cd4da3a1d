"""A whole farm in this process: a store, a test pack, a node, and people of each role with browsers and tokens."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from tests.peers.farm_rig import FarmRig
from tests.peers.sample_results import sample

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.spec import Services
from qarunner.dialects.stbt import qa_dialects as stbt_dialects
from qarunner.results import Artifact, Outcome, Run
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects
from qarunner.store.artifacts import keep_artifact
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.models import Role
from qarunner.store.submission import Submission

PASSWORD = "correct horse"  # noqa: S105 - of users who live for one test
PEOPLE = {"anna": Role.WRITE, "ben": Role.WRITE, "rita": Role.READ, "mia": Role.MANUAL}
UID = "/old-node/0a23/972"
OFFLINE = "offline-node"
HOLDING = f"holding-{uuid.uuid4().hex[:8]}"
"""A node whose remote can hold keys, and has a drawing."""
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60">
<rect width="100" height="60" fill="#223344"/>
<rect id="KEY_RED" x="10" y="10" width="30" height="40" fill="red"/>
<g id="KEY_OK"><rect x="60" y="10" width="30" height="40" fill="white"/><text x="65" y="35">OK</text></g>
<rect id="KEY_NONE" width="5" height="5"/>
</svg>
"""
TAG = re.compile(r"<[^>]*>")


class Page:
    """An answer as a person sees it."""

    def __init__(self, answer: Any) -> None:
        self.status: int = answer.status_code
        self.headers = answer.headers
        self.location: str = answer.location or ""
        self.html: str = answer.text

    @property
    def text(self) -> str:
        """What there is to read, blanks made one."""
        return " ".join(unescape(TAG.sub(" ", self.html)).split())

    def links(self) -> list[str]:
        """Where it leads."""
        return [unescape(address) for address in re.findall(r'href="([^"]*)"', self.html)]

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.html)
        assert found is not None, "the page has no form"
        return found[1]


class Visitor:
    """A browser without a script, signed in as somebody; as nobody when the name is empty."""

    def __init__(self, app: Flask, access: Access, name: str) -> None:
        self.http: FlaskClient = app.test_client()
        self.csrf = ""
        if name:
            session = access.begin_session(access.sign_in(name, PASSWORD))
            self.csrf = session.csrf
            self.http.set_cookie("qarunner_session", session.secret)

    def get(self, path: str, status: int = 200, **query: str) -> Page:
        """Look at a page."""
        page = Page(self.http.get(path, query_string=query or None, buffered=True))
        assert page.status == status, page.html
        return page

    def json(self, path: str) -> Any:
        """Return what an API answers."""
        return self.http.get(path, buffered=True).get_json()

    def post(self, path: str, status: int = 303, *, csrf: str | None = None, **form: str) -> Page:
        """Send a form, with the page's proof unless another one is given."""
        data = {"csrf_token": self.csrf if csrf is None else csrf, **form}
        page = Page(self.http.post(path, data=data, buffered=True))
        assert page.status == status, page.html
        return page


@dataclass
class World:
    """A server with people, and what tests do with it."""

    rig: FarmRig
    app: Flask
    services: Services
    people: dict[str, Visitor] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def node(self) -> str:
        return self.rig.node

    def visitor(self, name: str = "anna") -> Visitor:
        """Return somebody's browser; each test finds the same one."""
        if name not in self.people:
            self.people[name] = Visitor(self.app, self.services.access, name)
        return self.people[name]

    def ask(self, method: str, path: str, name: str = "anna", status: int = 200, **keywords: Any) -> Any:
        """Make a request with somebody's token; return the JSON, text or bytes of the answer."""
        if name not in self.tokens:
            self.tokens[name] = self.services.access.create_token(name, "test")[1]
        headers = {"Authorization": f"Bearer {self.tokens[name]}"}
        answer = self.app.test_client().open(path, method=method, headers=headers, buffered=True, **keywords)
        assert answer.status_code == status, answer.text
        if answer.is_json:
            return answer.get_json()
        return answer.text if (answer.mimetype or "").startswith("text/") else answer.data

    def keep(self, outcome: Outcome | None = Outcome.PASS, number: int = 0, **changes: Any) -> str:
        """Put a result into the store; return its id. `files`: the artifacts' names and bytes. `job`: its uid."""
        files: dict[str, bytes] = changes.pop("files", {})
        job: str = changes.pop("job", "")
        run = Run(id=changes.get("run_id", "run-1"), started=sample().started, tags=changes.pop("run_tags", {}))
        artifacts = tuple(Artifact(path=path, size=len(data)) for path, data in files.items())
        result = sample(number, outcome, reason=changes.pop("reason", ""), artifacts=artifacts, **changes)
        ingest(self.rig.store, Submission(result=result, run=run, job=job, category="nightly", user="anna"))
        for path, data in files.items():
            with self.rig.store.contents.stage([data]) as staged:
                keep_artifact(self.rig.store, result.id, path, staged)
        return result.id


@contextmanager
def farm_of_people(folder: Path, store: Store) -> Iterator[World]:
    """Open a farm over an empty store; what it needs lies in the folder."""
    access = Access(store, hashing=Passwords(memory=64))  # quick: many tests sign in
    for name, role in PEOPLE.items():
        access.add_user(name, role, PASSWORD)
    rig = FarmRig(folder, store)
    try:
        _fill(rig)
        services = Services(store=store, access=access, jobs=rig.jobs, farm=rig.farm, packs=rig.packs)
        yield World(rig, create_app(services, [*qa_dialects(), *stbt_dialects()]), services)
        services.stopping.set()
    finally:
        rig.close()


def _fill(rig: FarmRig) -> None:
    rig.pack.write(
        "tests/menu.py",
        """
        import time

        def test_pass():
            print("hello from the test")

        def test_fail():
            assert False, "the menu is shut"

        def test_long():
            time.sleep(300)
        """,
    )
    named = "[node]\nfriendly_name = Rack 3 <b>\n[device_under_test]\ndevice_type = roku\n"
    rig.pack.write(f"config/test-farm/{rig.node}.conf", named)
    holding = "[node]\ncapture = pattern:\nremote = holding:\n[test_pack]\ndefault_remote_control = drawn\n"
    rig.pack.write(f"config/test-farm/{HOLDING}.conf", holding)
    rig.pack.write("config/remote-control/drawn.svg", DRAWING)
    rig.pack.write(f"config/test-farm/{OFFLINE}.conf", "[node]\ncapture = nothing:\nremote = nothing:\n")
    rig.pack.commit()
    rig.packs.pushed()
    rig.packs.fetch()
    rig.farm.sync()
