"""The test pack as the server serves it, out of real repositories."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.peers.git_pack import GitPack

from qarunner.errors import ConfigurationError
from qarunner.jobs.packs import Packs
from qarunner.pack.listing import list_testcases
from qarunner.pack.revisions import UnknownRevisionError
from qarunner.plugins import Plugins

SOURCES = Plugins().testcase_sources()


@pytest.fixture
def pack(tmp_path: Path) -> GitPack:
    made = GitPack(tmp_path / "pack")
    made.write("tests/menu.py", "import not_there\ndef test_opens(): pass\n")
    made.write("tests/broken.py", "def test_broken(:\n")
    made.write("features/zap.feature", "Feature: Zap\n  Scenario: Up\n    Given a\n")
    made.commit()
    return made


@pytest.fixture
def packs(pack: GitPack, tmp_path: Path) -> Packs:
    return Packs(str(pack.folder), tmp_path / "data", SOURCES)


def test_a_branch_a_tag_a_sha_and_head_are_found(pack: GitPack, packs: Packs):
    sha = pack.git("rev-parse", "HEAD")
    pack.git("tag", "v1")
    pack.git("branch", "team/menu")
    pack.git("update-ref", "refs/snapshots/anna", sha)
    assert packs.resolve("main").branch == "refs/heads/main"
    assert packs.resolve("v1").branch == "refs/tags/v1"
    assert packs.resolve("team/menu").branch == "refs/heads/team/menu"
    assert packs.resolve("refs/snapshots/anna").branch == "refs/snapshots/anna"
    assert packs.resolve("HEAD").branch == "refs/heads/main"
    assert packs.resolve(sha).branch is None
    assert packs.resolve(sha[:10]).sha == sha


def test_a_commit_that_is_only_a_snapshot_is_found_by_its_sha(pack: GitPack, packs: Packs):
    packs.resolve("main")
    pack.write("tests/new.py", "def test_new(): pass\n")
    pack.git("checkout", "--quiet", "--detach")
    sha = pack.commit()
    pack.git("update-ref", "refs/snapshots/anna", sha)
    pack.git("checkout", "--quiet", "main")
    packs.pushed()
    assert packs.resolve(sha).branch is None
    assert "tests/new.py::test_new" in packs.testcase_names(sha)


@pytest.mark.parametrize("name", ["nothing", "", "-x", "main^{/x}", "a..b", "main@{1}", "x" * 5000, "a\0b", "f" * 40])
def test_what_is_no_revision_is_unknown(packs: Packs, name: str):
    with pytest.raises(UnknownRevisionError):
        packs.resolve(name)


def test_testcases_are_the_ones_a_checkout_has(pack: GitPack, packs: Packs):
    pack.write("behave.ini", "[behave]\nscenario_outline_annotation_schema = {name} row {row.index}\n")
    pack.write(
        "features/rows.feature",
        "Feature: Rows\n  Scenario Outline: Go\n    Given <a>\n    Examples: One\n      | a |\n      | 1 |\n",
    )
    pack.write("tests/.hidden/x.py", "def test_hidden(): pass\n")
    sha = pack.commit()
    names = packs.testcase_names(packs.resolve(sha).sha)
    assert list(names) == list_testcases(pack.folder, SOURCES)
    assert "features/rows.feature::Go row 1" in names
    assert "tests/broken.py::test_broken" in names


def test_a_pack_in_a_folder_of_its_repository_has_names_relative_to_itself(tmp_path: Path):
    pack = GitPack(tmp_path / "repository")
    pack.write("stb/.stbt.conf", "")
    pack.write("stb/tests/a.py", "def test_a(): pass\n")
    pack.write("stb/config/test-farm/box.conf", "[node]\nfriendly_name = Box\n")
    sha = pack.commit()
    packs = Packs(str(pack.folder / "stb"), tmp_path / "data", SOURCES)
    assert packs.testcase_names(packs.resolve("HEAD").sha) == ("tests/a.py::test_a",)
    assert packs.node_config("box") == {"node": {"friendly_name": "Box"}}
    with packs.tree(sha) as tree:
        assert (tree / "tests" / "a.py").is_file()


def test_a_tree_has_every_file_and_no_way_out(pack: GitPack, packs: Packs, tmp_path: Path):
    pack.write(".gitattributes", "tests export-ignore\n")
    (pack.folder / "out").symlink_to("/etc")
    (pack.folder / "conf").symlink_to(".stbt.conf")
    sha = pack.commit()
    packs.resolve(sha)
    with packs.tree(sha) as tree:
        assert (tree / "tests" / "menu.py").is_file()
        assert not (tree / "tests" / "menu.py").stat().st_mode & 0o222
        assert not (tree / "out").exists()
        assert (tree / "conf").read_text() == "[test_pack]\n"
        assert packs.trees.collect(0, 0) == 0, "it is in use"
    assert packs.trees.collect(0, 0) == 1
    assert not packs.trees.path(sha).exists()


def test_remote_controls_and_their_default_come_from_the_pack(pack: GitPack, packs: Packs):
    pack.write("config/remote-control/roku.lircd.conf", "")
    pack.write(".stbt.conf", "[test_pack]\ndefault_remote_control = roku\n")
    pack.write("config/test-farm/box.conf", "[test_pack]\ndefault_remote_control = sky\n")
    sha = packs.resolve(pack.commit()).sha
    assert packs.remote_controls(sha) == ["roku"]
    assert packs.default_remote_control(sha, "box") == "sky"
    assert packs.default_remote_control(sha, "other") == "roku"


def test_a_secret_encrypted_with_openssl_is_read(pack: GitPack, packs: Packs, tmp_path: Path):
    key = tmp_path / "public.pem"
    key.write_text(packs.secrets.public_pem())
    done = subprocess.run(
        ["openssl", "pkeyutl", "-inkey", str(key), "-pubin", "-encrypt"],
        input=b"p4ss",
        capture_output=True,
        check=True,
    )
    import base64

    pack.write(".stbt.conf", f"[encrypted_secrets]\nwifi = {base64.b64encode(done.stdout).decode()}\n")
    sha = packs.resolve(pack.commit()).sha
    assert packs.secret_values(sha, "box") == {"wifi": "p4ss"}


def test_a_secret_for_another_server_is_named(pack: GitPack, packs: Packs):
    pack.write(".stbt.conf", "[encrypted_secrets]\nwifi = AAAA\n")
    sha = packs.resolve(pack.commit()).sha
    with pytest.raises(ConfigurationError, match="'wifi'"):
        packs.secret_values(sha, "box")


@pytest.mark.parametrize("address", ["git://host/x", "http://host/x", "ext::sh -c id", "-u", "ftp://me:pw@host/"])
def test_other_ways_to_a_repository_are_refused(tmp_path: Path, address: str):
    with pytest.raises(ConfigurationError) as refused:
        Packs(address, tmp_path, SOURCES)
    assert "pw" not in str(refused.value)


def test_a_folder_that_is_no_repository_is_told_what_to_do(tmp_path: Path):
    (tmp_path / "plain").mkdir()
    with pytest.raises(ConfigurationError, match="git -C"):
        Packs(str(tmp_path / "plain"), tmp_path / "data", SOURCES)


def test_hooks_of_the_repository_do_not_run(pack: GitPack, packs: Packs, tmp_path: Path):
    packs.resolve("main")
    for folder in (pack.folder / ".git", packs.mirror.folder):
        for hook in ("reference-transaction", "post-checkout", "pre-auto-gc"):
            path = folder / "hooks" / hook
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
            path.chmod(0o755)
    packs.pushed()
    pack.write("tests/z.py", "def test_z(): pass\n")
    pack.git("-c", "core.hooksPath=/dev/null", "add", "--all")
    pack.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "more")
    assert "tests/z.py::test_z" in packs.testcase_names(packs.resolve("main").sha)
    assert not (tmp_path / "ran").exists()
