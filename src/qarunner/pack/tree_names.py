"""Names the testcases of a commit out of git's objects: nothing is checked out, nothing imported.

What a file holds is remembered by its hash, so a new commit costs only the files that changed.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.pack.feature_names import CONFIG_FILES
from qarunner.pack.git import GitError, command, environment, git
from qarunner.pack.root import MARKER

if TYPE_CHECKING:
    from qarunner.testcases import TestcaseSource

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes of a file that is looked into."""
REMEMBERED_TREES = 64
REMEMBERED_FILES = 50_000
LISTING_LIMIT = 60.0
"""Seconds for reading all files of a commit."""


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    blob: str
    source: TestcaseSource


class TreeNames:
    """Lists the testcases of commits. Safe for threads.

    :param folder: the (bare) repository.
    :param prefix: where the pack's root is within it.
    :param sources: the kinds of files that hold testcases.
    """

    def __init__(self, folder: Path, prefix: str, sources: Sequence[TestcaseSource]) -> None:
        self._folder, self._prefix = folder, prefix
        self._sources = tuple(sources)
        self._lock = threading.Lock()
        self._commits: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._files: OrderedDict[tuple[str, str, str], tuple[str, ...]] = OrderedDict()

    def of(self, sha: str) -> Sequence[str]:
        """Return the names at a commit, such as ``tests/menu.py::test_x``, sorted.

        :raises GitError: git cannot read the commit.
        """
        with self._lock:
            known = self._commits.get(sha)
            if known is not None:
                self._commits.move_to_end(sha)
                return known
            names = self._list(sha)
            self._commits[sha] = names
            while len(self._commits) > REMEMBERED_TREES:
                self._commits.popitem(last=False)
            return names

    def _list(self, sha: str) -> tuple[str, ...]:
        files, settings = self._list_files(sha)
        setting = hashlib.sha256("\n".join(f"{name} {blob}" for name, blob in settings).encode()).hexdigest()
        new = [file for file in files if (file.source.name, setting, file.blob) not in self._files]
        with tempfile.TemporaryDirectory(prefix="qarunner-names-") as folder:
            root = Path(folder)
            if any(file.source.suffix == ".feature" for file in new):
                (root / MARKER).touch()
                for (name, _blob), content in zip(settings, self._contents([b for _, b in settings]), strict=True):
                    (root / name).write_bytes(content)
            for file, content in zip(new, self._contents([file.blob for file in new]), strict=True):
                found = tuple(file.source.names(content, root / file.path))
                self._files[file.source.name, setting, file.blob] = found
        names = {f"{file.path}::{name}" for file in files for name in self._files[file.source.name, setting, file.blob]}
        while len(self._files) > REMEMBERED_FILES:
            self._files.popitem(last=False)
        return tuple(sorted(names))

    def _list_files(self, sha: str) -> tuple[list[_File], list[tuple[str, str]]]:
        """Return the files that may hold testcases, and (name, blob) of those that decide how scenarios are called."""
        tree = f"{sha}:{self._prefix}" if self._prefix else sha
        done = git("ls-tree", "-r", "-l", "-z", tree, folder=self._folder, limit=LISTING_LIMIT)
        files, settings = [], []
        for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
            about, _, path = entry.partition("\t")
            if not about.startswith("100"):  # an ordinary file: no link, no submodule
                continue
            _mode, _kind, blob, size = about.split()
            if int(size) > LARGEST_FILE:
                continue
            if path in CONFIG_FILES:
                settings.append((path, blob))
            parts = path.split("/")
            if any(part.startswith(".") or part == "__pycache__" for part in parts[1:]):
                continue
            files += [_File(path, blob, source) for source in self._sources if _belongs(path, source)]
        return files, settings

    def _contents(self, blobs: Sequence[str]) -> Iterator[bytes]:
        """Give the contents of blobs, in their order."""
        if not blobs:
            return
        asked = "".join(f"{blob}\n" for blob in blobs).encode()
        with (
            tempfile.TemporaryFile() as wanted,
            tempfile.TemporaryFile() as answer,
        ):
            wanted.write(asked)
            wanted.seek(0)
            try:
                subprocess.run(
                    [*command(self._folder), "cat-file", "--batch", "--buffer"],
                    stdin=wanted,
                    stdout=answer,
                    stderr=subprocess.DEVNULL,
                    env=environment(),
                    timeout=LISTING_LIMIT,
                    check=True,
                )
            except (subprocess.SubprocessError, OSError) as error:
                raise GitError("git cat-file failed while the testcases were listed") from error
            answer.seek(0)
            for blob in blobs:
                words = answer.readline().split()
                if len(words) != 3:  # noqa: PLR2004 - hash, type, size
                    raise GitError(
                        f"the test pack's mirror lacks the file {blob}", "Remove the mirror: it is fetched anew"
                    )
                yield answer.read(int(words[2]))
                answer.read(1)


def _belongs(path: str, source: TestcaseSource) -> bool:
    return path.startswith(f"{source.folder}/") and path.endswith(source.suffix)
