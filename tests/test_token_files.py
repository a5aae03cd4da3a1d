"""A token in a file: read, or told which file cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from qarunner import ConfigurationError, read_token_file


def test_a_token_is_read_without_blanks_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(" qar_abc\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_token_file(str(tmp_path / "token"), "x") == read_token_file("~/token", "x") == "qar_abc"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told_with_where_it_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"^\[reporters.mine\]: token_file: .*") as raised:
        read_token_file(str(file), "[reporters.mine]: token_file")
    assert "holds the token and nothing else" in raised.value.advice
