"""Snapshots that are sent to a server: git bundles, good and bad, into a real mirror."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.peers.git_pack import IDENTITY, GitPack

from qarunner.jobs.packs import Packs
from qarunner.pack import tree_size
from qarunner.pack.bundles import BadSnapshotError
from qarunner.plugins import Plugins

SOURCES = Plugins().testcase_sources()
MESSAGE = b"A commit\n"
WHO = b"Tester <tester@example.com> 1700000000 +0000"


@pytest.fixture
def pack(tmp_path: Path) -> GitPack:
    made = GitPack(tmp_path / "pack")
    made.write("tests/menu.py", "def test_opens(): pass\n")
    made.commit()
    return made


@pytest.fixture
def packs(pack: GitPack, tmp_path: Path) -> Packs:
    made = Packs(str(pack.folder), tmp_path / "data", SOURCES)
    made.fetch()
    return made


@pytest.fixture
def clone(pack: GitPack, tmp_path: Path) -> GitPack:
    """Somebody's own copy, whose commits the server does not see."""
    subprocess.run(
        ["git", "clone", "--quiet", pack.folder, tmp_path / "clone"], check=True, env={**os.environ, **IDENTITY}
    )
    made = GitPack.__new__(GitPack)
    made.folder = tmp_path / "clone"
    return made


@pytest.fixture
def bundle(clone: GitPack, tmp_path: Path) -> Callable[..., Path]:
    """Make a bundle of what git is told."""

    def make(*words: str) -> Path:
        path = tmp_path / "one.bundle"
        clone.git("bundle", "create", str(path), *words)
        return path

    return make


def objects_of(packs: Packs) -> set[str]:
    return {path.name for path in (packs.mirror.folder / "objects" / "pack").glob("*.pack")}


def test_a_thin_bundle_makes_its_commit_a_revision(
    pack: GitPack, packs: Packs, clone: GitPack, bundle: Callable[..., Path]
):
    base = clone.git("rev-parse", "HEAD")
    clone.write("tests/new.py", "def test_new(): pass\n")
    sha = clone.commit()
    assert packs.known_commits(sha, [base]) == [base]
    assert packs.snapshots.receive(bundle("main", f"^{base}"), sha).new
    assert packs.known_commits(sha, [base]) == [sha, base]
    assert packs.testcase_names(packs.resolve(sha).sha) == ("tests/menu.py::test_opens", "tests/new.py::test_new")
    assert packs.resolve(sha).branch is None
    pack.write("tests/other.py", "def test_other(): pass\n")
    pack.commit()
    packs.pushed()
    packs.resolve("main")
    packs.fetch()
    assert packs.snapshots.known([sha]) == [sha], "a fetch leaves it alone"
    assert not packs.snapshots.receive(bundle("main"), sha).new
    assert [path.name for path in packs.mirror.folder.parent.iterdir()] == ["mirror.git"], "nothing is left beside it"


def test_a_commit_that_was_pushed_a_moment_ago_is_known(pack: GitPack, packs: Packs):
    sha = pack.commit("Pushed")
    packs.pushed()
    assert packs.known_commits("f" * 40, [sha]) == [sha]


def test_a_commit_that_no_ref_leads_to_is_not_known(packs: Packs, clone: GitPack, bundle: Callable[..., Path]):
    sha = clone.commit()
    packs.snapshots.receive(bundle("main"), sha)
    packs.snapshots._delete(packs.snapshots._refs("refs/uploaded/"))
    assert packs.snapshots.known([sha]) == []
    assert packs.snapshots.receive(bundle("main"), sha).new


def refused(packs: Packs, path: Path, sha: str, match: str) -> None:
    """The bundle is refused, and leaves nothing."""
    before = objects_of(packs)
    with pytest.raises(BadSnapshotError, match=match):
        packs.snapshots.receive(path, sha)
    assert objects_of(packs) == before
    assert packs.snapshots.known([sha]) == []
    assert [path.name for path in packs.mirror.folder.parent.iterdir()] == ["mirror.git"]


def test_a_bundle_without_that_commit_says_so(packs: Packs, clone: GitPack, bundle: Callable[..., Path]):
    other = clone.commit()
    sha = clone.commit()
    refused(packs, bundle("main"), other, f"brings {sha}, and not {other} alone")


def test_a_bundle_of_two_branches_is_refused(packs: Packs, clone: GitPack, bundle: Callable[..., Path]):
    sha = clone.commit()
    clone.git("branch", "other")
    refused(packs, bundle("main", "other"), sha, "alone")


def test_a_bundle_that_builds_on_what_is_not_here_names_it(packs: Packs, clone: GitPack, bundle: Callable[..., Path]):
    base = clone.commit()
    clone.write("tests/new.py", "def test_new(): pass\n")
    sha = clone.commit()
    refused(packs, bundle("main", f"^{base}"), sha, f"builds on {base}, which the server does not have")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no git bundle"),
        (b"PK\x03\x04 something else", "no git bundle"),
        (b"# v2 git bundle\n", "ends within its header"),
        (b"# v2 git bundle\n" + b"-" + b"a" * 40 + b" " + b"x" * (2 << 20) + b"\n\n", "header"),
        (b"# v3 git bundle\n@filter=blob:none\n\n", "@filter=blob:none"),
        (b"# v2 git bundle\nnonsense\n\n", "'nonsense'"),
        (b"# v2 git bundle\n" + b"f" * 40 + b" refs/heads/main\n\n", "git refuses the bundle"),
        (b"# v2 git bundle\n" + b"f" * 40 + b" refs/heads/main\n\nPACK\0\0\0\2\0\0\0\1", "git refuses the bundle"),
    ],
)
def test_what_is_no_bundle_is_refused(packs: Packs, tmp_path: Path, content: bytes, match: str):
    path = tmp_path / "one.bundle"
    path.write_bytes(content)
    refused(packs, path, "f" * 40, match)


def test_a_bundle_that_was_cut_is_refused(packs: Packs, clone: GitPack, bundle: Callable[..., Path]):
    clone.write("tests/new.py", "def test_new(): pass\n" * 999)
    sha = clone.commit()
    path = bundle("main")
    path.write_bytes(path.read_bytes()[:-40])
    refused(packs, path, sha, "git refuses the bundle")


class Packed:
    """Makes bundles that git itself would not: an object is its type's number and its content."""

    def __init__(self) -> None:
        self.objects: list[tuple[int, bytes]] = []
        self.deltas: list[tuple[str, bytes]] = []

    def add(self, kind: str, content: bytes) -> str:
        self.objects.append(({"commit": 1, "tree": 2, "blob": 3}[kind], content))
        return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()

    def tree(self, *entries: tuple[str, str, str]) -> str:
        """Entries are mode, name and sha."""
        return self.add("tree", b"".join(f"{mode} {n}\0".encode() + bytes.fromhex(sha) for mode, n, sha in entries))

    def commit(self, tree: str, *parents: str) -> str:
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        head = "".join(f"{line}\n" for line in lines).encode()
        return self.add("commit", head + b"author " + WHO + b"\ncommitter " + WHO + b"\n\n" + MESSAGE)

    def repeat(self, base: str, size: int, times: int) -> None:
        """An object that is another one so many times over."""
        copy = bytes([0x80 | 0x70]) + size.to_bytes(3, "little")
        self.deltas.append((base, self._number(size) + self._number(size * times) + copy * times))

    def _number(self, number: int) -> bytes:
        encoded = b""
        while number > 0x7F:
            encoded += bytes([number & 0x7F | 0x80])
            number >>= 7
        return encoded + bytes([number])

    def _head(self, kind: int, size: int) -> bytes:
        first = (kind << 4) | (size & 15)
        return bytes([first | 0x80]) + self._number(size >> 4) if size >> 4 else bytes([first])

    def write(self, path: Path, sha: str) -> Path:
        body = b"PACK" + struct.pack(">II", 2, len(self.objects) + len(self.deltas))
        for kind, content in self.objects:
            body += self._head(kind, len(content)) + zlib.compress(content)
        for base, delta in self.deltas:
            body += self._head(7, len(delta)) + bytes.fromhex(base) + zlib.compress(delta)
        body += hashlib.sha1(body, usedforsecurity=False).digest()
        path.write_bytes(f"# v2 git bundle\n{sha} refs/heads/main\n\n".encode() + body)
        return path


def test_objects_that_are_left_out_are_missed(packs: Packs, tmp_path: Path):
    packed = Packed()
    sha = packed.commit(packed.tree(("100644", "a.py", "e" * 40)))
    refused(packs, packed.write(tmp_path / "one.bundle", sha), sha, "git refuses the bundle")
    packed = Packed()
    sha = packed.commit(packed.tree(), "e" * 40)
    refused(packs, packed.write(tmp_path / "one.bundle", sha), sha, r"refuses the bundle|not complete")


def test_what_is_half_swept_away_is_no_part_of_a_snapshot(packs: Packs, tmp_path: Path):
    entry = f"100644 blob {'e' * 40}\ta.py\n"
    done = subprocess.run(
        ["git", "-C", packs.mirror.folder, "mktree", "--missing"], input=entry.encode(), capture_output=True, check=True
    )
    packed = Packed()
    sha = packed.commit(done.stdout.decode().strip())
    refused(packs, packed.write(tmp_path / "one.bundle", sha), sha, "is not complete")


@pytest.mark.parametrize("name", ["..", ".", ".git", ".GIT", "a/b", ""])
def test_a_file_that_would_land_elsewhere_is_refused(packs: Packs, tmp_path: Path, name: str):
    packed = Packed()
    sha = packed.commit(packed.tree(("40000", name, packed.tree(("100644", "x", packed.add("blob", b"x"))))))
    refused(packs, packed.write(tmp_path / "one.bundle", sha), sha, "git refuses the bundle")


def test_a_tree_as_commit_is_refused(packs: Packs, tmp_path: Path):
    packed = Packed()
    sha = packed.tree()
    refused(packs, packed.write(tmp_path / "one.bundle", sha), sha, "is no commit")


def test_links_out_and_submodules_are_not_in_the_exported_tree(packs: Packs, tmp_path: Path):
    packed = Packed()
    out, own = packed.add("blob", b"/etc/passwd"), packed.add("blob", b"a.py")
    file = packed.add("blob", b"def test_a(): pass\n")
    tests = packed.tree(("100644", "a.py", file), ("120000", "b.py", own), ("120000", "out.py", out))
    sha = packed.commit(packed.tree(("160000", "library", "d" * 40), ("40000", "tests", tests)))
    packs.snapshots.receive(packed.write(tmp_path / "one.bundle", sha), sha)
    assert packs.testcase_names(sha) == ("tests/a.py::test_a",)
    with packs.tree(sha) as tree:
        assert sorted(path.name for path in (tree / "tests").iterdir()) == ["a.py", "b.py"]
        assert list((tree / "library").iterdir()) == []


def test_a_few_bytes_that_stand_for_endless_files_are_refused(
    packs: Packs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    packed = Packed()
    tree = packed.tree(("100644", "x", packed.add("blob", b"x")))
    for _level in range(12):
        tree = packed.tree(*(("40000", f"{number:02d}", tree) for number in range(20)))
    sha = packed.commit(tree)
    refused(packs, packed.write(tmp_path / "one.bundle", sha), sha, "more than 200000 files")
    monkeypatch.setattr(tree_size, "MOST_BYTES", 1024**2)
    packed = Packed()
    sha = packed.commit(packed.tree(("100644", "zeros", packed.add("blob", bytes(2 * 1024**2)))))
    refused(packs, packed.write(tmp_path / "one.bundle", sha), sha, "0 GiB")


def test_a_few_bytes_that_stand_for_much_memory_are_refused(
    packs: Packs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    packed = Packed()
    base = packed.add("blob", bytes(8 * 1024**2))
    sha = packed.commit(packed.tree(("100644", "zeros", base)))
    packed.repeat(base, 8 * 1024**2, 60)
    path = packed.write(tmp_path / "one.bundle", sha)
    assert path.stat().st_size < 20_000
    monkeypatch.setattr("qarunner.pack.snapshots.MEMORY", 256 * 1024**2)
    refused(packs, path, sha, "git refuses the bundle: .*memory")
    monkeypatch.setattr("qarunner.pack.snapshots.MEMORY", 2 * 1024**3)
    assert packs.snapshots.receive(path, sha).new


def test_a_snapshot_that_nobody_asks_for_is_forgotten(
    packs: Packs, clone: GitPack, bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    shas = []
    for number in range(2):
        clone.git("checkout", "--quiet", "--detach", "origin/main")
        clone.write("tests/new.py", f"def test_{number}(): pass\n")
        shas.append(clone.commit())
        clone.git("branch", "--force", "mine", shas[-1])
        packs.snapshots.receive(bundle("mine"), shas[-1])
    long_ago = (datetime.now(UTC) - timedelta(days=40)).date().isoformat()
    for sha in shas:
        old = f"refs/uploaded/{long_ago}/{sha}"
        subprocess.run(["git", "-C", packs.mirror.folder, "update-ref", old, sha], check=True)
        packs.snapshots._delete([ref for ref in packs.snapshots._refs(f"refs/uploaded/*/{sha}") if ref != old])
    assert packs.known_commits(shas[0], []) == [shas[0]], "asked for, and so kept"
    left_behind = packs.mirror.folder.parent / "incoming-x"
    left_behind.mkdir()
    os.utime(left_behind, (0, 0))
    packs.collect()
    assert packs.snapshots.known(shas) == [shas[0]]
    assert "tests/new.py::test_0" in packs.testcase_names(shas[0])
    assert not left_behind.exists()


def test_many_snapshots_are_put_into_one_file(
    packs: Packs, clone: GitPack, bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    from tests.peers.pack_run import until

    monkeypatch.setattr("qarunner.pack.snapshots.MOST_PACKS", 3)
    shas = []
    for number in range(4):
        clone.write("tests/new.py", f"def test_{number}(): pass\n")
        shas.append(clone.commit())
        packs.snapshots.receive(bundle("main", *([f"^{shas[-2]}"] if number else [])), shas[-1])
    until(lambda: len(objects_of(packs)) == 1, "one pack")
    until(lambda: not packs.snapshots._tidying.locked(), "git has ended")
    assert packs.snapshots.known(shas) == shas
