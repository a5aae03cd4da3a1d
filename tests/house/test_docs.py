"""The documentation builds without a network, links lead somewhere, and its pages fetch nothing from other hosts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.house.conftest import Run

KINDS = ["tutorial", "how-to", "reference", "explanation"]
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=\"(?:https?:)?//[^\"]*|<link\b[^>]*href=\"(?:https?:)?//[^\"]*"
)


@pytest.fixture(scope="session")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built documentation."""
    folder = tmp_path_factory.mktemp("documentation")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    # A proxy that nobody listens at: whatever asks for the network fails.
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    built = subprocess.run(command, cwd=root, env=nowhere, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_the_start_page_leads_to_the_four_kinds_in_the_order_of_need(site: Path) -> None:
    start = (site / "index.html").read_text(encoding="utf-8")
    tabs = re.findall(r'href="([a-z-]+)/index\.html" class="md-tabs__link"', start)
    assert tabs == KINDS


def test_pages_fetch_nothing_from_other_hosts(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert pages
    assert {str(page.relative_to(site)): found for page in pages if (found := FETCHED.findall(page.read_text()))} == {}
    sheets = list(site.rglob("*.css"))
    assert sheets
    assert [sheet.name for sheet in sheets if re.search(r"url\(['\"]?(https?:)?//", sheet.read_text())] == []


def test_a_link_that_leads_nowhere_fails_make_docs(root: Path, tmp_path: Path, run: Run) -> None:
    for name in ("Makefile", "mkdocs.yml", "scripts/docs_order.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Start\n\n[gone](gone.md)\n", encoding="utf-8")
    built = run("make", "--old-file=.venv/.ready", "docs")
    assert built.returncode != 0
    assert "'gone.md'" in built.stderr
