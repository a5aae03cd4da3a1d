"""Over the wire: what a real client and a rude one get from the server."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from pathlib import Path

import pytest
import requests
from tests.peers.certificates import make_certificate
from tests.peers.tiny_dialect import tiny
from tests.server.conftest import Serve

from qarunner.dialects.spec import Services
from qarunner.errors import ConfigurationError
from qarunner.server.app import AppSettings
from qarunner.server.http import HttpServer


@pytest.fixture
def headers(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"token {tokens['write']}"}


def raw(server: HttpServer, request: bytes, *, whole: bool = True) -> bytes:
    """Send bytes and return what comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(request)
        if whole:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_requests_on_one_connection_and_ids_pasted_with_slashes(serve: Serve, headers: dict[str, str]) -> None:
    server = serve(tiny())
    with requests.Session() as session:
        session.headers.update(headers)
        for path in ("/api/tiny/who", "//api/tiny/who/", "/api//tiny//who"):
            assert session.get(server.url + path).json() == ["write", "token"]
        assert session.get(f"{server.url}/api/tiny/ids//node/0a23/1").json() == "node/0a23/1"


def test_a_large_refused_body_is_answered_and_the_connection_goes_on(serve: Serve, headers: dict[str, str]) -> None:
    server = serve(tiny(), settings=AppSettings(body_limit=1000))
    with requests.Session() as session:
        answer = session.post(f"{server.url}/api/tiny/press", data=b"x" * 5_000_000, headers=headers)
        assert answer.json()[:2] == ["tiny", 413], answer.json()
        chunks = iter([b"x" * 100_000] * 20)
        answer = session.post(f"{server.url}/api/tiny/press", data=chunks, headers=headers)
        assert answer.json()[:2] == ["tiny", 413], answer.json()
        assert session.get(f"{server.url}/api/tiny/who", headers=headers).status_code == 200


def test_what_is_left_of_a_chunked_body_is_not_taken_for_a_request(serve: Serve) -> None:
    server = serve(tiny())
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    chunk = f"{len(smuggled):x}\r\n".encode() + smuggled + b"\r\n0\r\n\r\n"
    request = b"POST /api/tiny/nothing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk
    assert raw(server, request).count(b"HTTP/1.1 ") == 1


def test_an_answer_without_chunked_encoding_for_old_clients(serve: Serve) -> None:
    answer = raw(serve(), b"GET /healthz HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b'{"status":"ok"}\n')


@pytest.mark.parametrize("line", [b"nonsense", b"GET", b"GET /\x00 HTTP/1.1", b"\xff\xfe\x00"])
def test_nonsense_on_the_wire_is_refused_and_the_server_lives(serve: Serve, line: bytes) -> None:
    server = serve()
    answer = raw(server, line + b"\r\nHost: x\r\n\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200


def test_huge_headers_are_refused(serve: Serve) -> None:
    answer = raw(serve(), b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", whole=False)
    assert answer == b"" or answer.split()[1] in (b"413", b"400", b"431")


def test_the_server_does_not_tell_its_library(serve: Serve) -> None:
    assert requests.get(f"{serve().url}/healthz", timeout=10).headers["Server"] == "qarunner"


def test_two_hundred_clients_at_once_all_get_their_answer(serve: Serve, headers: dict[str, str]) -> None:
    server = serve(tiny())
    statuses: list[int] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", "/api/tiny/who", headers=headers)
        statuses.append(connection.getresponse().status)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [200] * 200


def test_a_taken_port_is_explained(serve: Serve, services: Services) -> None:
    server = serve()
    with pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1 port {server.port}"):
        HttpServer(lambda _environ, _start: [], port=server.port)


def test_https_with_a_certificate(serve: Serve, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    server = serve(tls=(str(certificate), str(key)))
    assert server.url.startswith("https://127.0.0.1:")
    assert requests.get(f"{server.url}/healthz", verify=str(certificate), timeout=10).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{server.url}/healthz", timeout=10)


def test_a_certificate_that_is_none_is_explained(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises((ConfigurationError, ssl.SSLError), match="cannot be used"):
        HttpServer(lambda _environ, _start: [], tls=(str(tmp_path / "cert.pem"), str(tmp_path / "cert.pem")))
