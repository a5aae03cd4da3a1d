"""Where the server is and with which token: as for the reporter ``server``, of whose settings these are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qarunner.commands.serve import is_loopback
from qarunner.commands.terminal import note
from qarunner.errors import ConfigurationError
from qarunner.token_files import read_token_file

if TYPE_CHECKING:
    from qarunner.config import Configuration

TOKEN = "QARUNNER_SERVER_TOKEN"  # noqa: S105 - a variable's name


def address_of(configuration: Configuration, token_file: str | None) -> tuple[str, str]:
    """Return the server's URL and the token.

    :param token_file: from the command line; else ``[reporters.server]`` or the environment has the token.
    :raises ConfigurationError: it is not said where the server is, or the token cannot be read.
    """
    options, source = configuration.reporter_options("server")
    url = str(configuration.get("server_url") or options.get("url") or "").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        problem = f"the server's address is {url!r}" if url else "it is not said where the server is"
        raise ConfigurationError(problem, "Give --server https://HOST, or set QARUNNER_SERVER, or server_url")
    if parts.username or parts.password:
        raise ConfigurationError("the server's address holds a user or password", f"Put a token into {TOKEN} instead")
    if token_file:
        token = read_token_file(token_file, "--token-file")
    else:
        token = str(options.get("token") or "")
        if not token and options.get("token_file"):
            token = read_token_file(str(options["token_file"]), f"{source}: token_file")
        token = token or os.environ.get(TOKEN, "").strip()
    if not token:
        advice = f"Put one into {TOKEN}, or name a file that holds it: --token-file PATH. `qarunner token` makes one"
        raise ConfigurationError(f"{url} needs a token", advice)
    if not token.isascii() or any(character.isspace() for character in token):
        raise ConfigurationError("the token holds something that no token has", "It is one word; copy it again")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        note(f"warning: the token travels unencrypted to {url}; is there an https:// address?")
    return url, token
