"""A whole server that speaks HTTPS by itself."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import pytest
import requests
from tests.peers.certificates import make_certificate
from tests.peers.served_farm import ServedFarm


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFarm]:
    folder = tmp_path_factory.mktemp("farm")
    certificate, key = make_certificate(folder)
    served = ServedFarm(folder)
    served.verify = str(certificate)
    try:
        served.start("--tls-cert", str(certificate), "--tls-key", str(key))
        yield served
    finally:
        served.stop()


def test_clients_who_know_the_certificate_are_served(farm: ServedFarm) -> None:
    assert farm.url.startswith("https://127.0.0.1:")
    assert farm.ask("GET", "/api/v2/user").json() == {"login": "admin"}
    node = farm.ask("GET", f"/api/v2/nodes/{farm.node}").json()
    assert node["node_url"] == f"{farm.url}/api/v2/nodes/{farm.node}"


def test_others_and_plain_http_are_not(farm: ServedFarm) -> None:
    port = int(farm.url.rpartition(":")[2])
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", port), 30) as connection:
        ssl.create_default_context(cafile=None).wrap_socket(connection, server_hostname="127.0.0.1")
    try:
        answer = requests.get(f"http://127.0.0.1:{port}/api/v2/user", timeout=30)
    except requests.ConnectionError:
        pass
    else:
        assert answer.status_code == 400
    assert farm.ask("GET", "/healthz").status_code == 200


def test_a_job_brings_its_results_in_at_once(farm: ServedFarm) -> None:
    job = farm.run("tests/menu.py::test_pass", "tests/menu.py::test_fail")
    log = farm.ask("GET", job["log_url"]).text
    assert job["result_counts"] == {"pass": 1, "fail": 1, "error": 0, "total": 2}, log
    assert "1 failed, 1 passed" in log
    assert "delivered" not in log, "its reporter has tried what cannot succeed, and waited for it"
    [row] = farm.ask("GET", "/api/v2/results", params={"filter": "result:fail"}).json()
    assert row["result_url"].startswith(farm.url)
