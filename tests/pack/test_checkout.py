"""Snapshots of real checkouts: what they hold, and that nothing of the checkout changes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.peers.git_pack import IDENTITY, GitPack

from qarunner.errors import ConfigurationError
from qarunner.pack.checkout import Checkout
from qarunner.pack.git import GitError

Look = Callable[..., Checkout]


@pytest.fixture
def pack(tmp_path: Path) -> GitPack:
    made = GitPack(tmp_path / "pack")
    made.write("tests/menu.py", "def test_opens(): pass\n")
    made.write("tests/old.py", "def test_old(): pass\n")
    made.write(".gitignore", "*.log\n")
    made.commit()
    return made


@pytest.fixture
def look(pack: GitPack, tmp_path: Path) -> Look:
    """Look at the pack's checkout, or at another one."""
    number = iter(range(100))

    def make(folder: Path = pack.folder, *leave_out: Path) -> Checkout:
        scratch = tmp_path / f"scratch-{next(number)}"
        scratch.mkdir()
        return Checkout(folder, scratch, leave_out)

    return make


def received(folder: Path, base: Path, bundle: Path, sha: str) -> GitPack:
    """A repository with the base's branches, to which a bundle came."""
    if not folder.exists():
        subprocess.run(["git", "clone", "--quiet", "--bare", base, folder], check=True)
    made = GitPack.__new__(GitPack)
    made.folder = folder
    made.git("-c", "transfer.fsckObjects=true", "fetch", "--quiet", str(bundle), "refs/snapshots/*:refs/snapshots/*")
    assert made.git("rev-parse", f"refs/snapshots/{sha}") == sha
    return made


def files(repository: GitPack, sha: str) -> dict[str, str]:
    """The content of each file of a commit."""
    names = repository.git("ls-tree", "-r", "-z", "--name-only", sha).rstrip("\0").split("\0")
    return {name: repository.git("show", f"{sha}:{name}") for name in names}


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All there is in a folder, git's own files included; objects that are needed again get a new time from git."""
    return {
        str(path.relative_to(folder)): (0 if "objects" in path.parts else path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_checkout_without_changes_is_its_commit(pack: GitPack, look: Look):
    checkout = look()
    assert checkout.snapshot() == checkout.head == pack.git("rev-parse", "HEAD")


def test_a_snapshot_has_what_is_there_now_and_changes_nothing(pack: GitPack, look: Look, tmp_path: Path):
    pack.write("tests/menu.py", "def test_changed(): pass\n")
    pack.write("tests/staged.py", "def test_staged(): pass\n")
    pack.git("add", "tests/staged.py")
    pack.write("tests/staged.py", "def test_staged_and_changed(): pass\n")
    pack.write("tests/ü new.py", "def test_new(): pass\n")
    pack.write("tests/ignored.log", "much")
    pack.write("qa-results/run/video.mp4", "much")
    pack.write("tests/__pycache__/menu.pyc", "much")
    (pack.folder / "tests" / "old.py").unlink()
    (pack.folder / "link").symlink_to("tests")
    (pack.folder / "tests" / "menu.py").chmod(0o755)
    status = pack.git("status", "--porcelain")
    before = everything(pack.folder)
    checkout = look()
    sha = checkout.snapshot()
    assert list(checkout.untracked()) == ["link", "tests/ü new.py"]
    bundle = checkout.bundle(sha, [checkout.head])
    assert everything(pack.folder) == before
    assert pack.git("status", "--porcelain") == status
    there = received(tmp_path / "there", pack.folder, bundle, sha)
    found = files(there, sha)
    assert set(found) == {".gitignore", ".stbt.conf", "link", "tests/menu.py", "tests/staged.py", "tests/ü new.py"}
    assert found["tests/menu.py"] == "def test_changed(): pass"
    assert found["tests/staged.py"] == "def test_staged_and_changed(): pass"
    assert there.git("rev-parse", f"{sha}^") == checkout.head
    assert there.git("ls-tree", sha, "tests/menu.py").startswith("100755")


def test_the_same_files_make_the_same_commit_elsewhere_and_later(pack: GitPack, look: Look, tmp_path: Path):
    subprocess.run(["git", "clone", "--quiet", pack.folder, tmp_path / "clone"], check=True)
    for folder in (pack.folder, tmp_path / "clone"):
        (folder / "tests" / "new.py").write_text("def test_new(): pass\n")
    shas = {look().snapshot(), look(tmp_path / "clone").snapshot(), look().snapshot()}
    assert len(shas) == 1
    assert look().alone("") == look(tmp_path / "clone").alone("") not in shas


def test_a_change_in_the_second_of_the_last_commit_is_seen(pack: GitPack, look: Look):
    menu = pack.folder / "tests" / "menu.py"
    text = menu.read_text()
    pack.git("config", "core.trustctime", "false")
    pack.git("config", "core.checkstat", "minimal")
    then = (1_700_000_000, 1_700_000_000)
    menu.write_text(text.replace("opens", "shuts"))
    os.utime(menu, then)
    pack.git("add", "--all")
    menu.write_text(text.replace("opens", "fades"))  # as long, and as old as the index knows it
    for path in (menu, pack.folder / ".git" / "index"):
        os.utime(path, then)
    checkout = look()
    assert b"fades" in checkout._in_own("show", f"{checkout.snapshot()}:tests/menu.py")


def test_what_is_left_out_is_not_sent(pack: GitPack, look: Look):
    pack.write("report[1].xml", "<a/>")
    pack.write("got/a/video.mp4", "much")
    elsewhere = pack.folder.parent / "elsewhere"
    checkout = look(pack.folder, pack.folder / "report[1].xml", pack.folder / "got", elsewhere, pack.folder)
    assert checkout.snapshot() == checkout.head
    assert checkout.untracked() == {}


def test_a_pack_in_a_folder_can_move(pack: GitPack, look: Look, tmp_path: Path):
    pack.write("other/file", "of the repository\n")
    pack.write("stb/.stbt.conf", "")
    pack.write("stb/tests/a.py", "def test_a(): pass\n")
    pack.commit()
    pack.write("stb/tests/b.py", "def test_b(): pass\n")
    pack.write("other/untracked", "not the pack's\n")
    checkout = look(pack.folder / "stb")
    assert checkout.folder == "stb"
    for folder, names in {
        "": {".stbt.conf", "tests/a.py", "tests/b.py"},
        "a/b": {"a/b/.stbt.conf", "a/b/tests/a.py", "a/b/tests/b.py"},
    }.items():
        sha = checkout.alone(folder)
        there = received(tmp_path / f"there{len(folder)}", pack.folder, checkout.bundle(sha, []), sha)
        assert set(files(there, sha)) == names
    stays = checkout.alone("stb")
    there = received(tmp_path / "stays", pack.folder, checkout.bundle(stays, []), stays)
    assert {"other/file", "stb/tests/b.py"} < set(files(there, stays))
    assert "other/untracked" not in files(there, stays)


def test_a_checkout_of_few_commits_connects_only_where_its_last_is_known(pack: GitPack, look: Look, tmp_path: Path):
    commits = [pack.commit(f"{number}") for number in range(4)]
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=2", f"file://{pack.folder}", clone], check=True)
    (clone / "tests" / "new.py").write_text("def test_new(): pass\n")
    checkout = look(clone)
    assert checkout.history(10) == [commits[3], commits[2]]
    assert [checkout.connects(known) for known in ([], [commits[3]], [commits[2]], commits[2:])] == [
        False,
        True,
        True,
        True,
    ]
    sha = checkout.snapshot()
    received(tmp_path / "there", pack.folder, checkout.bundle(sha, [commits[3]]), sha)
    clone = tmp_path / "shallow"
    subprocess.run(["git", "clone", "--quiet", "--depth=3", f"file://{pack.folder}", clone], check=True)
    assert not look(clone).connects([])
    checkout = look(clone)
    alone = checkout.alone("")
    received(tmp_path / "there", pack.folder, checkout.bundle(alone, []), alone)


def test_one_in_a_worktree_or_in_a_hook_is_the_one_around_it(
    pack: GitPack, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pack.git("worktree", "add", "--quiet", "--detach", "../beside")
    beside = tmp_path / "beside"
    (beside / "tests" / "new.py").write_text("def test_new(): pass\n")
    monkeypatch.setenv("GIT_DIR", str(pack.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    checkout = look(beside)
    sha = checkout.snapshot()
    assert "tests/new.py" in checkout._in_own("ls-tree", "-r", "--name-only", sha).decode()


def test_hooks_do_not_run_and_a_signing_key_is_not_asked_for(pack: GitPack, look: Look, tmp_path: Path):
    pack.git("config", "commit.gpgsign", "true")
    pack.git("config", "gpg.program", "/nowhere")
    for name in ("pre-commit", "post-index-change", "reference-transaction"):
        hook = pack.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        hook.chmod(0o755)
    pack.write("tests/new.py", "def test_new(): pass\n")
    checkout = look()
    checkout.bundle(checkout.snapshot(), [checkout.head])
    assert not (tmp_path / "ran").exists()


def test_files_in_conflict_are_taken_as_they_lie_there(pack: GitPack, look: Look):
    pack.git("checkout", "--quiet", "-b", "other")
    pack.write("tests/menu.py", "def test_theirs(): pass\n")
    pack.commit()
    pack.git("checkout", "--quiet", "main")
    pack.write("tests/menu.py", "def test_ours(): pass\n")
    pack.commit()
    with pytest.raises(subprocess.CalledProcessError):
        pack.git("merge", "other")
    checkout = look()
    assert b"<<<<<<<" in checkout._in_own("show", f"{checkout.snapshot()}:tests/menu.py")
    assert "UU tests/menu.py" in pack.git("status", "--porcelain")


def test_the_largest_files_and_other_repositories_are_known(pack: GitPack, look: Look):
    pack.write("big.bin", "x" * 5000)
    pack.write("bigger.bin", "y" * 9000)
    library = GitPack(pack.folder / "library")
    library.commit()
    pack.git("-c", "advice.addEmbeddedRepo=false", "add", "library")
    checkout = look()
    assert checkout.untracked() == {"big.bin": 5000, "bigger.bin": 9000}
    assert checkout.submodules() == ["library"]
    sha = checkout.snapshot()
    assert checkout.largest(sha, [checkout.head], 2) == [("bigger.bin", 9000), ("big.bin", 5000)]


def test_what_is_no_checkout_is_told_what_to_do(look: Look, tmp_path: Path):
    (tmp_path / "plain").mkdir()
    with pytest.raises(ConfigurationError, match=r"is in no git checkout.*\n.*git -C .* init"):
        look(tmp_path / "plain")


def test_one_without_commits_is_told_what_to_do(look: Look, tmp_path: Path):
    empty = GitPack(tmp_path / "empty")
    with pytest.raises(ConfigurationError, match=r"has no commits yet\n.*commit"):
        look(empty.folder)


def test_one_of_sha256_is_told_what_to_do(look: Look, tmp_path: Path):
    folder = tmp_path / "sha256"
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256", folder], check=True)
    made = GitPack(folder)
    made.commit()
    with pytest.raises(ConfigurationError, match="SHA-256"):
        look(folder)


def test_without_git_it_is_told_what_to_do(look: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="git is not installed"):
        look()


def test_what_git_cannot_add_is_named(pack: GitPack, look: Look):
    subprocess.run(["git", "init", "--quiet", pack.folder / "empty"], check=True, env={**os.environ, **IDENTITY})
    with pytest.raises(GitError, match=r"empty/.*\n.*\.gitignore"):
        look().snapshot()
