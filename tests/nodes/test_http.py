from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy
import pytest
from tests.peers.fake_rig import number_of
from tests.peers.ports import free_port
from tests.peers.rig_node import IMPATIENT, ROOT, RigNode, eventually

from qarunner.errors import DeviceError, NodeBusyError
from qarunner.nodes.http_client import LocalConnection, NodeHttp
from qarunner.nodes.http_server import LARGEST_BODY, MOST_CONNECTIONS
from qarunner.nodes.listen import TOKEN_VARIABLE
from qarunner.nodes.names import socket_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.nodes.conftest import RigMaker

    from qarunner.protocols import Pixels


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RigNode]:
    """One node for all tests of this file; a view of it keeps its exporter running."""
    folder = tmp_path_factory.mktemp("http")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("XDG_STATE_HOME", str(folder))
        rig = RigNode(folder, IMPATIENT)
        rig.observe().frames.newest()
        yield rig
        rig.close()


def decoded(data: bytes) -> Pixels:
    picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(numpy.uint8)


def ask(rig: RigNode, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    status, answer, _headers = rig.http.request(method, path, body)
    return status, json.loads(answer)


def test_the_status_tells_all_there_is_to_know(rig: RigNode) -> None:
    status, answer = ask(rig, "GET", "/status")
    assert status == 200
    assert answer["node"] == rig.config.id
    assert answer["capture"]["signal"] == "frames"
    assert answer["capture"]["pixel_format"] == "bgr24"
    assert answer["lease"] is None
    assert answer["hangs"] == []
    assert set(answer) >= {"pid", "since", "versions", "readers", "recorder", "fingerprint", "remote", "power"}


def test_a_screenshot_is_the_newest_frame_without_loss(rig: RigNode) -> None:
    status, body, headers = rig.http.request("GET", "/screenshot.png")
    assert (status, headers["Content-Type"]) == (200, "image/png")
    picture = decoded(body)
    assert picture.shape == (180, 320, 3)
    assert number_of(picture) == int(headers["X-Frame-Sequence"])
    assert float(headers["X-Frame-Age"]) >= 0


def test_a_thumbnail_has_the_width_that_was_asked_for(rig: RigNode) -> None:
    status, body, headers = rig.http.request("GET", "/thumbnail.jpg?width=160&quality=80")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert decoded(body).shape == (90, 160, 3)


def test_head_gives_the_headers_only(rig: RigNode) -> None:
    status, body, headers = rig.http.request("HEAD", "/screenshot.png")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 100


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/no/such/page", None, 404, "there is no '/no/such/page'"),
        ("GET", "/record/<id>.mp4", None, 404, "there is no '/record/<id>.mp4'"),
        ("GET", "/record/0123456789abcdef.mp4", None, 404, "there is no recording '0123456789abcdef'"),
        ("DELETE", "/status", None, 405, "/status does not take DELETE"),
        ("BREW", "/status", None, 405, "/status does not take BREW"),
        ("GET", "/press", None, 405, "/press does not take GET"),
        ("POST", "/press", {}, 400, "missing required field `key`"),
        ("POST", "/press", {"key": 5}, 400, "Expected `str`, got `int` - at `$.key`"),
        ("POST", "/press", {"key": "KEY_OK", "colour": "red"}, 400, "unknown field `colour`"),
        ("POST", "/press", {"key": "KEY_KO"}, 400, "has no key 'KEY_KO'"),
        ("POST", "/press", {"key": "KEY_OK", "lease": "old"}, 400, "has ended"),
        ("POST", "/lease", {"holder": "me", "seconds": 1e9}, 400, "at `$.seconds`"),
        ("PUT", "/lease", {"lease": "old"}, 400, "has ended"),
        ("GET", "/thumbnail.jpg?width=3", None, 400, "width='3' is not a whole number from 64 to 1920"),
        ("GET", "/live.mjpg?quality=x", None, 400, "quality='x' is not a whole number from 10 to 95"),
        ("POST", "/press", {"key": "x" * LARGEST_BODY}, 413, "the body has"),
    ],
)
def test_what_cannot_be_done_is_told_in_json_with_its_status(
    rig: RigNode, method: str, path: str, body: Any, status: int, words: str
) -> None:
    answered, answer = ask(rig, method, path, body)
    assert (answered, words in answer["error"]) == (status, True), answer
    assert "advice" in answer


def test_a_wrong_method_names_the_right_ones(rig: RigNode) -> None:
    _status, _body, headers = rig.http.request("DELETE", "/lease/")
    assert _status == 404
    _status, _body, headers = rig.http.request("PATCH", "/lease")
    assert headers["Allow"] == "POST, PUT, DELETE"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"what is this\r\n\r\n", b"400"),
        (b"POST /press HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /press HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", b"413"),
        (b"POST /press HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST /press HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n[[[[[", b"400"),
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 200 + b"\r\n", b"431"),
    ],
)
def test_what_is_no_proper_request_gets_a_json_answer_too(rig: RigNode, raw: bytes, status: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(socket_name(rig.config.id, "http"))
        connection.sendall(raw)
        answer = connection.makefile("rb").read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert json.loads(body)["error"]


def test_several_requests_on_one_connection(rig: RigNode) -> None:
    connection = LocalConnection(rig.config.id)
    for _ in range(3):
        connection.request("POST", "/press", json.dumps({"key": "KEY_OK"}))
        response = connection.getresponse()
        assert response.status == 200
        times = json.loads(response.read())
        assert times["start"] <= times["end"] <= time.monotonic()
    connection.close()


def test_keys_work_without_a_lease_and_a_forgotten_one_is_released(rig: RigNode) -> None:
    assert ask(rig, "POST", "/keydown", {"key": "KEY_UP"})[0] == 200
    assert ask(rig, "POST", "/keyup", {"key": "KEY_UP"})[0] == 200
    assert ask(rig, "POST", "/keydown", {"key": "KEY_DOWN"})[0] == 200
    eventually(lambda: rig.last_key == "remote keyup KEY_DOWN", "it is released by itself")


def test_a_leased_node_takes_keys_only_from_its_holder(rig: RigNode) -> None:
    status, lease = ask(rig, "POST", "/lease", {"holder": "the portal", "reason": "looking around", "seconds": 60})
    assert status == 201
    token = lease["lease"]
    assert lease["until"] == pytest.approx(time.time() + 60, abs=20)
    status, refusal = ask(rig, "POST", "/press", {"key": "KEY_OK"})
    assert status == 409
    assert "leased by the portal" in refusal["error"]
    assert "'looking around'" in refusal["error"]
    assert "until 20" in refusal["error"]
    assert ask(rig, "POST", "/lease", {"holder": "somebody else"})[0] == 409
    with pytest.raises(NodeBusyError, match="leased by the portal"):
        rig.connect()
    assert ask(rig, "POST", "/press", {"key": "KEY_OK", "lease": token})[0] == 200
    assert ask(rig, "POST", "/keydown", {"key": "KEY_HOME", "lease": token})[0] == 200
    renewed = ask(rig, "PUT", "/lease", {"lease": token, "seconds": 3600})[1]
    assert renewed["until"] > lease["until"]
    assert ask(rig, "GET", "/status")[1]["lease"]["holder"] == "the portal"
    assert ask(rig, "DELETE", "/lease", {"lease": token})[0] == 200
    assert rig.last_key == "remote keyup KEY_HOME"
    assert ask(rig, "POST", "/press", {"key": "KEY_OK"})[0] == 200


def test_a_lease_that_is_not_renewed_ends(rig: RigNode) -> None:
    ask(rig, "POST", "/lease", {"holder": "the portal", "seconds": 1})
    with rig.connect(wait=30) as node:
        lease = node.status().lease
        assert lease is not None
        assert lease.holder == "the test"


def test_a_video_is_recorded_and_fetched(rig: RigNode) -> None:
    status, started = ask(rig, "POST", "/record/start")
    assert status == 201
    assert ask(rig, "GET", started["file"])[0] == 409
    eventually(lambda: ask(rig, "GET", "/status")[1]["recorder"]["recordings"][-1]["frames"], "a frame")
    info = ask(rig, "POST", "/record/stop", {"id": started["id"]})[1]
    assert ask(rig, "POST", "/record/stop", {"id": started["id"]})[1] == info
    status, video, headers = rig.http.request("GET", started["file"])
    assert (status, headers["Content-Type"], len(video)) == (200, "video/mp4", info["size"])
    path = rig.log_path.parent / "fetched.mp4"
    path.write_bytes(video)
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == info["frames"] > 0


def test_videos_over_http_are_limited_in_length_and_number(rig: RigNode) -> None:
    started = [ask(rig, "POST", "/record/start")[1] for _ in range(4)]
    assert ask(rig, "POST", "/record/start")[0] in (409, 503)
    infos = [ask(rig, "GET", "/status")[1]["recorder"]["recordings"]]
    eventually(
        lambda: all(info["cut"] for info in ask(rig, "GET", "/status")[1]["recorder"]["recordings"]), "they have ended"
    )
    infos = [ask(rig, "POST", "/record/stop", {"id": recording["id"]})[1] for recording in started]
    assert {info["notes"][-1] for info in infos} == {"video ends at its limit of 0.5 s"}
    fifth = ask(rig, "POST", "/record/start")[1]
    assert ask(rig, "GET", started[0]["file"])[0] == 404
    assert ask(rig, "GET", started[1]["file"] + "x")[0] == 404
    ask(rig, "POST", "/record/stop", {"id": fifth["id"]})


def parts_of(response: http.client.HTTPResponse) -> Iterator[tuple[Pixels, float]]:
    """Read a live view's pictures and their times."""
    while response.readline().startswith(b"--"):
        headers = http.client.parse_headers(response)
        data = response.read(int(headers["Content-Length"]))
        response.readline()
        yield decoded(data), float(headers["X-Frame-Time"])


def live(rig: RigNode, query: str = "") -> http.client.HTTPResponse:
    connection = LocalConnection(rig.config.id, timeout=20)
    connection.request("GET", f"/live.mjpg{query}")
    return connection.getresponse()


def test_the_live_view_shows_rising_frames_to_several_viewers(rig: RigNode) -> None:
    views = [live(rig, "?quality=90"), live(rig, "?quality=90"), live(rig, "?width=160&fps=5")]
    assert views[0].headers["Content-Type"].startswith("multipart/x-mixed-replace; boundary=")
    for view, width in zip(views, (320, 320, 160), strict=True):
        parts = parts_of(view)
        shown = [next(parts) for _ in range(5)]
        assert all(picture.shape[1] == width for picture, _time in shown)
        times = [taken for _picture, taken in shown]
        assert times == sorted(set(times))
        if width == 320:
            assert number_of(shown[1][0]) > number_of(shown[0][0])
    assert ask(rig, "GET", "/status")[1]["viewers"] == 3
    for view in views:
        view.close()
    eventually(lambda: ask(rig, "GET", "/status")[1]["viewers"] == 0, "viewers who have gone are not counted")


def test_without_a_signal_the_live_view_says_so_and_a_screenshot_is_refused(rig: RigNode) -> None:
    with rig.connect() as node:
        view = live(rig)
        parts = parts_of(view)
        next(parts)
        node.inject_fault("none")
        eventually(lambda: node.frames.problem, "no signal")
        status, answer = ask(rig, "GET", "/screenshot.png")
        assert status == 503
        assert "shows no picture: capture driver fake: no signal" in answer["error"]
        # The card is dark grey with light letters; the rig's own pictures are colourful.
        eventually(lambda: numpy.median(next(parts)[0], axis=(0, 1)).max() < 60, "a card instead of the last picture")
        view.close()


def test_a_viewer_that_does_not_read_holds_up_nobody(rig: RigNode) -> None:
    view = live(rig)
    with rig.connect() as node:
        after = 0
        for _ in range(20):
            frame = node.frames.newest(after)
            assert frame is not None
            after = frame.sequence
    view.close()


def test_too_many_connections_are_refused_and_the_exporter_goes_on(rig: RigNode) -> None:
    connections = []
    for _ in range(MOST_CONNECTIONS + 5):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        connection.connect(socket_name(rig.config.id, "http"))
        connections.append(connection)
    assert connections[-1].recv(1000).startswith(b"HTTP/1.1 503 ")
    for connection in connections:
        connection.close()
    eventually(lambda: answers(rig), "it answers again")


def answers(rig: RigNode) -> bool:
    try:
        return ask(rig, "GET", "/status")[0] == 200
    except (DeviceError, ValueError):
        return False


TOKEN = "a token that is long enough"  # noqa: S105 - of these tests only


def test_on_the_network_a_token_is_needed(make_rig: RigMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    port = free_port()
    rig = make_rig(listen=f"127.0.0.1:{port}")
    with rig.observe():
        for token in ("", "wrong"):
            status, body, _headers = NodeHttp.remote("127.0.0.1", port, token).request("GET", "/status")
            assert (status, json.loads(body)["error"]) == (401, "a token is needed")
        allowed = NodeHttp.remote("127.0.0.1", port, TOKEN)
        assert allowed.request("GET", "/screenshot.png")[0] == 200
        assert allowed.request("POST", "/press", {"key": "KEY_OK"})[0] == 200


@pytest.mark.skipif(not shutil.which("openssl"), reason="system package not installed: openssl")
def test_on_the_network_with_tls(make_rig: RigMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificate, key, token_file = (tmp_path / name for name in ("cert.pem", "key.pem", "token"))
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=rig"
    subject = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *subject], check=True, capture_output=True)
    token_file.write_text(TOKEN, encoding="utf-8")
    token_file.chmod(0o600)
    port = free_port()
    rig = make_rig(listen=f"0.0.0.0:{port}?certificate={certificate}&key={key}&token_file={token_file}")
    trust = ssl.create_default_context(cafile=str(certificate))
    with rig.observe():
        # Somebody who does not shake hands keeps nobody else from it.
        with socket.create_connection(("127.0.0.1", port)):
            assert NodeHttp.remote("127.0.0.1", port, TOKEN, trust).request("GET", "/status")[0] == 200
        with pytest.raises(DeviceError, match="does not answer GET /status"):
            NodeHttp.remote("127.0.0.1", port, TOKEN).request("GET", "/status")
    assert os.environ.get(TOKEN_VARIABLE) is None


def test_without_an_exporter_the_error_says_what_was_asked() -> None:
    with pytest.raises(DeviceError, match="does not answer GET /status"):
        NodeHttp.local("no-such-node").request("GET", "/status")
