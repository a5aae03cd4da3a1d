"""A browser is found only with the program that drives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qarunner_plugins.browser_selenium.description import DRIVERS


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def found() -> dict[str, list[str]]:
    return {f"{driver.capability} {driver.scheme}": [one.uri for one in driver.discover()] for driver in DRIVERS}


@pytest.mark.parametrize(
    ("installed", "pages", "chromium", "firefox"),
    [
        ([], [], [], []),
        (["chromium"], [], [], []),
        (["chromedriver"], [], [], []),
        (["google-chrome", "chromedriver"], ["browser:"], ["chromium:"], []),
        (["firefox-esr", "geckodriver"], [], [], ["firefox:"]),
    ],
)
def test_what_can_be_driven_is_found(
    programs: Path, installed: list[str], pages: list[str], chromium: list[str], firefox: list[str]
) -> None:
    for name in installed:
        (programs / name).touch(mode=0o755)
    assert found() == {
        "capture browser": pages,
        "remote browser": pages,
        "browser chromium": chromium,
        "browser firefox": firefox,
        "browser grid": [],
    }
