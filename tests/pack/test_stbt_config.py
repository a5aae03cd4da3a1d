"""stbt_core finds the tags of a run, the pack's configuration, and an OCR that works on this machine."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import cv2
import numpy
import pytest
import stbt_core

from qarunner.errors import ConfigurationError
from qarunner.pack.stbt_config import applied, stbt_environment
from qarunner.pack.tesseract import find_tesseract


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with one node's configuration."""
    (tmp_path / "pack" / "config" / "test-farm").mkdir(parents=True)
    (tmp_path / "pack" / ".stbt.conf").write_text("[own]\npack = pack\nnode = pack\nperson = pack\nrun = pack\n")
    node = tmp_path / "pack" / "config" / "test-farm" / "living-room.conf"
    node.write_text("[own]\nnode = node\nperson = node\nrun = node\n")
    return tmp_path / "pack"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the generated files go."""
    (tmp_path / "generated").mkdir()
    return tmp_path / "generated"


@pytest.fixture
def text_frame() -> stbt_core.Frame:
    """A picture of two words."""
    pixels = numpy.full((120, 640, 3), 255, numpy.uint8)
    cv2.putText(pixels, "Parental control", (20, 80), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 4)
    return stbt_core.Frame(pixels, time=0.0)


def own(key: str) -> str:
    value: str = stbt_core.get_config("own", key)
    return value


def test_the_run_wins_over_the_person_the_node_and_the_pack(pack: Path, folder: Path) -> None:
    person = pack.parent / "person.conf"
    person.write_text("[own]\nperson = person\nrun = person\n")
    environment = {**os.environ, "STBT_CONFIG_FILE": str(person)}
    overrides = {"own": {"run": "run"}}
    with applied(stbt_environment(folder, pack, "living-room", {}, overrides, environment)):
        assert [own(key) for key in ("pack", "node", "person", "run")] == ["pack", "node", "person", "run"]
    with applied(stbt_environment(folder, pack, "kitchen")):
        assert own("node") == "pack"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("build", "1.2"),
        ("smoke", ""),
        ("share", "50 % of 100%%"),
        ("jenkins/BUILD_ID", "x=y: z"),
        ("Tür", "ä # ; [x] 😀"),
        ("My Tag", '"quoted" \\n'),
    ],
)
def test_a_tag_is_read_back_as_it_was_given(pack: Path, folder: Path, name: str, value: str) -> None:
    with applied(stbt_environment(folder, pack, tags={name: value})):
        assert stbt_core.get_config("result.tags", name) == value
        assert stbt_core.get_config("result.tags", name.upper()) == value
        assert stbt_core.get_config("result.tags", "other", None) is None


@pytest.mark.parametrize(
    "tags", [{"": "x"}, {"#a": "x"}, {"[a]": "x"}, {"a=b": "x"}, {"a": "x\ny"}, {"a": "", "A": ""}]
)
def test_a_tag_that_stbt_core_could_not_read_back_is_refused(pack: Path, folder: Path, tags: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"result\.tags"):
        stbt_environment(folder, pack, tags=tags)


def test_afterwards_nothing_of_it_is_left(pack: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STBT_CONFIG_FILE", raising=False)
    before = dict(os.environ)
    with applied(stbt_environment(folder, pack, tags={"build": "1"})):
        assert stbt_core.get_config("result.tags", "build") == "1"
    assert dict(os.environ) == before
    assert stbt_core.get_config("result.tags", "build", None) is None


def test_what_is_generated_is_for_its_owner_only(pack: Path, folder: Path) -> None:
    (folder / "stbt.conf").touch(0o644)
    stbt_environment(folder, pack, tags={"build": "1"})
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("file", [".stbt.conf", "config/test-farm/living-room.conf"])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[a]\nb = 1\n\n[secrets]\nportal = x\n", ":5: a test pack must not hold secrets"),
        ("[a]\nb = 1\nb = 2\n", r":3: \[a\] b stands here for the second time"),
        ("[a]\n[a]\n", r":2: \[a\] stands here for the second time"),
        ("[a]\nno value\n", ":2: "),
        ("b = 1\n", ":1: "),
    ],
)
def test_a_pack_file_that_stbt_core_could_not_use_is_refused_with_its_line(
    pack: Path, folder: Path, file: str, content: str, problem: str
) -> None:
    (pack / file).write_text(content)
    with pytest.raises(ConfigurationError, match=str(pack / file) + problem):
        stbt_environment(folder, pack, "living-room")


def test_a_pack_whose_path_has_a_colon_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "a:b").mkdir()
    (tmp_path / "a:b" / ".stbt.conf").touch()
    with pytest.raises(ConfigurationError, match=r"a:b.* has a colon"):
        stbt_environment(folder, tmp_path / "a:b")


def test_a_node_name_is_no_path(pack: Path, folder: Path) -> None:
    (pack / "config" / "evil.conf").write_text("[own]\nnode = evil\n")
    with applied(stbt_environment(folder, pack, "../evil")):
        assert own("node") == "pack"


def test_without_a_home_stbt_core_still_reads_its_configuration(
    pack: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    with applied(stbt_environment(folder, pack)):
        assert own("pack") == "pack"


@pytest.mark.needs("tesseract")
def test_text_is_read_and_found_with_the_distributions_tesseract(
    pack: Path, folder: Path, text_frame: stbt_core.Frame
) -> None:
    with applied(stbt_environment(folder, pack)):
        assert stbt_core.ocr(text_frame) == "Parental control"
        assert stbt_core.match_text("control", text_frame)
        assert not stbt_core.match_text("Volume", text_frame)


@pytest.mark.needs("tesseract")
def test_the_pack_and_the_person_may_choose_another_ocr_engine(pack: Path, folder: Path) -> None:
    machine = find_tesseract(os.environ)
    assert machine is not None
    with applied(stbt_environment(folder, pack)):
        assert stbt_core.get_config("ocr", "engine") == ("TESSERACT" if machine.has_legacy_data else "LSTM")
    person = pack.parent / "person"
    (person / "stbt").mkdir(parents=True)
    (person / "stbt" / "stbt.conf").write_text("[ocr]\nengine = DEFAULT\n")
    environment = {**os.environ, "XDG_CONFIG_HOME": str(person)}
    chosen = stbt_environment(folder, pack, environment=environment)
    with applied({**chosen, "XDG_CONFIG_HOME": str(person)}):
        assert stbt_core.get_config("ocr", "engine") == "DEFAULT"
    (pack / ".stbt.conf").write_text("[ocr]\nengine = TESSERACT\n")
    with applied(stbt_environment(folder, pack)):
        assert stbt_core.get_config("ocr", "engine") == "TESSERACT"
