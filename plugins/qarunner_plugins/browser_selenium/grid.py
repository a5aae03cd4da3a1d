"""Asks a Selenium Grid, or any other WebDriver server, for a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qarunner import ConfigurationError, DeviceError

from .starting import first_line

if TYPE_CHECKING:
    from selenium.webdriver.common.options import BaseOptions
    from selenium.webdriver.remote.webdriver import WebDriver

    from .webdriver_options import GridOptions


ANSWER_LIMIT = 50
"""Seconds a grid may take to give a browser: fewer than a testcase grants, so that the error is ours."""


def wanted_of(capabilities: dict[str, Any]) -> BaseOptions:
    """Return capabilities as Selenium wants them; those of a browser's own options class would replace a person's."""
    from selenium.webdriver.common.options import BaseOptions

    class Wanted(BaseOptions):
        def to_capabilities(self) -> dict[str, Any]:
            return {**self._caps, **capabilities}

        @property
        def default_capabilities(self) -> dict[str, Any]:
            return {}

    return Wanted()


def ask_grid(address: str, options: GridOptions) -> WebDriver:
    """Ask a Selenium Grid, or any WebDriver server, for a browser.

    :raises DeviceError: it cannot be reached, refuses us, or has no such browser.
    """
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.remote.client_config import ClientConfig
    from selenium.webdriver.remote.remote_connection import RemoteConnection
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    if not address.startswith(("http://", "https://")):
        problem = f"browser grid:{address} is no address of a grid"
        raise ConfigurationError(problem, 'Write it as "grid:http://host:4444"')
    if "@" in address.split("/")[2]:
        problem = f"browser grid:...@{address.rpartition('@')[2]}: user and key must not stand in the address"
        raise ConfigurationError(problem, 'Give them as user = "NAME" and access_key = {env = "NAME"}')
    config = ClientConfig(
        address,
        username=options.user or None,
        password=options.access_key or None,
        timeout=ANSWER_LIMIT,
        # Selenium looks for these one level deeper than it says. A command that is repeated is one command more.
        init_args_for_pool_manager={"init_args_for_pool_manager": {"retries": False}},
    )
    wanted = wanted_of({"browserName": options.browser, **options.capabilities})
    try:
        return webdriver.Remote(command_executor=RemoteConnection(client_config=config), options=wanted)
    except ReadTimeoutError as error:
        problem = f"the grid {address} has given no browser within {ANSWER_LIMIT} s"
        raise DeviceError(problem, "Are all of its browsers in use? Look at its status page") from error
    except HTTPError as error:
        problem = f"the grid {address} cannot be reached: {first_line(error)}"
        raise DeviceError(problem, "Is the address right, and is the grid running?") from error
    except (WebDriverException, ValueError) as error:
        problem = f"the grid {address} gives no browser {options.browser!r}: {first_line(error)}"
        raise DeviceError(problem, "Look at the grid's status page for what it has, and at user and key") from error
    except (AttributeError, KeyError, TypeError) as error:  # Selenium reads the answer as if it must be one
        problem = f"the grid {address} answers, but not as a WebDriver server does"
        raise DeviceError(problem, "Is its address whole? Some have a path, such as /wd/hub") from error
