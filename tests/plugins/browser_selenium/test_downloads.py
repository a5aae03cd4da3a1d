"""Selenium's own driver manager, which looks for drivers in the network, is never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from tests.peers.geckodriver import geckodriver
from tests.peers.webdriver_server import CHROMIUM, webdriver_server

import qarunner_plugins.browser_selenium as plugin
from qarunner import DeviceError
from qarunner.testing import DriverRig

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once the manager was run: another program stands in its place."""
    proof = tmp_path / "asked"
    manager = tmp_path / "manager"
    manager.write_text(f'#!/bin/sh\necho "$@" >>{proof}\nexit 1\n', encoding="utf-8")
    manager.chmod(0o755)
    monkeypatch.setenv("SE_MANAGER_PATH", str(manager))
    return proof


def test_the_trap_works(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WebDriverException):
        webdriver.Chrome()
    assert "--browser chrome" in asked.read_text(encoding="utf-8")


@pytest.mark.needs("firefox")
def test_it_is_not_run_for_any_browser(asked: Path, tmp_path: Path) -> None:
    rig = DriverRig(tmp_path, plugin)
    with webdriver_server(tmp_path) as server:
        for uri, options in (
            ("chromium:", {}),
            ("firefox:", {"driver": geckodriver(tmp_path)}),
            (f"grid:{server}", {"capabilities": {"goog:chromeOptions": CHROMIUM}}),
        ):
            with rig("browser", uri, **options):
                pass
    with rig("capture", "browser:"):
        pass
    assert not asked.exists()


@pytest.mark.parametrize("uri", ["chromium:", "firefox:", "chromium:?driver=/opt/none", "chromium:?program=/bin/false"])
def test_it_is_not_run_when_a_program_is_missing(
    asked: Path, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "?" not in uri:
        monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DeviceError), DriverRig(tmp_path, plugin)("browser", uri):
        pass
    assert not asked.exists()


def test_a_driver_that_the_environment_names_for_selenium_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SE_CHROMEDRIVER", "/opt/none")
    with DriverRig(tmp_path, plugin)("browser", "chromium:"):
        pass
