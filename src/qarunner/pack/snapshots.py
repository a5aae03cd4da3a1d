"""Takes snapshots into the mirror of a test pack: commits that somebody sends, which the pack's repository never saw.

What arrives is unpacked beside the mirror, looked at there, and moved into it only when it is whole and harmless. A
snapshot has a ref of its own, so that it stays until nobody has asked for it for a month.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.pack.bundles import BadSnapshotError, read_header
from qarunner.pack.git import GitError, command, environment, git
from qarunner.pack.tree_size import check_tree

if TYPE_CHECKING:
    from qarunner.pack.bundles import BundleHeader
    from qarunner.pack.revisions import Mirror

logger = logging.getLogger(__name__)

REFS = "refs/uploaded"
"""``refs/uploaded/2026-11-22/<sha>``: not below refs/snapshots, which a fetch makes what the repository has there."""
LARGEST = 512 * 1024 * 1024
"""Bytes of a bundle, where the server is not told otherwise."""
KEPT_DAYS = 30
INCOMING = "incoming-"
ABANDONED = 24 * 3600.0
"""Seconds after which a folder of arriving objects is one that a server left behind."""
PRUNED_AFTER = "2.days.ago"
"""Objects without a ref are kept so long: somebody may just be about to name them."""
MOST_PACKS = 100
"""Files of objects in the mirror; with more of them git becomes slow."""
UNPACK_LIMIT = 300.0
TIDY_LIMIT = 900.0
"""Seconds."""
MEMORY = 1024**3
"""Bytes that unpacking may take: a few bytes of a pack can stand for gigabytes."""
FULL = "No space left on device"
_FRUGAL = ("pack.threads=1", "core.bigFileThreshold=16m", "core.packedGitWindowSize=16m", "core.packedGitLimit=256m")


@dataclass(frozen=True)
class Kept:
    """What became of a snapshot that was sent. `new`: whether the server lacked it."""

    sha: str
    new: bool


class Snapshots:
    """The snapshots in a mirror. Safe for threads.

    :param largest: bytes of a bundle that may be sent; 0 when none is taken.
    """

    def __init__(self, mirror: Mirror, largest: int = LARGEST) -> None:
        self.largest = largest
        self._mirror = mirror
        self._turn = threading.Lock()
        self._tidying = threading.Lock()

    def known(self, commits: Sequence[str]) -> list[str]:
        """Return those of the commits that the mirror has with all they are made of, in their order."""
        asked = "".join(f"{commit}\n" for commit in commits).encode()
        listed = self._git("cat-file", "--batch-check=%(objectname) %(objecttype)", given=asked).decode()
        here = {line.split()[0] for line in listed.splitlines() if line.endswith(" commit")}
        if not here:
            return []
        # What no ref leads to may be half swept away, and is as good as not there.
        given = "".join(f"{commit}\n" for commit in here).encode()
        try:
            here.difference_update(self._git("rev-list", "--stdin", "--not", "--all", given=given).decode().split())
        except GitError:
            return []
        return [commit for commit in commits if commit in here]

    def renew(self, sha: str) -> None:
        """Keep a snapshot for another month; nothing happens for a commit that is none."""
        old = self._refs(f"{REFS}/*/{sha}")
        if old and old != [_ref(sha)]:
            self._keep(sha)

    def receive(self, bundle: Path, sha: str) -> Kept:
        """Take a bundle that brings one commit.

        :raises BadSnapshotError: it is no such bundle, it is damaged or incomplete, or its files are not harmless.
        :raises GitError: git is not there, or not able to. :raises OSError: such as a full disk.
        """
        if self.known([sha]):
            self.renew(sha)
            return Kept(sha, new=False)
        header = read_header(bundle)
        self._check_header(header, sha)
        with self._turn, self._quarantine() as (objects, variables):
            self._unpack(bundle, header.start, variables)
            self._check_commit(sha, variables)
            check_tree(self._mirror.folder, sha, variables)
            self._move(objects)
            self._keep(sha)
        if len(list(self._packs.glob("*.pack"))) > MOST_PACKS:
            threading.Thread(target=self._tidy_aside, name="tidy snapshots", daemon=True).start()
        return Kept(sha, new=True)

    def tidy(self) -> int:
        """Forget what nobody asked for in `KEPT_DAYS` days, and put the mirror in order; return how many that were."""
        oldest = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).date().isoformat()
        with self._tidying:
            old = [ref for ref in self._refs(f"{REFS}/") if ref.split("/")[2] < oldest]
            self._delete(old)
            self._git("gc", "--quiet", f"--prune={PRUNED_AFTER}", limit=TIDY_LIMIT)
        for folder in self._mirror.folder.parent.glob(f"{INCOMING}*"):
            with contextlib.suppress(OSError):
                if folder.stat().st_mtime < time.time() - ABANDONED:
                    shutil.rmtree(folder)
        return len(old)

    def _tidy_aside(self) -> None:
        if not self._tidying.locked():
            try:
                self.tidy()
            except GitError as error:
                logger.warning("the mirror of the test pack cannot be put in order: %s", error)

    def _check_header(self, header: BundleHeader, sha: str) -> None:
        if header.brings != (sha,):
            shown = ", ".join(header.brings[:3]) or "no commit"
            advice = f"Make one of this commit only: git branch work {sha}, then git bundle create FILE work"
            raise BadSnapshotError(f"the bundle brings {shown}, and not {sha} alone", advice)
        missing = set(header.builds_on).difference(self.known(header.builds_on))
        if missing:
            advice = "Push that commit first, or make a bundle that builds on less"
            raise BadSnapshotError(f"the bundle builds on {min(missing)}, which the server does not have", advice)

    @contextlib.contextmanager
    def _quarantine(self) -> Iterator[tuple[Path, Mapping[str, str]]]:
        """Give a folder for objects, and the variables with which git writes there and sees the mirror's as well."""
        with tempfile.TemporaryDirectory(prefix=INCOMING, dir=self._mirror.folder.parent) as folder:
            objects = Path(folder)
            (objects / "info").mkdir()
            (objects / "info" / "alternates").write_text(f"{self._packs.parent.absolute()}\n", encoding="utf-8")
            yield objects, {"GIT_OBJECT_DIRECTORY": folder}

    @property
    def _packs(self) -> Path:
        return self._mirror.folder / "objects" / "pack"

    def _unpack(self, bundle: Path, start: int, variables: Mapping[str, str]) -> None:
        """Let git read and check the objects; it refuses what is damaged, hostile or builds on what is not there."""
        settings = [part for setting in _FRUGAL for part in ("-c", setting)]
        arguments = ("index-pack", "--stdin", "--fix-thin", "--strict", f"--max-input-size={self.largest or LARGEST}")
        with bundle.open("rb", buffering=0) as file:
            file.seek(start)
            process = subprocess.Popen(
                [*command(self._mirror.folder), *settings, *arguments],
                stdin=file,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**environment(), **variables},
            )
            with contextlib.suppress(OSError):
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
            try:
                said = process.communicate(timeout=UNPACK_LIMIT)[1].decode(errors="replace").strip().splitlines()
            except subprocess.TimeoutExpired as error:
                process.kill()
                process.communicate()
                raise BadSnapshotError(f"the bundle could not be unpacked within {UNPACK_LIMIT:g} s") from error
        if process.returncode:
            reason = said[-1][:300] if said else f"exit code {process.returncode}"
            if any(FULL in line for line in said):
                raise OSError(errno.ENOSPC, FULL, str(self._packs))
            raise BadSnapshotError(f"git refuses the bundle: {reason}")

    def _check_commit(self, sha: str, variables: Mapping[str, str]) -> None:
        try:
            if self._git("cat-file", "-t", sha, variables=variables).strip() != b"commit":
                raise BadSnapshotError(f"{sha} is no commit")
            arguments = ("rev-list", "--objects", "--quiet", sha, "--not", "--all")
            self._git(*arguments, variables=variables, limit=UNPACK_LIMIT)
        except GitError as error:
            raise BadSnapshotError(f"the bundle is not complete: {error.problem}") from error

    def _move(self, objects: Path) -> None:
        """Make the objects part of the mirror; git takes a pack for there once its index is."""
        self._packs.mkdir(exist_ok=True)
        for kind in (".pack", ".rev", ".idx"):
            for file in sorted((objects / "pack").glob(f"*{kind}")):
                file.replace(self._packs / file.name)

    def _keep(self, sha: str) -> None:
        self._git("update-ref", _ref(sha), sha)
        self._delete([ref for ref in self._refs(f"{REFS}/*/{sha}") if ref != _ref(sha)])

    def _delete(self, refs: Sequence[str]) -> None:
        if refs:
            self._git("update-ref", "--stdin", given="".join(f"delete {ref}\n" for ref in refs).encode())

    def _refs(self, pattern: str) -> list[str]:
        return self._git("for-each-ref", "--format=%(refname)", pattern).decode().split()

    def _git(
        self,
        *arguments: str,
        given: bytes | None = None,
        variables: Mapping[str, str] | None = None,
        limit: float = 60.0,
    ) -> bytes:
        return git(*arguments, folder=self._mirror.folder, given=given, variables=variables, limit=limit).stdout


def _ref(sha: str) -> str:
    return f"{REFS}/{datetime.now(UTC).date().isoformat()}/{sha}"
