"""Takes snapshots of a checkout: commits that only their sender has, to run testcases of before anything is pushed.

A sender asks first what is here, and sends a git bundle of the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from flask import request

from qarunner.access import Action
from qarunner.access.limits import ARTIFACTS
from qarunner.access.service import address_of
from qarunner.dialects.bodies import body_chunks
from qarunner.dialects.endpoint import Answer, Body, Endpoint
from qarunner.dialects.routes import RefusedError, caller
from qarunner.pack.revisions import SHA
from qarunner.pack.snapshots import LARGEST
from qarunner.store.contents import CHUNK, explain_full_disk

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

MOST_COMMITS = 1000
Sha = Annotated[str, msgspec.Meta(pattern=f"^{SHA.pattern}$", max_length=40)]  # a $ lets a line break pass


class Commits(Body, frozen=True):
    """Commits that a sender has."""

    wanted: Sha
    """The one to run testcases of."""
    history: Annotated[list[Sha], msgspec.Meta(max_length=MOST_COMMITS)] = []
    """What it builds on, newest first. Where neither the first of these nor `wanted` is here, the server fetches."""


class KnownCommits(Answer, frozen=True):
    """What is here."""

    known: list[str]
    """Those of the commits that need not be sent."""
    folder: str
    """Where the test pack is within its repository; empty for its root."""
    largest: int
    """Bytes of a bundle that may be sent; 0 when this server takes none."""


class KeptSnapshot(Answer, frozen=True):
    """What became of a snapshot."""

    commit: str
    state: Literal["new", "known"]


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""
    largest = _largest(services)

    def ask_for_commits(body: Commits) -> KnownCommits:
        _need(services)
        known = services.packs.known_commits(body.wanted, body.history)
        return KnownCommits(known=known, folder=services.packs.mirror.prefix, largest=largest)

    def put_snapshot(commit: str) -> KeptSnapshot:
        _need(services)
        if not SHA.fullmatch(commit):
            raise RefusedError(400, f"{commit[:60]!r} is no commit: it has 40 hexadecimal digits")
        if not largest:
            raise RefusedError(403, "this server takes no snapshots: push, and name the branch or the commit")
        contents = services.store.contents
        with contents.stage(body_chunks(CHUNK), limit=largest) as staged, explain_full_disk(contents.folder):
            kept = services.packs.snapshots.receive(staged.file, commit)
        if kept.new:
            details = {"bytes": staged.size}
            services.access.note(caller(), "snapshot.send", commit, details, address_of(request.environ))
        return KeptSnapshot(commit=commit, state="new" if kept.new else "known")

    yield Endpoint(
        "POST",
        "/test-pack/commits",
        "Which of a sender's commits need not be sent",
        ask_for_commits,
        Action.RUN_JOBS,
        answer=KnownCommits,
        body=Commits,
        statuses=(413, 415),
    )
    yield Endpoint(
        "PUT",
        "/test-pack/snapshots/{commit}",
        "Send a commit as a git bundle, with what it builds on as far as that is not here",
        put_snapshot,
        Action.RUN_JOBS,
        answer=KeptSnapshot,
        takes_bytes=True,
        limit=ARTIFACTS,
        body_limit=largest or LARGEST,
        statuses=(413, 415, 507),
    )


def _largest(services: Services) -> int:
    if services.packs is None:
        return LARGEST
    return services.packs.snapshots.largest


def _need(services: Services) -> None:
    if services.packs is None:
        raise RefusedError(503, "this server keeps results only: it has no test pack and runs no jobs")
