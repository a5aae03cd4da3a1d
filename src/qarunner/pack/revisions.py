"""A test pack's repository as the server keeps it: a bare mirror with its branches, tags and snapshots.

Everything is read out of the mirror's objects; nothing is ever checked out into a work tree, and no code of the pack
runs.
"""

from __future__ import annotations

import re
import shutil
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from qarunner.errors import QarunnerError
from qarunner.pack.git import FETCH_LIMIT, GitError, checked_address, git, repository_root

MIRRORED = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+refs/snapshots/*:refs/snapshots/*")
SHA = re.compile(r"[0-9a-f]{40}")
SHORT_SHA = re.compile(r"[0-9a-f]{7,40}")
_BAD_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-./]|[./]$|\.lock$")
LONGEST_NAME = 250


class UnknownRevisionError(QarunnerError):
    """The test pack has no such branch, tag or commit (answered as 404)."""


@dataclass(frozen=True)
class Revision:
    """One commit of a test pack."""

    sha: str
    branch: str | None = None
    """The ref that was asked for, such as ``refs/heads/main``; None when a sha was asked for."""


class Mirror:
    """The bare mirror of one repository. Safe for threads.

    :param address: of the repository, see `qarunner.pack.git.checked_address`.
    :param folder: where the mirror is, or will be.
    :raises ConfigurationError: the address is not allowed, or names no repository.
    """

    def __init__(self, address: str, folder: Path) -> None:
        checked = checked_address(address)
        self.prefix = ""
        """Where the pack's root is within the repository; empty for the repository's own root."""
        if "://" not in checked:
            root, self.prefix = repository_root(Path(checked))
            checked = str(root)
        self.address = checked
        self.folder = folder
        self._turn = threading.Lock()

    def fetch(self, limit: float = FETCH_LIMIT) -> None:
        """Bring the mirror up to date; it is made at the first time.

        :raises GitError: the repository does not answer.
        """
        with self._turn:
            if not (self.folder / "HEAD").exists():
                self._make()
            source = self.address if "://" in self.address else f"file://{self.address}"
            git("fetch", "--quiet", "--prune", "--no-write-fetch-head", source, *MIRRORED,
                folder=self.folder, limit=limit)  # fmt: skip
            self._follow_default(source)

    def _make(self) -> None:
        """Make an empty mirror, whole or not at all."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder.with_name(f".{self.folder.name}.{uuid.uuid4().hex}")
        try:
            git("init", "--quiet", "--bare", "--template=", str(unfinished))
            unfinished.rename(self.folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _follow_default(self, source: str) -> None:
        """Let HEAD of the mirror be the default branch, as the repository says."""
        said = git("ls-remote", "--symref", source, "HEAD", limit=FETCH_LIMIT).stdout.decode(errors="replace")
        found = re.match(r"ref: (refs/heads/\S+)\tHEAD", said)
        if found:
            git("symbolic-ref", "HEAD", found[1], folder=self.folder)
            return
        head = re.match(r"([0-9a-f]{40})\tHEAD", said)
        if head:  # detached: a checkout of a commit, as continuous integration makes them
            git("update-ref", "--no-deref", "HEAD", head[1], folder=self.folder)

    @property
    def default_branch(self) -> str | None:
        """The ref that ``HEAD`` stands for; None when the repository's HEAD is a bare commit."""
        try:
            return git("symbolic-ref", "--quiet", "HEAD", folder=self.folder).stdout.decode().strip() or None
        except GitError:
            return None

    def resolve(self, name: str) -> Revision:
        """Return the commit that a branch, tag, sha, ``HEAD`` or full ref stands for. Fetches nothing.

        A name that is a branch and a tag is the branch.

        :raises UnknownRevisionError: there is no such thing.
        """
        if SHORT_SHA.fullmatch(name):
            sha = self._commit(name)
            if sha and sha.startswith(name) and not self._commit(f"refs/heads/{name}"):
                return Revision(sha)
        if name == "HEAD":
            sha = self._commit("HEAD")
            if sha:
                return Revision(sha, self.default_branch)
        elif name and len(name) <= LONGEST_NAME and not _BAD_NAME.search(name):
            candidates = (name,) if name.startswith("refs/") else (f"refs/heads/{name}", f"refs/tags/{name}")
            for candidate in candidates:
                sha = self._commit(candidate)
                if sha:
                    return Revision(sha, candidate)
        raise UnknownRevisionError(
            f"the test pack has no branch, tag or commit {name[:100]!r}",
            "Push it first; a commit that is on no branch needs a ref below refs/snapshots/",
        )

    def _commit(self, name: str) -> str:
        try:
            done = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", folder=self.folder)
        except GitError:
            return ""
        return done.stdout.decode().strip()
