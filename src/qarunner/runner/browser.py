"""The node's browser as testcases use it: started when one asks for it, ended with it, with evidence of what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qarunner.errors import ConfigurationError, QarunnerError
from qarunner.plugin_guard import run_limited
from qarunner.protocols import BrowserEvidence

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.opening import ResolvedDriver
    from qarunner.plugins import Plugins
    from qarunner.protocols import Browser
    from qarunner.runner.evidence import Evidence

OPEN_LIMIT = 60.0
CLOSE_LIMIT = 20.0
LOOK_LIMIT = 20.0

SHOWN = {
    "get": "url",
    "refresh": "",
    "goBack": "",
    "goForward": "",
    "clickElement": "",
    "clearElement": "",
    "sendKeysToElement": "",
    "w3cExecuteScript": "",
    "w3cSwitchToWindow": "",
    "switchToFrame": "",
}
"""WebDriver commands that appear in the timeline, and the parameter that is shown. What is typed never is."""


class BrowserUse:
    """One browser for each testcase that asks for one, so that none finds what another has left in it.

    :param evidence: returns the running testcase's evidence.
    """

    def __init__(self, plugins: Plugins, config: NodeConfig, evidence: Callable[[], Evidence]) -> None:
        self._plugins = plugins
        self._config = config
        self._evidence = evidence
        self._resolved: ResolvedDriver | None = None
        self._browser: Browser | None = None
        self._driver: Any = None

    @property
    def driver(self) -> Any:
        """The browser's ``selenium`` WebDriver; the first use in a testcase starts it.

        :raises ConfigurationError: the node has no browser. :raises DeviceError: it cannot be started or reached.
        """
        if self._driver is None:
            evidence = self._evidence()
            resolved = self._resolve()
            browser: Browser = resolved.open()
            started = time.monotonic()
            self._browser = browser
            self._driver = run_limited(resolved.plugin, f"starting {resolved.context.uri}", OPEN_LIMIT, browser.open)
            name = f"browser {resolved.context.uri}"
            evidence.event(started, "note", name, time.monotonic() - started, {"browser": "open"})
            _note_commands(self._driver, evidence)
        return self._driver

    def _resolve(self) -> ResolvedDriver:
        from qarunner.opening import resolve_driver

        if self._resolved is None:
            config = self._config.browser
            if config is None:
                problem = f"node {self._config.id!r} has no browser"
                raise ConfigurationError(problem, 'Give it one in qarunner.toml: browser = "chromium:"')
            self._resolved = resolve_driver(self._plugins, self._config, "browser", config)
        return self._resolved

    def end(self, evidence: Evidence | None, *, passed: bool) -> None:
        """The testcase has ended: keep what the browser shows where it did not pass, and end the browser."""
        browser, driver, resolved = self._browser, self._driver, self._resolved
        self._browser = self._driver = None
        if browser is None or resolved is None:
            return
        try:
            if driver is not None and evidence is not None and not passed and isinstance(browser, BrowserEvidence):
                _keep(run_limited(resolved.plugin, "looking at the browser", LOOK_LIMIT, browser.evidence), evidence)
        except (QarunnerError, OSError) as error:
            _note(evidence, f"no evidence of the browser: {error}")
        try:
            run_limited(resolved.plugin, f"ending {resolved.context.uri}", CLOSE_LIMIT, browser.close)
        except QarunnerError as error:
            _note(evidence, str(error))


def _note(evidence: Evidence | None, text: str) -> None:
    if evidence is not None:
        evidence.notes.append(text)


def _keep(files: Mapping[str, bytes], evidence: Evidence) -> None:
    for name, content in files.items():
        (evidence.folder / name).write_bytes(evidence.masked(content))


def _note_commands(driver: Any, evidence: Evidence) -> None:
    """Put what the testcase does with the browser into the timeline."""
    execute = getattr(driver, "execute", None)
    if execute is None:
        return

    def noted(command: str, params: dict[str, Any] | None = None) -> Any:
        if command not in SHOWN:
            return execute(command, params)
        started = time.monotonic()
        try:
            return execute(command, params)
        finally:
            detail = str((params or {}).get(SHOWN[command], "")).partition("?")[0]
            label = f"browser {command} {detail}".rstrip()
            evidence.event(started, "note", label, time.monotonic() - started, {"browser": command})

    driver.execute = noted


class LazyBrowser:
    """``context.browser``: the WebDriver, which starts at its first use in a scenario."""

    def __init__(self, use: BrowserUse) -> None:
        object.__setattr__(self, "_use", use)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._use.driver, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._use.driver, name, value)
