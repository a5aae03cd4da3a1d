"""Brings a snapshot of the checkout to the server, as far as that lacks it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.remote.answers import Commits
from qarunner.commands.remote.client import API, Question
from qarunner.commands.terminal import counted, note
from qarunner.errors import ConfigurationError
from qarunner.pack.checkout import Checkout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qarunner.commands.remote.client import Server

ASKED = 1000
"""Commits of the history that the server is asked for."""
UPLOAD_LIMIT = 900.0
"""Seconds for the server's answer, which checks all that came."""
KILOBYTE, MEGABYTE = 1000, 1000 * 1000
PATIENCE = 60.0
"""Seconds to try again in."""
SHOWN = 3


def send(server: Server, pack: Path, leave_out: Iterable[Path] = ()) -> str:
    """Let the server have the files of the checkout around a test pack as they are now; return their commit.

    :param leave_out: files and folders that are not sent.
    :raises QarunnerError: there is no checkout, it is too large, or the server does not take it.
    """
    with tempfile.TemporaryDirectory(prefix="qarunner-snapshot-") as scratch:
        checkout = Checkout(pack, Path(scratch), leave_out)
        history = checkout.history(ASKED)
        # Asked before anything is read: what nobody may send need not be made.
        allowed = _ask(server, checkout.head, history)
        _check_untracked(checkout, allowed.largest)
        sha = checkout.snapshot()
        if sha != checkout.head:
            note(f"snapshot {sha[:12]} of the files as they are, after {checkout.head[:12]}")
        answer = _ask(server, sha, history)
        known = [commit for commit in answer.known if commit != sha]
        if answer.folder != checkout.folder or (sha not in answer.known and not checkout.connects(known)):
            sha = checkout.alone(answer.folder)
            _say_alone(server.url, answer, checkout, sha)
            answer = _ask(server, sha, [])
            known = []
        if sha not in answer.known:
            _upload(server, checkout, sha, known, answer.largest)
        return sha


def _ask(server: Server, wanted: str, history: Sequence[str]) -> Commits:
    body = {"wanted": wanted, "history": history}
    return server.ask(Commits, "POST", f"{API}/test-pack/commits", body=body, patience=PATIENCE)


def _say_alone(url: str, answer: Commits, checkout: Checkout, sha: str) -> None:
    why = "knows no commit of this checkout"
    if answer.folder != checkout.folder:
        why = "has its test pack in another folder of the repository"
    elif answer.known:
        why = "lacks commits that this shallow checkout lacks, too"
    note(f"{url} {why}: the files alone are sent, as commit {sha[:12]} without history")


def _check_untracked(checkout: Checkout, largest: int) -> None:
    """Say what goes along that git does not know of; refuse before reading what would be too much."""
    files = checkout.untracked()
    size = sum(files.values())
    if size > largest > 0:
        found = sorted(files.items(), key=lambda file: -file[1])[:SHOWN]
        problem = f"the checkout has {_shown(size)} in files that git does not know, such as {_listed(found)}"
        advice = f"Let .gitignore name what the testcases do not need: this server takes {_shown(largest)}"
        raise ConfigurationError(problem, advice)
    if files:
        names = ", ".join(sorted(files)[:SHOWN]) + (", ..." if len(files) > SHOWN else "")
        note(f"the snapshot has {counted(len(files), 'file')} that git does not know: {names}")
    submodules = checkout.submodules()
    if submodules:
        names = ", ".join(submodules[:SHOWN]) + (", ..." if len(submodules) > SHOWN else "")
        note(f"submodules are empty folders in a job: {names}")


def _upload(server: Server, checkout: Checkout, sha: str, known: Sequence[str], largest: int) -> None:
    if not largest:
        problem = f"{server.url} does not have commit {sha[:12]}, and takes no snapshots"
        raise ConfigurationError(problem, "Commit, push, and run that: --revision BRANCH")
    bundle = checkout.bundle(sha, known)
    size = bundle.stat().st_size
    if size > largest:
        problem = f"the snapshot has {_shown(size)}, most in {_listed(checkout.largest(sha, known, SHOWN))}"
        raise ConfigurationError(
            problem, f"This server takes {_shown(largest)}: let .gitignore name what is not needed"
        )
    note(f"sending {_shown(size)}")
    question = Question("PUT", f"{API}/test-pack/snapshots/{sha}", upload=lambda: bundle.open("rb"), limit=UPLOAD_LIMIT)
    server.take(lambda _answer: None, question, PATIENCE)


def _shown(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{size / KILOBYTE:.1f} kB"


def _listed(files: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{path} ({_shown(size)})" for path, size in files)
