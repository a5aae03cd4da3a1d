"""Snapshots over the API: who may send one, how large, and what is answered to what cannot be used."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from tests.peers.git_pack import GitPack

from qarunner.access import audit
from qarunner.dialects.spec import Services
from qarunner.jobs.packs import Packs
from qarunner.plugins import Plugins
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects

API = "/qarunner/api/v1/test-pack"
Clients = Callable[..., FlaskClient]


@pytest.fixture
def pack(tmp_path: Path) -> GitPack:
    made = GitPack(tmp_path / "pack")
    made.commit()
    return made


@pytest.fixture
def client(services: Services, pack: GitPack, tmp_path: Path, tokens: dict[str, str]) -> Clients:
    """Make a client of a server with that test pack."""

    def make(role: str = "write", **settings: Any) -> FlaskClient:
        packs = Packs(str(pack.folder), tmp_path / "data", Plugins().testcase_sources(), **settings)
        packs.fetch()
        jobs: Any = object()  # there are some, and no test asks for any
        client = create_app(replace(services, packs=packs, jobs=jobs), qa_dialects()).test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens[role]}"
        return client

    return make


@pytest.fixture
def unpushed(pack: GitPack, tmp_path: Path) -> tuple[str, bytes]:
    """A commit that only its author has, with a bundle of it."""
    other = GitPack(tmp_path / "other")
    other.write("tests/new.py", "def test_new(): pass\n")
    sha = other.commit()
    other.git("bundle", "create", "../one.bundle", "main")
    return sha, (tmp_path / "one.bundle").read_bytes()


def test_a_commit_is_sent_once_and_its_testcases_can_be_run(
    client: Clients, pack: GitPack, unpushed: tuple[str, bytes], services: Services
) -> None:
    sha, bundle = unpushed
    write = client()
    head = pack.git("rev-parse", "HEAD")
    asked = {"wanted": sha, "history": [head]}
    first = write.post(f"{API}/commits", json=asked).json
    assert first == {"known": [head], "folder": "", "largest": 512 * 1024 * 1024}
    assert write.put(f"{API}/snapshots/{sha}", data=bundle).json == {"commit": sha, "state": "new"}
    assert write.put(f"{API}/snapshots/{sha}", data=bundle).json == {"commit": sha, "state": "known"}
    answer: Any = write.post(f"{API}/commits", json=asked).json
    assert answer["known"] == [sha, head]
    listed: Any = write.get(f"/qarunner/api/v1/testcases?revision={sha}").json
    assert listed["testcases"] == ["tests/new.py::test_new"]
    with services.store.read() as connection:
        noted = [(one.user, one.subject) for one in audit.entries(connection) if one.action == "snapshot.send"]
    assert noted == [("write", sha)]


@pytest.mark.parametrize("role", ["read", "manual", "job"])
def test_who_may_not_run_jobs_sends_nothing(client: Clients, unpushed: tuple[str, bytes], role: str) -> None:
    sha, bundle = unpushed
    assert client(role).put(f"{API}/snapshots/{sha}", data=bundle).status_code == 403
    assert client(role).post(f"{API}/commits", json={"wanted": sha}).status_code == 403


@pytest.mark.parametrize("name", ["main", "F" * 40, "f" * 39, "f" * 41, "..", "f" * 40 + "\n"])
def test_what_is_no_sha_is_refused(client: Clients, unpushed: tuple[str, bytes], name: str) -> None:
    write = client()
    assert write.put(f"{API}/snapshots/{name}", data=unpushed[1]).status_code in (400, 404)
    assert write.post(f"{API}/commits", json={"wanted": name}).status_code == 400


def test_a_bundle_of_another_commit_is_told_so(client: Clients, unpushed: tuple[str, bytes]) -> None:
    answer = client().put(f"{API}/snapshots/{'f' * 40}", data=unpushed[1])
    assert answer.status_code == 400
    assert f"brings {unpushed[0]}, and not {'f' * 40} alone" in answer.text


def test_more_than_is_allowed_is_refused(client: Clients, unpushed: tuple[str, bytes]) -> None:
    sha, bundle = unpushed
    small = client(largest_snapshot=len(bundle) - 1)
    assert small.put(f"{API}/snapshots/{sha}", data=bundle).status_code == 413
    many = small.post(f"{API}/commits", json={"wanted": sha, "history": [sha] * 1001})
    assert many.status_code == 400
    assert client(largest_snapshot=len(bundle)).put(f"{API}/snapshots/{sha}", data=bundle).status_code == 200


def test_a_full_disk_is_told_and_nothing_is_half_there(
    client: Clients, unpushed: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sha, bundle = unpushed
    write = client()

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("qarunner.pack.snapshots.Snapshots._move", full)
        assert write.put(f"{API}/snapshots/{sha}", data=bundle).status_code == 507
    answer: Any = write.post(f"{API}/commits", json={"wanted": sha}).json
    assert answer["known"] == []
    assert [path.name for path in (tmp_path / "data" / "packs").iterdir()] == ["mirror.git"]
    assert write.put(f"{API}/snapshots/{sha}", data=bundle).status_code == 200


def test_a_server_may_take_none(client: Clients, unpushed: tuple[str, bytes]) -> None:
    sha, bundle = unpushed
    closed = client(largest_snapshot=0)
    answer: Any = closed.post(f"{API}/commits", json={"wanted": sha}).json
    assert answer["largest"] == 0
    refused = closed.put(f"{API}/snapshots/{sha}", data=bundle)
    assert refused.status_code == 403
    assert "takes no snapshots" in refused.text
