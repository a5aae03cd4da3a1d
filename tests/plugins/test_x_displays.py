"""Which X displays are found: those that somebody listens on."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.peers.x_display import XDisplay

from qarunner_plugins import x_displays
from qarunner_plugins.capture_screen import qa_drivers


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(x_displays, "SOCKETS", tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    return tmp_path


def listen(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    return listening


def test_a_socket_that_a_crashed_server_left_behind_is_no_display(sockets: Path) -> None:
    listen(sockets / "X3").close()
    (sockets / "notes").write_text("")
    with listen(sockets / "X12"), listen(sockets / "X7"):
        assert x_displays.displays_of_this_host() == [":3", ":7", ":12"]
        assert x_displays.displays_in_use() == [":7", ":12"]


@pytest.mark.parametrize(
    ("own", "found"),
    [
        (":12", [":12", ":7"]),
        (":12.0", [":12", ":7"]),
        (":3", [":7", ":12"]),
        ("desk:10.0", ["desk:10", ":7", ":12"]),
    ],
)
def test_the_users_own_display_comes_first(
    sockets: Path, monkeypatch: pytest.MonkeyPatch, own: str, found: list[str]
) -> None:
    monkeypatch.setenv("DISPLAY", own)
    with listen(sockets / "X12"), listen(sockets / "X7"):
        assert x_displays.displays_in_use() == found


@pytest.mark.needs("xvfb")
def test_a_real_display_is_offered_while_it_runs() -> None:
    [driver] = qa_drivers()
    with XDisplay() as display:
        found = {one.uri: one for one in driver.discover()}
        assert found[f"screen:{display.name}"].device == f"X display {display.name}"
    assert f"screen:{display.name}" not in {one.uri for one in driver.discover()}
