"""News fragments are named so that a release finds them."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_every_news_fragment_is_found_by_a_release(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
    kinds = "|".join(kind["directory"] for kind in settings["type"])
    well_named = re.compile(rf"(\d+|\+[a-z0-9-]+)\.({kinds})(\.\d+)?\.md")
    fragments = [file.name for file in (root / settings["directory"]).iterdir() if file.name not in settings["ignore"]]
    assert fragments
    assert [name for name in fragments if not well_named.fullmatch(name)] == []


def test_no_news_fragment_is_empty(root: Path) -> None:
    assert [file.name for file in (root / "news").iterdir() if not file.read_text(encoding="utf-8").strip()] == []
