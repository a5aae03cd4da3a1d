"""The node's browser as testcases use it: started when one asks for it, ended with it, with evidence of what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qarunner.errors import ConfigurationError, QarunnerError
from qarunner.plugin_guard import run_limited
from qarunner.protocols import BrowserEvidence, BrowserPictures
from qarunner.runner import browser_video
from qarunner.runner.browser_video import BrowserVideo
from qarunner.runner.video import VIDEO_FILE

if TYPE_CHECKING:
    from qarunner.node_config import NodeConfig
    from qarunner.opening import ResolvedDriver
    from qarunner.plugins import Plugins
    from qarunner.protocols import Browser
    from qarunner.runner.evidence import Evidence

OPEN_LIMIT = 60.0
CLOSE_LIMIT = 20.0
LOOK_LIMIT = 20.0
BROWSER_VIDEO_FILE = "browser.mp4"

SHOWN = {
    "get": "url",
    "refresh": "",
    "goBack": "",
    "goForward": "",
    "clickElement": "",
    "clearElement": "",
    "sendKeysToElement": "",
    "w3cExecuteScript": "",
    "newWindow": "type",
    "switchToWindow": "",
    "switchToFrame": "",
}
"""WebDriver commands that appear in the timeline, and the parameter that is shown. What is typed never is."""


class BrowserUse:
    """One browser for each testcase that asks for one, so that none finds what another has left in it.

    :param evidence: returns the running testcase's evidence.
    :param with_video: whether the page is recorded.
    """

    def __init__(
        self, plugins: Plugins, config: NodeConfig, evidence: Callable[[], Evidence], *, with_video: bool
    ) -> None:
        self._plugins = plugins
        self._with_video = with_video
        self._config = config
        self._evidence = evidence
        self._resolved: ResolvedDriver | None = None
        self._browser: Browser | None = None
        self._driver: Any = None
        self._video: BrowserVideo | None = None

    @property
    def driver(self) -> Any:
        """The browser's ``selenium`` WebDriver; the first use in a testcase starts it.

        :raises ConfigurationError: the node has no browser. :raises DeviceError: it cannot be started or reached.
        """
        if self._driver is None:
            evidence = self._evidence()
            resolved = self._resolve()
            browser: Browser = resolved.open()
            if self._with_video and isinstance(browser, BrowserPictures):
                browser_video.get_ready()
            started = time.monotonic()
            self._browser = browser
            self._driver = run_limited(resolved.plugin, f"starting {resolved.context.uri}", OPEN_LIMIT, browser.open)
            name = f"browser {resolved.context.uri}"
            evidence.event(started, "note", name, time.monotonic() - started, {"browser": "open"})
            _note_commands(self._driver, evidence)
            if self._with_video and isinstance(browser, BrowserPictures):
                self._record(browser, evidence)
        return self._driver

    def _record(self, browser: BrowserPictures, evidence: Evidence) -> None:
        """Begin the video of the page: the testcase's own where the node has no picture, otherwise one beside it."""
        beside = self._config.capture is not None
        try:
            path = evidence.folder / (BROWSER_VIDEO_FILE if beside else VIDEO_FILE)
            self._video = BrowserVideo(browser, path, "the browser")
        except OSError as error:
            evidence.notes.append(f"no video of the browser: {error.strerror}")
        if not beside:
            evidence.video = self._video

    def _end_video(self, evidence: Evidence | None) -> None:
        video, self._video = self._video, None
        if video is None:
            return
        info = video.stop()
        if evidence is None or evidence.video is video:
            return
        evidence.notes.extend(info.notes)
        if info.start is not None:
            evidence.event(info.start, "note", "browser video begins", info.duration, {"file": BROWSER_VIDEO_FILE})

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
        self._end_video(evidence)
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
