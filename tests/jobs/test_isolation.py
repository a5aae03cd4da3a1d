"""A testcase that means harm, in a job of a whole server: what it gets at, as another user of the host and as the same.

Each testcase tries one thing and passes when that is refused, so that a job as the server's own user shows at the same
time that the tries are real.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.served_farm import ServedFarm, node_table

SECRET = "hush-hush"  # noqa: S105 - what the testcases look for
TRIES = ("store", "keys", "environment", "socket", "post")
HARM = """
    import json, os, urllib.error, urllib.request
    from pathlib import Path

    import pytest
    import stbt_core as stbt
    from qarunner.nodes.client import observe
    from qarunner.errors import QarunnerError
    from qarunner.node_config import DriverConfig, NodeConfig
    from qarunner.nodes.http_client import NodeHttp

    DATA, SERVER, SECRET = Path("{data}"), {pid}, b"{secret}"
    MINE, OTHER = "{node}", "{other}"
    FOREIGN_JOB, FOREIGN_RESULT = "{job}", "{result}"

    def test_store():
        for path in (DATA, DATA / "artifacts", DATA / "jobs"):
            with pytest.raises(PermissionError):
                list(path.iterdir())
        with pytest.raises(PermissionError):
            (DATA / "qarunner.db").read_bytes()
        with pytest.raises(PermissionError):
            (DATA / "qarunner.db").open("ab")

    def test_keys():
        for name in {keys}:
            with pytest.raises(PermissionError):
                (DATA / name).read_bytes()

    def test_environment():
        for file in ("environ", "mem", "maps"):
            with pytest.raises(PermissionError):
                open(f"/proc/{{SERVER}}/{{file}}", "rb")
        for place in Path("/proc").glob("[0-9]*/environ"):
            try:
                content = place.read_bytes()
            except OSError:
                continue
            assert SECRET not in content, place
        assert os.environ.get("DATABASE_PASSWORD") is None
        assert os.getuid() != 0
        assert not os.getgroups()

    def test_socket():
        stbt.press("KEY_OK")
        assert NodeHttp.local(MINE).request("GET", "/screenshot.png")[0] == 200
        for method, path in (("GET", "/screenshot.png"), ("GET", "/status"), ("POST", "/press")):
            assert NodeHttp.local(OTHER).request(method, path, {{"key": "KEY_OK"}})[0] == 403
        pattern = DriverConfig(uri="pattern:")
        config = NodeConfig(id=OTHER, capture=pattern, remote=pattern, frame_size=(320, 180))
        with pytest.raises(QarunnerError, match="in use by"):
            observe(config).close()

    def ask(method, path, body):
        url, token = os.environ["QARUNNER_REPORT_URL"], os.environ["QARUNNER_REPORT_TOKEN"]
        headers = {{"Authorization": f"token {{token}}", "Content-Type": "application/json"}}
        request = urllib.request.Request(url + path, body, headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=30).status
        except urllib.error.HTTPError as error:
            return error.code

    def test_post():
        api = "/qarunner/api/v1"
        run = {{"id": "run-x", "started": "2026-01-01T00:00:00Z", "job_uid": FOREIGN_JOB}}
        started = "2026-01-01T00:00:00Z"
        result = {{"id": FOREIGN_RESULT, "run_id": "r", "testcase": "a::b", "folder": "f", "node": MINE}}
        result |= {{"started": started, "finished": True, "outcome": "pass"}}
        tries = [
            ("PUT", f"{{api}}/results/{{FOREIGN_RESULT}}/artifacts/evil.txt", b"evil"),
            ("POST", f"{{api}}/results", json.dumps({{"runs": [run]}}).encode()),
            ("POST", f"{{api}}/results", json.dumps({{"results": [result]}}).encode()),
            ("POST", f"{{api}}/results", json.dumps({{"results": [result | {{"node": OTHER}}]}}).encode()),
            ("POST", f"/api/v2/jobs{{FOREIGN_JOB}}/stop", b""),
            ("POST", f"/api/v2/nodes/{{OTHER}}/press", b'{{"key": "KEY_OK"}}'),
            ("POST", "/api/v2/run_tests", b"{{}}"),
            ("GET", f"{{api}}/results/{{FOREIGN_RESULT}}", None),
        ]
        answers = {{path: ask(method, path, body) for method, path, body in tries}}
        assert set(answers.values()) == {{403}}, answers
        assert ask("POST", f"{{api}}/results", json.dumps({{"results": []}}).encode()) == 200
"""


def python_for_everybody(folder: Path) -> Path:
    """Write a program that runs Python with all that this one has and that any user of the host may run."""
    paths = ":".join(path for path in sys.path if path)
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, system):
        program = folder / "python"
        program.write_text(f'#!/bin/sh\nPYTHONPATH="{paths}" exec {python} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        check = [str(program), "-c", "import msgspec, sqlalchemy, cv2, pytest, qarunner"]
        with contextlib.suppress(OSError):
            if subprocess.run(check, user="nobody", cwd="/", check=False, capture_output=True).returncode == 0:
                return program
    pytest.skip("no Python here can be run by another user")


@pytest.fixture
def work() -> Iterator[Path]:
    """A folder that other users may pass through."""
    with tempfile.TemporaryDirectory(prefix="qarunner-work-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def harmed(farm: ServedFarm, other: str) -> dict[str, str]:
    """Run a job on the other node, then one that means harm; return how each try ended."""
    farm.start(DATABASE_PASSWORD=SECRET)
    mine, farm.node = farm.node, other
    job = farm.run("tests/menu.py::test_pass")
    farm.node = mine
    api = "/qarunner/api/v1"
    [victim] = farm.ask("GET", f"{api}/results").json()["results"]
    keys = [str(path.relative_to(farm.data)) for path in farm.data.glob("keys/*")]
    assert keys, list(farm.data.iterdir())
    values = {"data": farm.data, "pid": farm.pid, "secret": SECRET, "node": mine, "other": other, "keys": keys}
    values |= {"job": job["job_uid"], "result": victim["id"]}
    farm.pack.write("tests/harm.py", HARM.format(**values))
    farm.pack.commit()
    farm.run(*(f"tests/harm.py::test_{one}" for one in TRIES))
    rows = farm.ask("GET", f"{api}/results", params={"filter": "testcase:*harm*"}).json()["results"]
    found = {row["testcase"].rpartition("test_")[2]: f"{row['outcome']} {row['failure_reason'] or ''}" for row in rows}
    assert set(found) == set(TRIES), farm.said()
    artifacts = farm.ask("GET", f"{api}/results/{victim['id']}/artifacts").json()["artifacts"]
    assert "evil.txt" not in [one["path"] for one in artifacts]
    return found


@pytest.fixture
def two_nodes(tmp_path: Path, request: pytest.FixtureRequest, work: Path) -> Iterator[tuple[ServedFarm, str]]:
    """A server with two nodes, whose jobs run as the user that the test names; it is down."""
    user = request.param
    program = python_for_everybody(work) if user else ""
    server = f'job_user = "{user}"\njob_folder = "{work}/jobs"\njob_python = "{program}"\n' if user else ""
    other = f"test-{uuid.uuid4().hex[:8]}"
    served = ServedFarm(tmp_path, server, node_table(other))
    yield served, other
    served.stop()


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run jobs as another user of the host")


@as_root
@pytest.mark.parametrize("two_nodes", ["nobody"], indirect=True)
def test_another_user_of_the_host_is_refused_everything(two_nodes: tuple[ServedFarm, str]) -> None:
    farm, other = two_nodes
    assert harmed(farm, other) == dict.fromkeys(TRIES, "pass ")
    assert "can read its store" not in farm.said()
    assert "jobs of all nodes run as nobody" in farm.said(), "what one of them writes, the others can read"


@pytest.mark.parametrize("two_nodes", [""], indirect=True)
def test_the_servers_own_user_is_not_and_the_server_warns_of_it(two_nodes: tuple[ServedFarm, str]) -> None:
    farm, other = two_nodes
    found = harmed(farm, other)
    assert {one: how.partition(" ")[0] for one, how in found.items()} == {
        "store": "fail",
        "keys": "fail",
        "environment": "fail",
        "socket": "fail",
        "post": "pass",
    }, found
    assert "jobs run as the server's own user: testcases can read its store and its keys" in farm.said()


@as_root
def test_each_node_may_have_a_user_of_its_own(tmp_path: Path, work: Path) -> None:
    program = python_for_everybody(work)
    user = next(entry.pw_name for entry in pwd.getpwall() if entry.pw_uid not in (0, 65534))
    farm = ServedFarm(tmp_path, f'job_user = "{{node}}"\njob_folder = "{work}/jobs"\njob_python = "{program}"\n')
    text = (tmp_path / "qarunner.toml").read_text().replace(f"[nodes.{farm.node}]", f"[nodes.{user}]")
    (tmp_path / "qarunner.toml").write_text(text)
    farm.node = user
    farm.pack.write(
        "tests/menu.py", f"import os, pwd\ndef test_who(): assert pwd.getpwuid(os.getuid())[0] == '{user}'\n"
    )
    farm.pack.commit()
    try:
        farm.start()
        job = farm.run("tests/menu.py::test_who")
        assert job["result_counts"]["pass"] == 1, farm.said()
        assert "jobs of all nodes run as" not in farm.said()
    finally:
        farm.stop()
