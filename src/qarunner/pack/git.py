"""Runs git for the server: with an environment of its own, without hooks or questions, and never for long.

A test pack's repository is somebody else's: neither its configuration nor the server's own may make git run anything.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from qarunner.errors import ConfigurationError, QarunnerError

QUICK = 10.0
"""Seconds for what only reads the disk."""
FETCH_LIMIT = 120.0
"""Seconds for a clone or a fetch."""
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "https_proxy", "no_proxy")
SCHEMES = ("https", "ssh", "file")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_OTHER_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")
_SSH_SHORT = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!/?/)[^\s:]")

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",
    "safe.directory=*",
    "transfer.fsckObjects=false",
    "submodule.recurse=false",
    "protocol.allow=never",
    *(f"protocol.{scheme}.allow=always" for scheme in SCHEMES),
)


class GitError(QarunnerError):
    """git could not do what was asked."""


def git(
    *arguments: str,
    folder: Path | None = None,
    limit: float = QUICK,
    given: bytes | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git and return what it said.

    :param folder: the repository; a bare one, or one with a work tree.
    :param limit: seconds.
    :param given: its standard input; nothing by default.
    :param variables: more of the environment.
    :raises GitError: it failed or took too long; `problem` has its last line.
    """
    try:
        done = subprocess.run(
            [*command(folder), *arguments],
            input=b"" if given is None else given,
            capture_output=True,
            timeout=limit,
            check=False,
            env={**environment(), **(variables or {})},
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed", "Install git: the server reads test packs with it") from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} took more than {limit:g} s", "See whether the remote answers") from error
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
        raise GitError(f"git {arguments[0]} failed: {lines[-1][:500]}")
    return done


def command(folder: Path | None) -> Sequence[str]:
    """Return how git is called, up to its own command."""
    chosen = [part for setting in _SETTINGS for part in ("-c", setting)]
    return ["git", "--no-replace-objects", *chosen, *(["-C", str(folder)] if folder else [])]


def environment() -> dict[str, str]:
    """Return the whole environment that git gets."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "SSH_ASKPASS": "/bin/false",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=20",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


def checked_address(address: str) -> str:
    """Return the address of a repository as git may be given it: a local path, or an https, ssh or file URL.

    :raises ConfigurationError: it is anything else; a password in it is not repeated.
    """
    advice = "Give a folder that is a git repository, or a URL that begins with https://, ssh:// or file://"
    shown = re.sub(r"(?<=://)[^/@]*@", "***@", address)[:200]
    if not address or address.startswith("-") or any(ord(character) < ord(" ") for character in address):
        raise ConfigurationError(f"the test pack {shown!r} is no address of a repository", advice)
    url = _URL.match(address)
    if url:
        if url[1].lower() not in SCHEMES:
            raise ConfigurationError(f"the test pack {shown!r} is reached by {url[1]}, which is not allowed", advice)
        return address
    if _OTHER_HELPER.match(address):
        raise ConfigurationError(f"the test pack {shown!r} names a helper program of git", advice)
    path = Path(address).expanduser()
    if not path.exists() and _SSH_SHORT.match(address):
        host, _, rest = address.partition(":")
        return f"ssh://{host}/{rest}"
    if not path.is_dir():
        raise ConfigurationError(f"the test pack {shown!r} does not exist", advice)
    return str(path.absolute())


def repository_root(path: Path) -> tuple[Path, str]:
    """Return the git repository a local path lies in, and the path's place within it (``""`` for its root).

    :raises ConfigurationError: it is in no repository.
    """
    try:
        if git("rev-parse", "--is-bare-repository", folder=path).stdout.strip() == b"true":
            return path, ""
        done = git("rev-parse", "--show-toplevel", "--show-prefix", folder=path)
    except GitError as error:
        problem = f"{path} is no git repository, and the server runs testcases of commits"
        advice = f"Make it one: git -C {path} init && git -C {path} add . && git -C {path} commit -m 'The test pack'"
        raise ConfigurationError(problem, advice) from error
    root, prefix = [*done.stdout.decode().splitlines(), ""][:2]
    return Path(root), prefix.strip("/")
