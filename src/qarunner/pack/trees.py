"""Exported trees of a test pack: one folder per commit, read-only, shared between the jobs that run it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qarunner.pack.git import GitError, command, environment

EXPORT_LIMIT = 120.0
"""Seconds."""
ATTRIBUTES = "* -export-ignore -export-subst -filter -ident\n"
"""Of the mirror: a tree has every file as it was committed, whatever the pack's .gitattributes say."""


class Trees:
    """The folder of exported trees. Safe for threads and processes.

    :param folder: where they are; a tree is ``<folder>/<sha>``.
    :param mirror: the bare repository they come from.
    :param prefix: where the pack's root is within it.
    :param within: a folder's name that the files are put in, below that of the tree.
    """

    def __init__(self, folder: Path, mirror: Path, prefix: str = "", *, within: str = "") -> None:
        self.folder, self._mirror, self._prefix = folder, mirror, prefix
        self._within = within

    def path(self, sha: str) -> Path:
        """Return where the tree of a commit is, or will be."""
        return self.folder / sha

    @contextlib.contextmanager
    def using(self, sha: str) -> Iterator[Path]:
        """Give the tree of a commit, exported if need be; it stays while the body runs, also beside other processes.

        :raises GitError: it cannot be exported.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked(sha, fcntl.LOCK_SH):
            tree = self.path(sha)
            if not tree.is_dir():
                self._export(sha, tree)
            yield tree

    @contextlib.contextmanager
    def _locked(self, sha: str, how: int) -> Iterator[None]:
        with (self.folder / f"{sha}.lock").open("a") as lock:
            fcntl.flock(lock, how)
            os.utime(lock.fileno())
            yield

    def _export(self, sha: str, tree: Path) -> None:
        """Export a tree, whole or not at all; when two do it at once, one of them wins."""
        attributes = self._mirror / "info" / "attributes"
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text(ATTRIBUTES)
        unfinished = self.folder / f".{sha}.{uuid.uuid4().hex}"
        try:
            with tempfile.TemporaryFile() as archive:
                source = f"{sha}:{self._prefix}" if self._prefix else sha
                _archive(self._mirror, source, archive.fileno())
                archive.seek(0)
                unfinished.mkdir(mode=0o755)
                with tarfile.open(fileobj=archive) as tar:
                    for member in filter(_is_harmless, tar):
                        tar.extract(member, unfinished / self._within, **_AS_IT_IS)
            _make_read_only(unfinished)
            try:
                unfinished.rename(tree)
            except OSError:
                if not tree.is_dir():
                    raise
        finally:
            _remove(unfinished)

    def collect(self, keep: int, unused_for: float) -> int:
        """Remove trees that nobody uses, older than `unused_for` seconds and beyond the newest `keep`; say how many."""
        if not self.folder.is_dir():
            return 0
        locks = sorted(self.folder.glob("*.lock"), key=lambda lock: lock.stat().st_mtime, reverse=True)
        removed = 0
        for lock in locks[keep:]:
            if time.time() - lock.stat().st_mtime < unused_for:
                continue
            with lock.open("a") as file, contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(self.path(lock.stem))
                removed += 1
        return removed


def _archive(mirror: Path, source: str, descriptor: int) -> None:
    try:
        done = subprocess.run(
            [*command(mirror), "archive", "--format=tar", source],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=EXPORT_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git archive took more than {EXPORT_LIMIT:g} s") from error
    if done.returncode:
        raise GitError(f"git archive failed: {done.stderr.decode(errors='replace').strip()[-500:]}")


_AS_IT_IS: dict[str, Any] = {"filter": "fully_trusted"} if hasattr(tarfile, "data_filter") else {}
"""`_is_harmless` has looked already; tarfile's own filter came with 3.11.4, and Debian 12 has 3.11.2."""


def _is_harmless(member: tarfile.TarInfo) -> bool:
    """Whether a member stays inside of the tree: files, folders, and links that do not lead out of it."""
    reaches = member.name
    if member.issym():
        reaches = f"{member.name}/../{member.linkname}" if not member.linkname.startswith("/") else member.linkname
    elif not (member.isfile() or member.isdir()):
        return False
    path = os.path.normpath(reaches)
    return not path.startswith(("/", "../")) and path != ".."


def _make_read_only(tree: Path) -> None:
    for parent, _folders, files in os.walk(tree):
        for name in files:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o555 if path.stat().st_mode & 0o100 else 0o444)
        Path(parent).chmod(0o755)


def _remove(tree: Path) -> None:
    """Remove a tree; its name goes first, so that nobody finds half of it."""
    if not tree.exists():
        return
    going = tree.with_name(f".{tree.name.lstrip('.')}.going-{uuid.uuid4().hex}")
    with contextlib.suppress(FileNotFoundError):
        tree.rename(going)
    shutil.rmtree(going, ignore_errors=True)
