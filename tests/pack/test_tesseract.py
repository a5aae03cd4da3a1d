"""The language data of tesseract is found wherever it is installed."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from qarunner.pack.tesseract import find_tesseract, has_legacy_data


def write_data(path: Path, *, legacy: bool) -> None:
    """Write a file with the header of a language's data: 24 components, the fourth is what makes it legacy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    places = [-1] * 24
    places[17] = 196
    if legacy:
        places[3] = 300
    path.write_bytes(struct.pack("<i24q", 24, *places))


def install(folder: Path, script: str = "exit 1") -> dict[str, str]:
    """Write a tesseract into `folder` and return an environment in which it is found."""
    program = folder / "bin" / "tesseract"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": str(program.parent)}


@pytest.mark.needs("tesseract")
def test_the_machines_own_tesseract_is_found_with_its_data() -> None:
    found = find_tesseract(os.environ)
    assert found is not None
    assert (found.data / "eng.traineddata").is_file()


@pytest.mark.parametrize("folder", ["tesseract-ocr/5/tessdata", "tesseract-ocr/tessdata", "tessdata"])
def test_data_is_found_where_distributions_put_it_without_starting_tesseract(tmp_path: Path, folder: str) -> None:
    write_data(tmp_path / "share" / folder / "eng.traineddata", legacy=True)
    found = find_tesseract(install(tmp_path, ": >$0.started"))
    assert found is not None
    assert found.data == tmp_path / "share" / folder
    assert found.has_legacy_data
    assert not list(tmp_path.rglob("*.started"))


def test_of_two_versions_data_tesseract_says_which_it_uses(tmp_path: Path) -> None:
    write_data(tmp_path / "share/tesseract-ocr/4.00/tessdata/eng.traineddata", legacy=True)
    write_data(tmp_path / "share/tesseract-ocr/5/tessdata/eng.traineddata", legacy=False)
    says = f"echo 'List of available languages in \"{tmp_path}/share/tesseract-ocr/5/tessdata/\" (1):'; echo eng"
    found = find_tesseract(install(tmp_path, says))
    assert found is not None
    assert found.data == tmp_path / "share/tesseract-ocr/5/tessdata"
    assert not found.has_legacy_data


def test_one_language_without_legacy_data_is_enough_for_the_new_engine(tmp_path: Path) -> None:
    write_data(tmp_path / "share/tessdata/eng.traineddata", legacy=True)
    write_data(tmp_path / "share/tessdata/osd.traineddata", legacy=False)
    environment = install(tmp_path)
    found = find_tesseract(environment)
    assert found is not None
    assert found.has_legacy_data
    write_data(tmp_path / "share/tessdata/deu.traineddata", legacy=False)
    found = find_tesseract(environment)
    assert found is not None
    assert not found.has_legacy_data


def test_the_folder_named_in_the_environment_is_taken(tmp_path: Path) -> None:
    write_data(tmp_path / "share/tessdata/eng.traineddata", legacy=True)
    write_data(tmp_path / "mine/eng.traineddata", legacy=False)
    found = find_tesseract({**install(tmp_path), "TESSDATA_PREFIX": str(tmp_path / "mine")})
    assert found is not None
    assert found.data == tmp_path / "mine"


def test_a_machine_without_tesseract_or_without_its_data_has_none(tmp_path: Path) -> None:
    assert find_tesseract({"PATH": str(tmp_path)}) is None
    assert find_tesseract(install(tmp_path)) is None


@pytest.mark.parametrize("content", [b"", b"\x18\0\0\0", b"not a data file at all, but long enough"[:36]])
def test_a_broken_data_file_serves_no_legacy_engine(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "eng.traineddata"
    assert has_legacy_data(path) is False
    path.write_bytes(content)
    assert has_legacy_data(path) is False
