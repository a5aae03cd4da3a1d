"""``qarunner clean``, and the upkeep that a server does by itself: old results go, after a look at what would go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from tests.commands.conftest import end
from tests.peers.deliverer import API, deliver, hash_of_artifact
from tests.peers.pack_run import until
from tests.peers.stores import database

from qarunner.store.clock import now
from qarunner.store.engine import Store

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner, Served

__all__ = ["database"]


def status(ready: dict[str, str], result: str) -> int:
    headers = {"Authorization": f"Bearer {ready['token']}"}
    return requests.get(f"{ready['url']}{API}/results/{result}", headers=headers, timeout=60).status_code


def test_old_results_go_while_the_server_works_after_a_look(
    serve: Callable[..., Served], qarunner: Qarunner, here: Path, database: Callable[[], tuple[str, ...]]
) -> None:
    options = ("--data", here / "data", *database())
    _child, ready = serve(*options[2:])
    kept: dict[str, str] = {}
    with requests.Session() as session:
        old = deliver(session, ready["url"] + API, ready["token"], {}, started=now() - timedelta(days=40)).id
        new = deliver(session, ready["url"] + API, ready["token"], kept, started=now() - timedelta(days=1)).id
    assert "nothing is too old" in qarunner("clean", "--days", "50", *options).out
    looked = qarunner("clean", "--days", "30", *options)
    assert "1 result from" in looked.out
    assert "20 kB of artifacts" in looked.out
    assert "add --delete" in looked.err
    assert qarunner("clean", "--days", "30", "--json", *options).json["results"] == 1
    assert (status(ready, old), status(ready, new)) == (200, 200)
    said = qarunner("clean", "--days", "30", "--delete", "--json", *options)
    assert said.json["deleted"] == 1
    assert (status(ready, old), status(ready, new)) == (410, 200)
    assert hash_of_artifact(ready["url"], ready["token"], old) == "410"
    assert hash_of_artifact(ready["url"], ready["token"], new) == kept[new]


def test_a_server_deletes_what_its_configuration_calls_too_old(
    serve: Callable[..., Served], qarunner: Qarunner, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, first = serve()
    with requests.Session() as session:
        old = deliver(session, first["url"] + API, first["token"], {}, started=now() - timedelta(days=40)).id
        new = deliver(session, first["url"] + API, first["token"], {}, started=now() - timedelta(days=1)).id
    end(child)
    (here / "qarunner.toml").write_text("[server]\nkeep_days = 30\n", encoding="utf-8")
    assert "1 result from" in qarunner("clean", "--data", here / "data").out, "the same limits as the server's"
    child, ready = serve()
    ready["token"] = first["token"]
    until(lambda: status(ready, old) == 410, "the server deletes it")
    assert status(ready, new) == 200
    _code, _out, err = end(child)
    assert "deleted 1 old results" in err


def test_keys_rotate_while_the_server_works(serve: Callable[..., Served], qarunner: Qarunner, here: Path) -> None:
    serve()
    options = ("--data", here / "data")
    [first] = qarunner("keys", "list", "--json", *options).json
    assert (first["current"], first["secrets"]) == (True, 0)
    second = qarunner("keys", "rotate", "--json", *options).json
    assert second["forgotten"] == []
    assert [key["id"] for key in qarunner("keys", "list", "--json", *options).json] == [first["id"], second["current"]]
    said = qarunner("keys", "rotate", *options)
    assert f"forgotten: {first['id']}" in said.out
    assert "current" in qarunner("keys", "list", *options).out
    assert (here / "data" / "keys" / "store.json").stat().st_mode & 0o777 == 0o600


def test_the_upkeep_of_a_server_is_no_reason_to_fail(
    serve: Callable[..., Served], qarunner: Qarunner, here: Path
) -> None:
    """A configuration whose limits cannot be reached deletes all it may, and the server works on."""
    (here / "qarunner.toml").write_text("[server]\nfree_gigabytes = 1e9\n", encoding="utf-8")
    child, ready = serve()
    with requests.Session() as session:
        result = deliver(session, ready["url"] + API, ready["token"], {}).id
    until(lambda: status(ready, result) == 410, "the server deletes it")
    with Store.open(here / "data") as store:
        assert list(store.contents.all_hashes()), "its bytes are as young as if they were on their way"
    code, _out, _err = end(child)
    assert code == 0
