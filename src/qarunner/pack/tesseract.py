"""Finds tesseract's language data, which stbt_core's OCR must be told about on most distributions."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KNOWN_FOLDERS = ("tesseract-ocr/*/tessdata", "tesseract-ocr/tessdata", "tesseract/tessdata", "tessdata")
LEGACY_COMPONENT = 3
"""Index of the shape templates, without which the legacy engine cannot work, in a ``.traineddata`` file."""
ABSENT = -1
MOST_COMPONENTS = 100
"""Tesseract knows 24; a larger number is no such file."""
NO_LANGUAGES = {"osd", "equ"}
"""Data files that detect orientation and equations; no text is read with them."""


@dataclass(frozen=True)
class Tesseract:
    """An installed tesseract.

    `data`: the folder of its language data. `has_legacy_data`: whether every language in it works with the engine that
    tesseract 3 had, which stbt_core uses unless told otherwise.
    """

    data: Path
    has_legacy_data: bool


def find_tesseract(environment: Mapping[str, str]) -> Tesseract | None:
    """Return this machine's tesseract, or None when it or its data are not installed."""
    program = shutil.which("tesseract", path=environment.get("PATH"))
    if program is None:
        return None
    named = environment.get("TESSDATA_PREFIX")
    folders = [Path(named)] if named else list(_known_folders(Path(program)))
    data = folders[0] if len(folders) == 1 else _ask(program)
    if data is None or not _languages(data):
        return None
    return Tesseract(data, all(has_legacy_data(path) for path in _languages(data)))


def has_legacy_data(path: Path) -> bool:
    """Whether a ``.traineddata`` file serves the legacy engine.

    The file begins with the number of components (32 bits) and the place of each (64 bits), -1 for one that is absent.
    """
    try:
        with path.open("rb") as file:
            header = file.read(4 + 8 * (LEGACY_COMPONENT + 1))
        count, *places = struct.unpack(f"<i{LEGACY_COMPONENT + 1}q", header)
    except (OSError, struct.error):
        return False
    return LEGACY_COMPONENT < count < MOST_COMPONENTS and int(places[LEGACY_COMPONENT]) != ABSENT


def _languages(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.traineddata") if path.stem not in NO_LANGUAGES]


def _known_folders(program: Path) -> Iterator[Path]:
    """Yield the folders with data where distributions put them; starting tesseract would cost more."""
    share = program.resolve().parent.parent / "share"
    for pattern in KNOWN_FOLDERS:
        yield from (folder for folder in share.glob(pattern) if _languages(folder))


def _ask(program: str) -> Path | None:
    """Return the folder that tesseract itself names, as versions since 4.1 do."""
    try:
        answer = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    named = re.search(r'languages in "([^"]+)"', answer.stdout + answer.stderr)
    return Path(named[1]) if named else None
