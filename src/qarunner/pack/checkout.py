"""A snapshot of a checkout: its files as they are now, as a commit that only its maker knows of.

Nothing of the checkout changes: not its index, its branches, not even its objects. The same files always make the same
commit, so that whoever has it need not be sent it again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from qarunner.errors import ConfigurationError
from qarunner.pack.git import GitError

GIT_LIMIT = 900.0
"""Seconds for one command: it may have to read every file."""
LEFT_OUT = ("qa-results", "__pycache__")
"""Folders that no testcase needs, where nothing says that git is to ignore them."""
OTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
          "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_CEILING_DIRECTORIES")  # fmt: skip
"""Variables by which git would work on another repository, as it tells the hooks that it runs."""
WHO = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER")
       for part, text in (("NAME", "qarunner"), ("EMAIL", "qarunner@localhost"))}  # fmt: skip
SHA1_DIGITS = 40
_SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "core.safecrlf=false",
             "advice.addEmbeddedRepo=false", "i18n.commitEncoding=UTF-8", "core.quotePath=false")  # fmt: skip


class Checkout:
    """The checkout that a test pack lies in.

    :param pack: root of the test pack.
    :param scratch: an empty folder for what is made here; whoever made it removes it.
    :param leave_out: files and folders that are not part of it, such as reports of an earlier run.
    :raises ConfigurationError: the pack is in no checkout, or that has no commit; says what to do.
    """

    def __init__(self, pack: Path, scratch: Path, leave_out: Iterable[Path] = ()) -> None:
        self._pack, self._scratch = pack, scratch
        self._leave_out = tuple(leave_out)
        self._top = pack
        self._top, self.folder = self._find()
        """`folder`: where the pack is within its repository; empty for its root."""
        self.head = self._head()
        self._own = scratch / "repository"
        self._make_own()

    def _find(self) -> tuple[Path, str]:
        try:
            said = self._git("rev-parse", "--show-toplevel", "--show-prefix").decode(errors="surrogateescape")
        except GitError as error:
            if "not a git repository" not in error.problem and "work tree" not in error.problem:
                raise
            problem = f"{self._pack} is in no git checkout, and a server runs testcases of commits"
            advice = f"Make it one: git -C {self._pack} init, then commit. Or run what a server has: --revision BRANCH"
            raise ConfigurationError(problem, advice) from error
        top, folder = [*said.splitlines(), ""][:2]
        return Path(top), folder.strip("/")

    def _head(self) -> str:
        try:
            head = self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
        except GitError as error:
            advice = f"Make the first: git -C {self._top} add . && git -C {self._top} commit -m 'The test pack'"
            raise ConfigurationError(f"{self._top} has no commits yet", advice) from error
        if len(head) != SHA1_DIGITS:
            problem = f"{self._top} names its objects by SHA-256, which servers do not take"
            raise ConfigurationError(
                problem, "Keep the test pack in a repository made by: git init --object-format=sha1"
            )
        return head

    def _make_own(self) -> None:
        """Make a repository that borrows the checkout's objects: what is made here is put there."""
        # Without variables: nothing of this may come to lie in the checkout.
        self._git("init", "--quiet", "--bare", "--template=", str(self._own))
        info = self._own / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "alternates").write_bytes(os.fsencode(self._path_of("objects")) + b"\n")

    def _path_of(self, name: str) -> Path:
        """Return where the checkout has one of git's own files."""
        said = self._git("rev-parse", "--path-format=absolute", "--git-path", name)
        return Path(os.fsdecode(said.removesuffix(b"\n")))

    @property
    def _borrowing(self) -> dict[str, str]:
        """The variables with which git works on the checkout, and writes elsewhere."""
        return {"GIT_INDEX_FILE": str(self._scratch / "index"), "GIT_OBJECT_DIRECTORY": str(self._own / "objects")}

    @property
    def _paths(self) -> list[str]:
        """What of the checkout belongs to the pack, in the words of git."""
        excluded = [f":(top,exclude,glob)**/{name}/**" for name in LEFT_OUT]
        for path in self._leave_out:
            place = os.path.relpath(path.resolve(), self._top.resolve())
            if place != "." and not place.startswith(".."):
                excluded.append(f":(top,exclude,literal){place}")
        return ["--", f":(top,literal){self.folder}", *excluded]

    def untracked(self) -> dict[str, int]:
        """Return the size of each file that git neither knows nor ignores; they belong to the snapshot."""
        said = self._git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", *self._paths)
        sizes = {}
        for name in said.decode(errors="surrogateescape").split("\0"):
            try:
                sizes[name] = (self._top / name).lstat().st_size if name and not name.endswith("/") else 0
            except OSError:
                sizes[name] = 0
        sizes.pop("", None)
        return sizes

    def submodules(self) -> list[str]:
        """Return the paths of other repositories within it, which are not part of a snapshot."""
        said = self._git("ls-files", "--stage", "--full-name", "-z", ":(top)").decode(errors="surrogateescape")
        return [entry.partition("\t")[2] for entry in said.split("\0") if entry.startswith("160000 ")]

    @cached_property
    def _tree(self) -> str:
        """The tree of the files as they are."""
        index = self._path_of("index")
        if index.exists():
            # With its time: git looks again at files that changed in the second in which it was written.
            shutil.copy2(index, self._borrowing["GIT_INDEX_FILE"])
        try:
            self._git("add", "--all", *self._paths, variables=self._borrowing)
        except GitError as error:
            raise GitError(error.problem, "Let .gitignore name what git cannot read, or remove it") from error
        return self._git("write-tree", variables=self._borrowing).decode().strip()

    def snapshot(self) -> str:
        """Return a commit with the files as they are: HEAD where nothing changed, else one that follows it."""
        unchanged = self._git("rev-parse", "HEAD^{tree}").decode().strip() == self._tree
        return self.head if unchanged else self._commit(self._tree, "-p", self.head)

    def alone(self, folder: str) -> str:
        """Return a commit without history, with the pack at `folder`: for a server that has none of the history."""
        tree = self._tree
        if folder != self.folder:
            at = f"{tree}:{self.folder}" if self.folder else tree
            tree = self._git("rev-parse", at, variables=self._borrowing).decode().strip()
            for part in reversed(folder.split("/") if folder else []):
                given = f"040000 tree {tree}\t{part}\0".encode()
                tree = self._git("mktree", "-z", given=given, variables=self._borrowing).decode().strip()
        return self._commit(tree)

    def _commit(self, tree: str, *parents: str) -> str:
        date = self._git("show", "--no-patch", "--format=%ct", self.head).decode().strip()
        dates = {"GIT_AUTHOR_DATE": f"{date} +0000", "GIT_COMMITTER_DATE": f"{date} +0000"}
        message = f"Snapshot of the files beside {self.head}\n".encode()
        variables = {**self._borrowing, **WHO, **dates}
        return self._git("commit-tree", tree, *parents, given=message, variables=variables).decode().strip()

    def history(self, most: int) -> list[str]:
        """Return the newest commits up to HEAD, HEAD first."""
        return self._git("rev-list", f"--max-count={most}", "HEAD").decode().split()

    def connects(self, known: Sequence[str]) -> bool:
        """Whether all of HEAD's history is there for whoever knows these commits and is sent the rest."""
        if not known:
            return False
        missing = self._git("rev-list", "HEAD", "--not", *known).decode().split()
        shallow = self._path_of("shallow")
        ends = set(shallow.read_text(encoding="utf-8").split()) if shallow.is_file() else set()
        return ends.isdisjoint(missing)

    def bundle(self, sha: str, known: Sequence[str]) -> Path:
        """Return a git bundle that brings a commit to whoever knows the others."""
        shallow = self._path_of("shallow")
        if shallow.is_file():
            shutil.copy(shallow, self._own / "shallow")
        path, ref = self._scratch / f"{sha}.bundle", f"refs/snapshots/{sha}"
        self._in_own("update-ref", ref, sha)
        self._in_own("bundle", "create", "--quiet", str(path), ref, *(f"^{commit}" for commit in known))
        return path

    def largest(self, sha: str, known: Sequence[str], most: int = 3) -> list[tuple[str, int]]:
        """Return path and size of the largest files that a bundle would bring."""
        listed = self._in_own("rev-list", "--objects", sha, *(f"^{commit}" for commit in known))
        said = self._in_own("cat-file", "--batch-check=%(objecttype) %(objectsize) %(rest)", given=listed)
        found = [line.split(" ", 2) for line in said.decode(errors="replace").splitlines()]
        files = [(path, int(size)) for kind, size, path in found if kind == "blob"]
        return sorted(files, key=lambda file: -file[1])[:most]

    def _in_own(self, *arguments: str, given: bytes = b"") -> bytes:
        return _run(self._own, arguments, given)

    def _git(self, *arguments: str, given: bytes = b"", variables: Mapping[str, str] | None = None) -> bytes:
        return _run(self._top, arguments, given, variables)


def _run(folder: Path, arguments: Sequence[str], given: bytes, variables: Mapping[str, str] | None = None) -> bytes:
    """Run git as the checkout's owner would, with their configuration: it says what is ignored and how files are kept.

    :raises GitError: it failed; `problem` has what it said last. :raises ConfigurationError: there is no git.
    """
    kept = {name: value for name, value in os.environ.items() if name not in OTHERS}
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        done = subprocess.run(
            ["git", *settings, "-C", str(folder), *arguments],
            input=given,
            capture_output=True,
            timeout=GIT_LIMIT,
            check=False,
            env={
                **kept,
                "GIT_OPTIONAL_LOCKS": "0",
                "GIT_TERMINAL_PROMPT": "0",
                "LC_ALL": "C",
                **(variables or {}),
            },
        )
    except FileNotFoundError as error:
        advice = "Install git: a snapshot is made with it. Or run what a server has: --revision BRANCH"
        raise ConfigurationError("git is not installed", advice) from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} took more than {GIT_LIMIT:g} s in {folder}") from error
    if done.returncode != 0:
        said = "; ".join(done.stderr.decode(errors="replace").strip().splitlines()[-3:])
        raise GitError(f"git {arguments[0]} failed in {folder}: {said[:600] or f'exit code {done.returncode}'}")
    return done.stdout
