"""``qarunner serve``, ``user`` and ``token``: a server in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from tests.commands.conftest import end

if TYPE_CHECKING:
    from tests.commands.conftest import Process, Qarunner, Served


def test_the_first_start_makes_everything_and_shows_the_secrets_once(serve: Callable[..., Served], here: Path) -> None:
    child, ready = serve()
    assert set(ready) == {"url", "pid", "token"}
    assert ready["pid"] == child.pid
    assert ready["url"].startswith("http://127.0.0.1:")
    assert stat.S_IMODE((here / "data-ready.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((here / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((here / "data" / "qarunner.db").stat().st_mode) == 0o600
    assert requests.get(f"{ready['url']}/readyz", timeout=10).json() == {"status": "ok"}
    code, out, err = end(child)
    assert code == 0
    assert ready["token"] in out
    assert ready["token"] not in err
    assert "admin" in out
    assert not (here / "data-ready.json").exists()
    child, again = serve()
    assert set(again) == {"url", "pid"}
    code, out, _err = end(child, signal.SIGINT)
    assert (code, "shown once" in out) == (0, False)


def test_a_second_server_on_the_same_data_is_refused(
    serve: Callable[..., Served], qarunner: Qarunner, here: Path
) -> None:
    child, _ready = serve()
    said = qarunner("serve", "--port", "0", "--data", here / "data")
    assert said.code == 2
    assert f"another server (process {child.pid}) uses the data folder" in said.err


def test_a_data_folder_that_others_can_read_is_refused(qarunner: Qarunner, here: Path) -> None:
    (here / "data").mkdir(mode=0o755)
    (here / "data").chmod(0o755)
    said = qarunner("serve", "--port", "0", "--data", here / "data")
    assert said.code == 2
    assert "chmod 700" in said.err


def test_users_and_tokens_are_changed_while_it_serves(
    serve: Callable[..., Served], qarunner: Qarunner, here: Path
) -> None:
    _child, ready = serve()
    data = ("--data", here / "data")
    (here / "password").write_text("correct horse\n", encoding="utf-8")
    assert qarunner("user", "add", "ada", "--role", "write", "--password-file", here / "password", *data).code == 0
    token = qarunner("token", "create", "--user", "ada", "--name", "jenkins", "--days", "30", *data).out.strip()
    assert _status(ready["url"], token) == 404, "the token is good, and there is nothing at this path"
    listed = qarunner("token", "list", "--user", "ada", "--json", *data).json
    assert [(entry["name"], entry["last_used"] is not None) for entry in listed] == [("jenkins", False)]
    assert token not in str(listed)
    users = {user["name"]: user["role"] for user in qarunner("user", "list", "--json", *data).json}
    assert users == {"admin": "admin", "ada": "write"}
    assert "ada" in qarunner("user", "list", *data).out
    assert qarunner("user", "role", "ada", "--role", "read", *data).code == 0
    assert qarunner("token", "revoke", str(listed[0]["id"]), *data).code == 0
    assert "revoked" in qarunner("token", "list", *data).out
    assert qarunner("user", "disable", "ada", *data).code == 0
    assert "disabled" in qarunner("user", "list", *data).out
    assert qarunner("user", "disable", "admin", *data).code == 2
    assert "did you mean 'ada'" in qarunner("user", "enable", "adda", *data).err


def _status(url: str, token: str) -> int:
    return requests.get(f"{url}/qarunner/nothing", headers={"Authorization": f"token {token}"}, timeout=10).status_code


def test_settings_come_from_the_file_and_the_command_line_wins(process: Callable[..., Process], here: Path) -> None:
    text = '[server]\ndata = "elsewhere"\nport = 1\nexternal_url = "https://farm.example.com/qa"\n'
    (here / "qarunner.toml").write_text(text, encoding="utf-8")
    ready = here / "ready.json"
    child = process("serve", "--port", "0", "--ready-file", ready)
    deadline = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.05)
    assert json.loads(ready.read_text(encoding="utf-8"))["url"] == "https://farm.example.com/qa"
    assert (here / "elsewhere" / "qarunner.db").exists()
    assert end(child)[0] == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--port", "x"), "server.port = 'x'"),
        (("--port", "70000"), "server.port = '70000'"),
        (("--tls-cert", "a.pem"), "Give both --tls-cert and --tls-key"),
        (("--external-url", "farm"), "is not one"),
        (("--database", "mysql://x"), "does not run on mysql"),
    ],
)
def test_what_cannot_be_used_is_explained(qarunner: Qarunner, here: Path, words: tuple[str, ...], reason: str) -> None:
    said = qarunner("serve", "--data", here / "data", *words)
    assert said.code == 2
    assert reason in said.err


def test_an_unknown_key_of_the_server_is_told_with_its_line(qarunner: Qarunner, here: Path) -> None:
    (here / "qarunner.toml").write_text('[server]\nport = 0\ntest_pak = "x"\n', encoding="utf-8")
    said = qarunner("serve")
    assert "qarunner.toml:3" in said.err
    assert "did you mean 'test_pack'" in said.err


def test_managing_users_without_a_server_is_explained(qarunner: Qarunner) -> None:
    assert "there is no data folder" in qarunner("user", "list").err


def test_a_pack_around_it_runs_none_of_its_code_in_the_server(
    serve: Callable[..., Served], pack: Callable[..., Path], here: Path
) -> None:
    pack({"plugins/mine.py": "import pathlib; pathlib.Path('ran').touch()"})
    child, _ready = serve()
    maps = Path(f"/proc/{child.pid}/maps").read_text(encoding="utf-8")
    assert not (here / "ran").exists()
    assert [word for word in ("numpy", "cv2") if f"/{word}/" in maps] == []
    assert os.environ.get("QARUNNER_CONFIG") is None
    end(child)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[notifiers.mial]\nhost = "x"\n', "did you mean 'mail'"),
        ('[notifiers.webhook]\nurl = "ftp://x"\nsecret = "long enough"\n', "[notifiers.webhook]"),
        ('[notifiers]\nmail = "x"\n', "notifiers.mail must be a table"),
    ],
)
def test_a_notifier_that_cannot_be_used_is_told_with_its_line(
    qarunner: Qarunner, here: Path, text: str, reason: str
) -> None:
    (here / "qarunner.toml").write_text(text, encoding="utf-8")
    said = qarunner("serve", "--port", "0", "--data", here / "data")
    assert said.code == 2
    assert "qarunner.toml:" in said.err
    assert reason in said.err


@pytest.mark.parametrize(
    "words", [("--port", "{taken}"), ("--ready-file", "nowhere/ready.json"), ("--test-pack", "no")]
)
def test_a_first_start_that_fails_makes_no_admin_whose_token_nobody_saw(
    serve: Callable[..., Served], qarunner: Qarunner, here: Path, words: tuple[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        option, value = words
        port = () if option == "--port" else ("--port", "0")
        said = qarunner("serve", *port, "--data", here / "data", option, value.format(taken=other.getsockname()[1]))
    assert said.code == 2
    assert "shown once" not in said.out
    child, ready = serve()
    assert "token" in ready
    assert ready["token"] in end(child)[1]
