"""The test pack as the server serves it: revisions, testcase names, configuration and exported trees."""

from __future__ import annotations

import configparser
import contextlib
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.jobs.secrets import SecretKeys, encrypted_secrets
from qarunner.pack.git import GitError, git
from qarunner.pack.revisions import SHA, Mirror, Revision, UnknownRevisionError
from qarunner.pack.snapshots import LARGEST, Snapshots
from qarunner.pack.tree_names import TreeNames
from qarunner.pack.trees import Trees

if TYPE_CHECKING:
    from qarunner.testcases import TestcaseSource

MIRROR = "mirror.git"
FETCH_LIMIT = 20.0
"""Seconds for a fetch while a client waits: its patience for a list of testcases is 30 s."""
FRESH = 2.0
"""Seconds for which a fetch is good: a burst of requests asks the remote once."""
NODE_FOLDER = "config/test-farm"
REMOTE_FOLDER = "config/remote-control"
LIRC = ".lircd.conf"
KEPT_TREES = 20
UNUSED = 7 * 24 * 3600.0

Sections = dict[str, dict[str, str]]


class Packs:
    """One test pack's repository. Safe for threads; the server never runs code of the pack.

    :param address: folder, or https, ssh or file URL of the repository.
    :param data: the data folder; the mirror is ``packs/mirror.git`` in it.
    :param sources: the kinds of files that hold testcases (`qarunner.plugins.Plugins.testcase_sources`).
    :param trees: where exported trees go; by default ``packs/trees`` in the data folder.
    :param largest_snapshot: bytes of a snapshot that may be sent; 0 when none is taken.
    :raises ConfigurationError: the address is not allowed, or is no git repository.
    """

    def __init__(
        self,
        address: str,
        data: Path,
        sources: Sequence[TestcaseSource],
        *,
        trees: Path | None = None,
        largest_snapshot: int = LARGEST,
    ) -> None:
        folder = data / "packs"
        self.mirror = Mirror(address, folder / MIRROR)
        self.trees = Trees(trees or folder / "trees", self.mirror.folder, self.mirror.prefix)
        self._plugins = Trees(folder / "plugins", self.mirror.folder, within="plugins")
        self.snapshots = Snapshots(self.mirror, largest_snapshot)
        self.secrets = SecretKeys(data)
        self._names = TreeNames(self.mirror.folder, self.mirror.prefix, sources)
        self._nodes: tuple[str, Mapping[str, Sections]] = ("", {})
        """The default branch's commit, and what it says of nodes."""
        self._drawings: tuple[str, dict[str, str | None]] = ("", {})
        """That commit, and its drawings of the nodes' remotes that were asked for."""
        self._fetched = float("-inf")
        self._turn = threading.Lock()

    def fetch(self, *, limit: float = FETCH_LIMIT) -> None:
        """Bring in what was pushed; requests within `FRESH` seconds share one fetch.

        :raises GitError: the repository does not answer.
        """
        asked = time.monotonic()
        with self._turn:
            if self._fetched >= asked or asked - self._fetched < FRESH:
                return
            began = time.monotonic()
            self.mirror.fetch(limit)
            self._fetched = began

    def pushed(self) -> None:
        """Note that the repository changed: the next `resolve` fetches."""
        with self._turn:
            self._fetched = float("-inf")

    def resolve(self, name: str) -> Revision:
        """Return the commit of a branch, tag, sha, ``HEAD`` or ``refs/...``; what is not a known sha is fetched first.

        While the repository does not answer, what the mirror knows is good.

        :raises UnknownRevisionError: there is no such revision.
        :raises GitError: there is not even a mirror yet, and the repository does not answer.
        """
        if SHA.fullmatch(name):
            try:
                return self.mirror.resolve(name)
            except UnknownRevisionError:
                pass
        try:
            self.fetch()
        except GitError:
            if not (self.mirror.folder / "HEAD").exists():
                raise
        return self.mirror.resolve(name)

    def testcase_names(self, sha: str) -> Sequence[str]:
        """Return the names of a commit's testcases, sorted."""
        return self._names.of(sha)

    def text(self, sha: str, path: str, most: int = 1024 * 1024) -> str | None:
        """Return a text file of a commit, or None; links within the pack are followed."""
        prefix = f"{self.mirror.prefix}/" if self.mirror.prefix else ""
        try:
            asked = f"{sha}:{prefix}{path}\n".encode()
            done = git("cat-file", "--batch", "--follow-symlinks", folder=self.mirror.folder, given=asked)
        except GitError:
            return None
        header, _, content = done.stdout.partition(b"\n")
        words = header.split()
        if len(words) != 3 or words[1] != b"blob" or int(words[2]) > most:  # noqa: PLR2004 - hash, type, size
            return None
        return content[: int(words[2])].decode("utf-8", "replace")

    def sections(self, sha: str, path: str) -> Sections:
        """Return the sections of a ``.conf`` file of a commit; empty when it is not there or cannot be parsed."""
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(self.text(sha, path) or "")
        except configparser.Error:
            return {}
        return {section: dict(parser.items(section)) for section in parser.sections()}

    def node_config(self, node: str) -> Sections:
        """Return what ``config/test-farm/<node>.conf`` says on the default branch, as the mirror knows it."""
        return self.node_configs().get(node, {})

    def node_configs(self) -> Mapping[str, Sections]:
        """Return what each ``config/test-farm/NAME.conf`` says on the default branch, by NAME in its order.

        Only the first look at a commit reads files: this is asked for with every request that is about a node.
        """
        if not (head := self._head()):
            return {}
        if self._nodes[0] != head:
            try:
                files = self._files(head, NODE_FOLDER)
            except GitError:
                return {}
            names = sorted(file.removesuffix(".conf") for file in files if file.endswith(".conf"))
            known = {name: self.sections(head, f"{NODE_FOLDER}/{name}.conf") for name in names}
            self._nodes = (head, known)
        return self._nodes[1]

    def plugins_folder(self) -> Path | None:
        """Return a folder with the ``plugins`` of the default branch, where exporters find drivers; None without any.

        Its name is the hash of the plugins, so that an exporter need not be replaced while they stay the same.
        """
        prefix = f"{self.mirror.prefix}/" if self.mirror.prefix else ""
        name = f"HEAD:{prefix}plugins"
        try:
            tree = git("rev-parse", "--verify", "--quiet", name, folder=self.mirror.folder).stdout.decode().strip()
        except GitError:
            return None
        with self._plugins.using(tree) as folder:
            return folder

    def _files(self, sha: str, folder: str) -> list[str]:
        """Return the names of the files in a folder of a commit."""
        prefix = f"{self.mirror.prefix}/" if self.mirror.prefix else ""
        done = git("ls-tree", "-z", "--name-only", sha, f"{prefix}{folder}/", folder=self.mirror.folder)
        return [path.rpartition("/")[2] for path in done.stdout.decode(errors="replace").split("\0") if path]

    def remote_controls(self, sha: str) -> list[str]:
        """Return the names of the remote controls of a commit: its ``config/remote-control/NAME.lircd.conf``."""
        return sorted(name.removesuffix(LIRC) for name in self._files(sha, REMOTE_FOLDER) if name.endswith(LIRC))

    def default_remote_control(self, sha: str, node: str) -> str:
        """Return ``test_pack.default_remote_control`` of a commit, the node's own first; empty when there is none."""
        for path in (f"{NODE_FOLDER}/{node}.conf", ".stbt.conf"):
            found = self.sections(sha, path).get("test_pack", {}).get("default_remote_control", "")
            if found:
                return found
        return ""

    def remote_drawing(self, node: str, most: int) -> str | None:
        """Return the drawing of a node's remote on the default branch, ``config/remote-control/NAME.svg``, or None.

        NAME is `default_remote_control`, or else the node's id.

        :param most: bytes; a larger one is none.
        """
        head = self._head()
        if self._drawings[0] != head:
            self._drawings = (head, {})
        known = self._drawings[1]
        if node not in known:
            name = (head and self.default_remote_control(head, node)) or node
            plain = head and not set("/\n") & set(name)
            known[node] = self.text(head, f"{REMOTE_FOLDER}/{name}.svg", most) if plain else None
        return known[node]

    def _head(self) -> str:
        """Return the commit of the default branch, as the mirror knows it; empty when there is none."""
        try:
            found = git("rev-parse", "--verify", "--quiet", "HEAD^{commit}", folder=self.mirror.folder)
        except GitError:
            return ""
        return found.stdout.decode().strip()

    def secret_values(self, sha: str, node: str) -> dict[str, str]:
        """Return the secrets of a commit, decrypted: only for the environment of a job.

        :raises ConfigurationError: one of them was encrypted for another server; says which.
        """
        found = encrypted_secrets(self.sections(sha, ".stbt.conf"))
        found.update(encrypted_secrets(self.sections(sha, f"{NODE_FOLDER}/{node}.conf")))
        return self.secrets.decrypt_all(found)

    def tree(self, sha: str) -> AbstractContextManager[Path]:
        """Give the exported tree of a commit while the body runs."""
        return self.trees.using(sha)

    def known_commits(self, wanted: str, history: Sequence[str]) -> list[str]:
        """Return which of a snapshot and the commits it builds on, newest first, are here; fetches for a new one.

        A snapshot that is here is kept for another while.
        """
        asked = [wanted, *history]
        known = self.snapshots.known(asked)
        if not {wanted, *history[:1]}.intersection(known):
            with contextlib.suppress(GitError):  # what is here is good while the repository does not answer
                self.fetch()
                known = self.snapshots.known(asked)
        if wanted in known:
            self.snapshots.renew(wanted)
        return known

    def collect(self) -> int:
        """Remove trees nobody has used for a week, and snapshots nobody asked for in a month; return how many trees.

        :raises GitError: the mirror cannot be put in order.
        """
        removed = self.trees.collect(KEPT_TREES, UNUSED)
        self.snapshots.tidy()
        return removed
