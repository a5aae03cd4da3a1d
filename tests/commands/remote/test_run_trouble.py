"""What ``qarunner run`` says when it cannot do what was asked for, against a started server."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.commands.conftest import Qarunner, Said
from tests.peers.cutting_proxy import CuttingProxy
from tests.peers.git_pack import GitPack
from tests.peers.pack_run import until
from tests.peers.served_farm import ServedFarm

Run = Callable[..., Said]
PASS = "tests/menu.py::test_pass"  # noqa: S105 - a testcase
FREE_PORT_URL = "http://127.0.0.1:9"
"""Nothing listens there."""


@pytest.mark.parametrize(
    ("words", "environment", "reason"),
    [
        ((), {}, "it is not said what to run"),
        (("--all", PASS), {}, "exclude each other"),
        ((PASS,), {"QARUNNER_SERVER": ""}, "it is not said where the server is"),
        ((PASS, "--server", "farm.example.com"), {}, "the server's address is 'farm.example.com'"),
        ((PASS, "--server", "https://me:secret@farm.example.com"), {}, "holds a user or password"),
        ((PASS, "--server", FREE_PORT_URL), {}, f"{FREE_PORT_URL} cannot be reached: Connection refused"),
        ((PASS,), {"QARUNNER_SERVER_TOKEN": ""}, "needs a token"),
        ((PASS,), {"QARUNNER_SERVER_TOKEN": "x y"}, "no token has"),
        ((PASS,), {"QARUNNER_SERVER_TOKEN": "wrong"}, "does not accept the token"),
        ((PASS, "--token-file", "nowhere"), {}, "--token-file: "),
        ((PASS, "--tag", ":"), {}, "is not a usable tag"),
        ((PASS, "--wait", "long"), {}, "wait = 'long'"),
        (("tests/menu.py::test_pas",), {}, "did you mean 'tests/menu.py::test_pass'"),
        (("nowhere",), {}, "no testcase is meant by 'nowhere'"),
        ((PASS, "--category", "a:b"), {}, "is not usable as a category"),
        ((PASS, "--revision", "nowhere"), {}, "no branch, tag or commit 'nowhere'"),
        ((PASS, "--remote-control", "a\tb"), {}, "control characters"),
    ],
)
def test_what_cannot_be_used_is_explained(
    desk: GitPack,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    environment: dict[str, str],
    reason: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = run(*words)
    assert said.code == 2
    assert reason in said.err
    assert "secret" not in said.err
    assert said.out == ""


def test_an_unknown_node_is_told_the_nearest(farm: ServedFarm, desk: GitPack, run: Run) -> None:
    wrong = run(PASS, "--node", farm.node[:-1])
    assert (wrong.code, f"did you mean '{farm.node}'?" in wrong.err) == (2, True)
    none = run(PASS, "--node", "")
    assert (none.code, f"{farm.url} has: {farm.node}" in none.err) == (2, True)


def test_settings_and_token_of_the_reporter_are_used(
    farm: ServedFarm, desk: GitPack, run: Run, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    for name in ("QARUNNER_SERVER", "QARUNNER_SERVER_TOKEN", "QARUNNER_NODE"):
        monkeypatch.delenv(name)
    (here / "token").write_text(f"{farm.token}\n", encoding="utf-8")
    text = f'node = "nowhere"\n[reporters.server]\nurl = "{farm.url}"\ntoken_file = "token"\n'
    (here / "qarunner.toml").write_text(text, encoding="utf-8")
    assert "there is no node 'nowhere'" in run(PASS).err


def test_what_is_no_checkout_is_explained(desk: GitPack, run: Run) -> None:
    shutil.rmtree(desk.folder / ".git")
    assert "is in no git checkout" in run(PASS).err
    desk.git("init", "--quiet")
    assert "has no commits yet" in run(PASS).err


def test_a_pack_without_testcases_is_explained(desk: GitPack, run: Run) -> None:
    shutil.rmtree(desk.folder / "tests")
    assert "the test pack has no testcases" in run("--all").err
    desk.git("rm", "--quiet", "-r", "--cached", ".stbt.conf")
    (desk.folder / ".stbt.conf").unlink()
    assert "is not in a test pack" in run("--all").err


def test_without_git_it_is_explained(desk: GitPack, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in run(PASS).err


def test_too_much_is_refused_with_the_names_of_what_is_large(desk: GitPack, run: Run) -> None:
    desk.write("tests/reference.bin", "").write_bytes(os.urandom(350_000))
    said = run(PASS)
    assert said.code == 2
    assert "0.3 MB" not in said.err
    assert "tests/reference.bin (350.0 kB)" in said.err
    assert ".gitignore" in said.err
    desk.commit("A large file")
    said = run(PASS)
    assert said.code == 2
    assert "the snapshot has 35" in said.err
    assert "tests/reference.bin (350.0 kB)" in said.err


def test_somebody_who_may_not_run_jobs_is_told(farm: ServedFarm, desk: GitPack, qarunner: Qarunner, run: Run) -> None:
    data = ("--data", farm.data)
    (farm.folder / "password").write_text("correct horse\n", encoding="utf-8")
    words = ("user", "add", "rita", "--role", "read", "--password-file", farm.folder / "password", *data)
    assert qarunner(*words).code == 0
    token = qarunner("token", "create", "--user", "rita", "--name", "desk", *data).out.strip()
    (desk.folder / "token").write_text(token, encoding="utf-8")
    said = run(PASS, "--token-file", "token")
    assert (said.code, "the role read may not do this: run jobs" in said.err) == (2, True)
    assert token not in said.err


def test_a_node_that_somebody_has_is_named_with_its_end_and_waited_for(
    farm: ServedFarm, desk: GitPack, qarunner: Qarunner, run: Run
) -> None:
    data = ("--data", farm.data)
    (farm.folder / "password").write_text("correct horse\n", encoding="utf-8")
    qarunner("user", "add", "ben", "--role", "write", "--password-file", farm.folder / "password", *data)
    token = qarunner("token", "create", "--user", "ben", "--name", "desk", *data).out.strip()
    body = {"node_ids": [farm.node], "message": "mine", "duration_secs": 3600}
    bens = {"Authorization": f"token {token}"}
    made = farm.ask("POST", "/api/v2/reservations", json=body, headers=bens).json()["reservations"][0]
    busy = run(PASS)
    assert busy.code == 7
    expires = made["expires"][:16].replace("T", " ")
    assert f"Node {farm.node} reserved by @ben, until {expires} UTC" in busy.err
    assert "--wait" in busy.err
    assert run(PASS, "--wait", "0.1").code == 7

    refused = '"POST /qarunner/api/v1/jobs 409 '
    before = farm.said().count(refused)

    def give_back() -> None:
        until(lambda: farm.said().count(refused) > before, "it is refused, and so waits")
        farm.ask("DELETE", f"/api/v2/reservations/{made['reservation_id']}", headers=bens)

    giving = threading.Thread(target=give_back)
    giving.start()
    said = run(PASS, "--wait", "60")
    giving.join()
    assert said.code == 0, said
    assert said.err.count("waiting for at most") == 1


def test_a_server_that_stays_away_is_given_up_with_the_name_of_the_job(
    farm: ServedFarm, desk: GitPack, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qarunner.commands.remote.following.PATIENCE", 1.0)
    proxy = CuttingProxy(int(farm.url.rpartition(":")[2]))

    def cut() -> None:
        until(lambda: b"/log?" in proxy.asked, "it follows the job's log")
        proxy.cut_after = 0

    cutting = threading.Thread(target=cut)
    cutting.start()
    said = run("tests/menu.py::test_long", "--server", proxy.url)
    cutting.join()
    proxy.close()
    job = farm.ask("POST", f"/api/v2/nodes/{farm.node}/job/stop").json()
    assert said.code == 2
    assert f"{proxy.url} cannot be reached" in said.err
    assert f"{job['job_uid']} may still run" in said.err


def test_an_unrelated_checkout_is_sent_alone_with_a_note(farm: ServedFarm, desk: GitPack, run: Run) -> None:
    shutil.rmtree(desk.folder / ".git")
    desk.git("init", "--quiet", "--initial-branch=main")
    desk.write("tests/mine.py", "def test_mine():\n    print('of another repository')\n")
    desk.commit()
    said = run("tests/mine.py")
    assert said.code == 0, said
    assert "knows no commit of this checkout: the files alone are sent" in said.err
    assert "of another repository" in said.out


def test_a_pack_in_a_folder_of_its_repository_is_moved_to_where_the_server_has_its_own(
    farm: ServedFarm, desk: GitPack, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = GitPack(tmp_path / "whole")
    shutil.copytree(desk.folder, whole.folder / "stb", ignore=shutil.ignore_patterns(".git"))
    whole.commit()
    monkeypatch.chdir(whole.folder / "stb")
    said = run(PASS)
    assert said.code == 0, said
    assert "in another folder of the repository" in said.err


class Foreign(BaseHTTPRequestHandler):
    """A web server that is no qarunner server."""

    def do_GET(self) -> None:
        status = {"/moved": 301, "/page": 200}.get(f"/{self.path.split('/')[1]}", 404)
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "https://elsewhere.example.com/")
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def foreign() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "answered 404 Not Found"),
        ("/page", "does not answer like a qarunner server"),
        ("/moved", "leads to https://elsewhere.example.com/"),
    ],
)
def test_another_web_server_is_told_apart(desk: GitPack, run: Run, foreign: str, path: str, reason: str) -> None:
    said = run(PASS, "--server", foreign + path)
    assert (said.code, reason in said.err) == (2, True), said.err


def test_the_address_of_an_api_or_one_without_tls_is_told_with_what_it_may_be(
    farm: ServedFarm, desk: GitPack, run: Run
) -> None:
    said = run(PASS, "--server", f"{farm.url}/api")
    assert (said.code, f"Is the server at {farm.url}, without /api?" in said.err) == (2, True), said.err
    said = run(PASS, "--server", farm.url.replace("http:", "https:"))
    assert (said.code, "does not speak TLS at this port" in said.err) == (2, True), said.err


def test_a_certificate_that_nobody_trusts_is_explained(desk: GitPack, run: Run, tmp_path: Path) -> None:
    import ssl

    from tests.peers.certificates import make_certificate

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        said = run(PASS, "--server", f"https://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert (said.code, "is not trusted: certificate verify failed" in said.err) == (2, True), said.err


def test_nothing_of_a_run_stays_in_the_way(
    desk: GitPack, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    desk.write("tests/menu.py", (desk.folder / "tests/menu.py").read_text() + "\n# changed\n")
    assert run(PASS, "--category", "a:b").code == 2
    assert list(scratch.iterdir()) == []
    assert subprocess.run(["git", "fsck"], cwd=desk.folder, capture_output=True, check=True).stdout == b""
