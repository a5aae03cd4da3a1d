"""Adding a node's lines to a file changes nothing of what is there."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from qarunner.commands.node.file import append, text_of
from qarunner.errors import ConfigurationError


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("", 1),
        ("time_limit = 1\n", 3),
        ("time_limit = 1", 3),
        ("time_limit = 1\n\n# end\n", 5),
        ("[nodes.x]\nlinger = 2\n[server]\nport = 1\n", 6),
    ],
)
def test_the_lines_stand_behind_an_empty_one(tmp_path: Path, before: str, line: int) -> None:
    path = tmp_path / "qarunner.toml"
    if before:
        path.write_text(before)
    assert append(path, "new", text_of("new", {"capture": "virtual:"})) == line
    content = path.read_text()
    assert content.startswith(before)
    assert content.splitlines()[line - 1 :] == ["[nodes.new]", 'capture = "virtual:"']
    assert not before or content.splitlines()[line - 2] == ""


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\tb", "\x7f", "Fernseher für alle", "𝄞", "# no comment", "a\nb"])
def test_any_text_is_read_back_as_it_was(tmp_path: Path, text: str) -> None:
    path = tmp_path / "qarunner.toml"
    append(path, "new", text_of("new", {"capture": f"x:{text}"}, text))
    node = tomllib.loads(path.read_text())["nodes"]["new"]
    assert node == {"capture": f"x:{text}", "device": {"model": text}}


def test_links_and_permissions_of_the_file_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_text("time_limit = 3\n")
    real.chmod(0o600)
    (tmp_path / "qarunner.toml").symlink_to(real)
    append(tmp_path / "qarunner.toml", "new", text_of("new", {"capture": "virtual:"}))
    assert (tmp_path / "qarunner.toml").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert real.read_text().startswith("time_limit = 3\n\n[nodes.new]\n")


def test_a_node_that_came_into_the_file_meanwhile_is_not_added_again(tmp_path: Path) -> None:
    path = tmp_path / "qarunner.toml"
    text = text_of("new", {"capture": "virtual:"})
    append(path, "new", text)
    with pytest.raises(ConfigurationError, match="has a node 'new' already"):
        append(path, "new", text)
    assert path.read_text() == text
