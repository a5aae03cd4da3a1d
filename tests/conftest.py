"""What every test may use: empty stores, and the marker `needs`, which skips a test without a system program it uses.

``@pytest.mark.needs("tesseract")`` names a word of scripts/system-packages.txt; the skip's reason names the package.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.peers.stores import EmptyStores

LONG = (
    "tests/server/api/test_schemathesis.py",
    "tests/commands/test_demo.py",
    "tests/plugins/virtual_stb/test_example_pack.py",
    "tests/plugins/capture_video/test_whole.py",
    "tests/plugins/browser_selenium/test_browser_conformance.py",
    "tests/plugins/browser_selenium/test_display.py",
    "tests/plugins/browser_selenium/test_web_tv.py",
    "tests/plugins/browser_selenium/test_webdriver.py",
    "tests/plugins/report_qatrack/test_whole_run.py",
)
"""Files with tests that take ten seconds or more. They run first: one that began last would be waited for by all."""
PACKAGE_TABLE = Path(__file__).parents[1] / "scripts" / "system-packages.txt"


class SystemPackage(NamedTuple):
    """One row of the table."""

    word: str
    package: str
    proof: str
    purpose: str

    @property
    def installed(self) -> bool:
        """Whether its program is on PATH, or a file matches its pattern."""
        return any(Path("/").glob(self.proof[1:])) if "/" in self.proof else shutil.which(self.proof) is not None


def read_package_table(path: Path) -> list[SystemPackage]:
    """Return the rows of a table of system packages; its first lines explain the columns."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [SystemPackage(*line.split(None, 3)) for line in lines if line and not line.startswith("#")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests first, and mark as skipped the tests whose system programs are missing."""
    items.sort(key=lambda item: not item.nodeid.partition("::")[0].endswith(LONG))  # stable: files stay together
    table = read_package_table(PACKAGE_TABLE)
    known = {row.word for row in table}
    for item in items:
        wanted = {word for marker in item.iter_markers("needs") for word in marker.args}
        if unknown := wanted - known:
            problem = f"{item.nodeid} needs {', '.join(sorted(unknown))}, which {PACKAGE_TABLE.name} does not list"
            raise pytest.UsageError(problem)
        if missing := [row.package for row in table if row.word in wanted and not row.installed]:
            item.add_marker(pytest.mark.skip(reason=f"system package not installed: {', '.join(missing)}"))


@pytest.fixture(scope="session")
def empty_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmptyStores]:
    """New stores, quickly: tables are made, and a PostgreSQL is started, once for all rooms."""
    from tests.peers.stores import EmptyStores

    stores = EmptyStores(tmp_path_factory.mktemp("store"))
    yield stores
    stores.end()
