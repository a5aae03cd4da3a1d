"""Tokens that lie in a file, so that they stand in no configuration and on no command line."""

from __future__ import annotations

from pathlib import Path

from qarunner.errors import ConfigurationError


def read_token_file(path: str, place: str) -> str:
    """Return the token that a file holds, without blanks around it.

    :param path: may begin with ``~``. :param place: where the file is named, such as ``[reporters.mine]: token_file``.
    :raises ConfigurationError: it cannot be read; says which and why.
    """
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{place}: {error}", "Name a file that holds the token and nothing else") from error
