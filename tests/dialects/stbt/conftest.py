"""A server without a network for tests of the dialect: real store, test pack, node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.peers.farm_rig import FarmRig
from tests.peers.sample_results import sample
from tests.peers.stores import EmptyStores
from werkzeug.test import TestResponse

from qarunner.access import Access
from qarunner.access.passwords import Passwords
from qarunner.dialects.spec import Services
from qarunner.dialects.stbt import qa_dialects
from qarunner.results import Artifact, Outcome, Run
from qarunner.server.app import create_app
from qarunner.store.artifacts import keep_artifact
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.models import Role
from qarunner.store.retention import delete_result
from qarunner.store.submission import Submission

URL = "https://farm.example.com/tv"
SHA = "c2c82cad08114f973e2c36f0bbfbfb0a78dad911"
OFFLINE = "offline-node"
"""A node whose driver is not there."""
UID = "/old-node/0a23/972"
FILES = {
    "stbt.log": b"2026-03-01T12:00:00.250000+00:00 hello\n2026-07-01T12:00:01.000000+00:00 caf\xc3\xa9\nno time\n",
    "screenshot.png": b"\x89PNG\r\n\x1a\n of the end",
    "video.mp4": bytes(range(256)) * 40,
    "a/file in a subdirectory/another.log": b"deep\n",
    "evil.html": b"<script>alert(1)</script>",
    "evil.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@dataclass
class World:
    """A server with users, and what tests ask of it."""

    rig: FarmRig
    app: Flask
    services: Services
    tokens: dict[str, str]
    results: dict[str, str] = field(default_factory=dict)
    """result_id of each sample, by its word."""
    ids: dict[str, str] = field(default_factory=dict)
    """The store's id of each."""

    @property
    def node(self) -> str:
        return self.rig.node

    def ask(self, method: str, path: str, user: str = "anna", **keywords: Any) -> TestResponse:
        """Make a request as a user; as nobody when the name is empty."""
        client: FlaskClient = self.app.test_client()
        headers = dict(keywords.pop("headers", {}))
        if user:
            headers["Authorization"] = f"token {self.tokens[user]}"
        return client.open(path, method=method, headers=headers, buffered=True, **keywords)

    def keep(self, word: str, outcome: Outcome = Outcome.PASS, job: str = UID, number: int = 0, **changes: Any) -> None:
        """Put a result into the store."""
        result = sample(number, outcome, reason=changes.pop("reason", ""), **changes)
        run = Run(id=result.run_id, started=result.started, tags={"model": "T-1000"})
        submission = Submission(result=result, run=run, job=job, category="example", revision=SHA, user="anna")
        done = ingest(self.rig.store, submission)
        for path in (artifact.path for artifact in result.artifacts):
            with self.rig.store.contents.stage([FILES[path]]) as staged:
                keep_artifact(self.rig.store, result.id, path, staged)
        place = job or f"/{result.node}/desk/0"
        self.results[word] = f"{place}/{result.started:%Y-%m-%d_%H.%M.%S}-{done.number}"
        self.ids[word] = result.id


@pytest.fixture(scope="module")
def world(empty_stores: EmptyStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("farm")
    with Store.open(*empty_stores.new("sqlite", folder / "data")) as store:
        access = Access(store, hashing=Passwords(memory=64))  # quick: many tests make one
        tokens = {}
        for name, role in (("anna", Role.WRITE), ("ben", Role.WRITE), ("rita", Role.READ), ("mia", Role.MANUAL)):
            access.add_user(name, role)
            tokens[name] = access.create_token(name, "test")[1]
        rig = FarmRig(folder, store)
        pack(rig)
        services = Services(store=store, access=access, jobs=rig.jobs, farm=rig.farm, packs=rig.packs, external_url=URL)
        made = World(rig, create_app(services, qa_dialects()), services, tokens)
        samples(made)
        yield made
        rig.close()


def pack(rig: FarmRig) -> None:
    """Fill the test pack."""
    rig.pack.write(
        "tests/menu.py",
        """
        import time

        import stbt_core as stbt

        def test_pass():
            stbt.press("KEY_OK")
            next(stbt.frames())
            print("hello from the test")

        def test_fail():
            assert False, "the menu is shut"

        def test_long():
            time.sleep(300)
        """,
    )
    rig.pack.write(
        f"config/test-farm/{rig.node}.conf",
        """
        [node]
        friendly_name = Rack 3, Node 1
        [device_under_test]
        device_type = roku
        ip_address = 192.168.1.108
        """,
    )
    rig.pack.write(f"config/test-farm/{OFFLINE}.conf", "[node]\ncapture = nothing:\nremote = nothing:\n")
    rig.pack.commit()
    rig.pack.git("branch", "feature/menus")
    rig.pack.git("tag", "v1")
    rig.packs.pushed()
    rig.packs.fetch()
    rig.farm.sync()


def samples(world: World) -> None:
    """Keep a few results of a job of long ago, of a desk, and one that is deleted."""
    files = tuple(Artifact(path=path, size=len(data)) for path, data in FILES.items())
    world.keep("pass", number=1, artifacts=files, tags={"jenkins/BUILD_ID": "7"})
    world.keep(
        "fail", Outcome.FAIL, number=2, reason="EPG is \x1b[31mempty\x00", testcase="tests/epg.py::test_populated"
    )
    world.keep("error", Outcome.ERROR, number=3, reason="=cmd|' /C calc'!A0")
    world.keep("skip", Outcome.SKIP, number=4, reason="not on this box")
    world.keep("desk", job="", number=5)
    world.keep("deleted", number=6)
    delete_result(world.rig.store, world.ids["deleted"], "test")
