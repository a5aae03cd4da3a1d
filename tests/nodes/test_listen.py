from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qarunner.errors import ConfigurationError
from qarunner.nodes.listen import TOKEN_VARIABLE, parse

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "0123456789abcdef"  # noqa: S105 - of these tests only
WITH_TOKEN = {TOKEN_VARIABLE: TOKEN}


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8765", "127.0.0.1", 8765),
        ("localhost:0", "localhost", 0),
        ("[::1]:8765", "::1", 8765),
    ],
)
def test_loopback_addresses_need_only_a_token(text: str, host: str, port: int) -> None:
    address = parse(text, WITH_TOKEN)
    assert (address.host, address.port, address.token, address.tls) == (host, port, TOKEN, None)


@pytest.mark.parametrize(
    ("text", "environment", "words"),
    [
        ("8765", WITH_TOKEN, "is not understood"),
        ("127.0.0.1:", WITH_TOKEN, "is not understood"),
        ("127.0.0.1:99999", WITH_TOKEN, "is not understood"),
        ("127.0.0.1:80?colour=red", WITH_TOKEN, "is not understood"),
        ("127.0.0.1:80", {}, "needs a token of at least 16 characters"),
        ("127.0.0.1:80", {TOKEN_VARIABLE: "short"}, "needs a token of at least 16 characters"),
        ("0.0.0.0:80", WITH_TOKEN, "in the clear"),
        ("example.org:80", WITH_TOKEN, "in the clear"),
        ("0.0.0.0:80?certificate=/nowhere/cert.pem", WITH_TOKEN, "the certificate /nowhere/cert.pem cannot be used"),
        ("127.0.0.1:80?token_file=/nowhere/token", {}, "token file /nowhere/token: No such file"),
    ],
)
def test_what_is_malformed_or_unsafe_is_refused_with_a_reason(
    text: str, environment: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        parse(text, environment)


def test_a_token_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="others may read the token file"):
        parse(f"127.0.0.1:80?token_file={path}", {})
    path.chmod(0o600)
    assert parse(f"127.0.0.1:80?token_file={path}", {}).token == TOKEN


def test_an_address_that_is_taken_is_named() -> None:
    with parse("127.0.0.1:0", WITH_TOKEN).bind() as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}: "):
            parse(f"127.0.0.1:{port}", WITH_TOKEN).bind()
