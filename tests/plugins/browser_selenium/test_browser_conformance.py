"""Every browser keeps the rules, in good days and in bad ones."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tests.peers.descendants import running
from tests.peers.geckodriver import geckodriver
from tests.peers.web_app import WebApp, nowhere
from tests.peers.webdriver_gate import WebDriverGate
from tests.peers.webdriver_server import CHROMIUM, webdriver_server

import qarunner_plugins.browser_selenium as plugin
from qarunner.testing import check_browser, check_trouble, check_unreachable
from qarunner_plugins.browser_selenium import commands, grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOWHERE = nowhere()
USER, KEY = "somebody", "geheimer-schluessel"
GRID_OPTIONS = {"user": USER, "access_key": KEY, "capabilities": {"goog:chromeOptions": CHROMIUM}}


@dataclass
class Bench:
    """A browser to be tried, and how it gets into trouble."""

    uri: str
    name: str
    kill: Callable[[], object]
    hang: Callable[[], object]
    options: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def app() -> Iterator[WebApp]:
    with WebApp() as running_app:
        yield running_app


def send(number: signal.Signals, *programs: str) -> None:
    """Send a signal to all processes of these programs that this test has started."""
    for program in programs:
        for process in running(program):
            os.kill(process, number)


@pytest.fixture(
    params=[
        pytest.param("chromium", marks=pytest.mark.needs("chromium")),
        pytest.param("firefox", marks=pytest.mark.needs("firefox")),
        pytest.param("grid", marks=pytest.mark.needs("chromium")),
    ]
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    kind = request.param
    with contextlib.ExitStack() as stack:
        if kind == "chromium":
            yield Bench("chromium:", "browser chromium", lambda: send(signal.SIGKILL, "chromium"),
                        lambda: send(signal.SIGSTOP, "chromedriver"))  # fmt: skip
        elif kind == "firefox":
            options = {"driver": geckodriver(tmp_path)}
            yield Bench("firefox:", "browser firefox", lambda: send(signal.SIGKILL, "firefox-esr"),
                        lambda: send(signal.SIGSTOP, "geckodriver"), options)  # fmt: skip
        else:
            gate = stack.enter_context(WebDriverGate(stack.enter_context(webdriver_server(tmp_path)), USER, KEY))
            yield Bench(f"grid:{gate.url}", gate.url, lambda: send(signal.SIGKILL, "chromium"), gate.hangs.set,
                        dict(GRID_OPTIONS))  # fmt: skip


def test_it_keeps_the_rules(bench: Bench, app: WebApp, tmp_path: Path) -> None:
    check_browser(bench.uri, page=app.url, plugin=plugin, pack=tmp_path, **bench.options)


def look(driver: Any) -> None:
    """Use a WebDriver once; it waits no longer than it must."""
    driver.set_script_timeout(1)
    assert driver.title is not None


def test_one_that_is_killed_is_named_and_comes_back(bench: Bench, tmp_path: Path) -> None:
    check_trouble(
        "browser", bench.uri, use=look, trouble=bench.kill, mend=lambda: None, mentions=[bench.name, "is gone"],
        use_limit=30, plugin=plugin, pack=tmp_path, **bench.options,
    )  # fmt: skip


def test_one_that_hangs_is_named_and_closes(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MARGIN", 3.0)
    check_trouble(
        "browser", bench.uri, use=look, trouble=bench.hang, mentions=[bench.name, "has not answered"],
        use_limit=55, page_load_timeout=5, plugin=plugin, pack=tmp_path, **bench.options,
    )  # fmt: skip


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.needs("chromium")
def test_what_cannot_be_opened_is_named(app: WebApp, silent: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(grid, "ANSWER_LIMIT", 2)
    page = app.url.removesuffix("/tv")
    for uri, options, mentions in (
        ("chromium:", {"program": "/opt/none"}, ["/opt/none is not a program"]),
        ("chromium:", {"driver": "/bin/false"}, ["/bin/false) does not start"]),
        ("chromium:", {"url": f"{NOWHERE}/tv"}, [f"{NOWHERE}/tv cannot be loaded"]),
        ("firefox:", {"program": "/opt/none"}, ["/opt/none is not a program"]),
        (f"grid:{NOWHERE}", {}, [f"the grid {NOWHERE} cannot be reached"]),
        (f"grid:{silent}", {}, [f"the grid {silent} has given no browser within 2 s"]),
        (f"grid:{page}", {}, [f"the grid {page} answers, but not as a WebDriver server"]),
        (f"grid:http://{USER}:{KEY}@127.0.0.1:1", {}, ["127.0.0.1:1", "must not stand in the address"]),
    ):
        check_unreachable("browser", uri, mentions=mentions, plugin=plugin, pack=tmp_path, **options)


@pytest.mark.needs("chromium")
def test_wrong_credentials_are_named(tmp_path: Path) -> None:
    with webdriver_server(tmp_path) as server, WebDriverGate(server, USER, "another") as gate:
        check_unreachable(
            "browser", f"grid:{gate.url}", mentions=[gate.url, "user and key"], plugin=plugin, pack=tmp_path,
            **GRID_OPTIONS,
        )  # fmt: skip
