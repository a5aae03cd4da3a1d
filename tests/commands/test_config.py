"""``qarunner config``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qarunner.commands.config import masked

if TYPE_CHECKING:
    from tests.commands.conftest import Qarunner

TOML = """
time_limit = 60

[nodes.living-room]
capture = {uri = "video:film.mp4", password = "hunter2"}
remote = "net:http://anna:hunter2@remote/x?token=hunter2&key=KEY_OK"

[nodes.kitchen]
capture = "video:other.mp4"
"""


@pytest.fixture
def toml(here: Path) -> Path:
    path = here / "qarunner.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def test_each_value_is_shown_with_its_source_and_what_it_overrides(
    qarunner: Qarunner, toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QARUNNER_TIME_LIMIT", "5")
    said = qarunner("config")
    assert said.code == 0
    lines = said.out.splitlines()
    number = lines.index("time_limit = 5.0  # environment variable QARUNNER_TIME_LIMIT")
    assert lines[number + 1] == f"    overrides 60  # {toml}:2"
    assert "repeat = 1  # default" in lines
    assert f'nodes.kitchen.capture = "video:other.mp4"  # {toml}:9' in lines
    assert 'nodes.virtual-stb.capture = "virtual:"  # plugin virtual_stb' in lines


def test_a_node_is_shown_alone_with_the_file_of_the_pack_and_its_defaults(
    qarunner: Qarunner, toml: Path, pack: Callable[..., Path]
) -> None:
    root = pack({"config/test-farm/kitchen.conf": "[node]\ncapture = video:pack.mp4\nframe_size = 640x360\n"})
    said = qarunner("config", "kitchen")
    assert "living-room" not in said.out
    lines = said.out.splitlines()
    number = lines.index(f'nodes.kitchen.capture = "video:other.mp4"  # {toml}:9')
    assert lines[number + 1] == f'    overrides "video:pack.mp4"  # {root}/config/test-farm/kitchen.conf:2'
    assert f'nodes.kitchen.frame_size = "640x360"  # {root}/config/test-farm/kitchen.conf:3' in lines
    assert "nodes.kitchen.linger = 5.0  # default" in lines


def test_secrets_are_never_shown(qarunner: Qarunner, toml: Path) -> None:
    for words in ((), ("--json",), ("living-room",)):
        said = qarunner("config", *words)
        assert "hunter2" not in said.out + said.err
        assert "video:film.mp4" in said.out


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("uri", "net:http://anna:hunter2@host/x", "net:http://anna:********@host/x"),
        ("uri", "rtsp://host/live?user=a&api_token=abc#1", "rtsp://host/live?user=a&api_token=********"),
        ("password", "hunter2", "********"),
        ("password", "", ""),
        ("token", {"env": "TOKEN"}, {"env": "TOKEN"}),
        ("store", {"url": "http://x", "api_key": "abc"}, {"url": "http://x", "api_key": "********"}),
        ("tags", {"build": "1.2"}, {"build": "1.2"}),
        ("list", ["http://a:b@c"], ["http://a:********@c"]),
        ("seed", 7, 7),
    ],
)
def test_what_is_masked(name: str, value: object, shown: object) -> None:
    assert masked(name, value) == shown


def test_a_value_that_does_not_fit_is_marked_where_it_stands(qarunner: Qarunner, toml: Path) -> None:
    toml.write_text(TOML.replace("60", '"soon"') + 'frame_size = "3x3"\n', encoding="utf-8")
    said = qarunner("config", "kitchen")
    assert said.code == 1
    lines = said.out.splitlines()
    number = lines.index(f'time_limit = "soon"  # {toml}:2')
    assert lines[number + 1].startswith(f"    {toml}:2: time_limit = 'soon': Expected")
    number = lines.index(f'nodes.kitchen.frame_size = "3x3"  # {toml}:10')
    assert "is no size of a picture" in lines[number + 1]


def test_an_unknown_node_is_answered_with_the_known(qarunner: Qarunner, toml: Path) -> None:
    said = qarunner("config", "living-roon")
    assert said.code == 2
    assert "there is no node 'living-roon'\n  did you mean 'living-room'?" in said.err


def test_the_same_is_there_for_programs(qarunner: Qarunner, toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QARUNNER_TIME_LIMIT", "5")
    entries = {entry["name"]: entry for entry in qarunner("config", "--json").json}
    assert entries["time_limit"] == {
        "name": "time_limit",
        "value": 5.0,
        "source": "environment variable QARUNNER_TIME_LIMIT",
        "overridden": [{"value": 60, "source": f"{toml}:2"}],
        "problem": "",
    }
