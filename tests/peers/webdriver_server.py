"""A WebDriver server: Chromium's own driver, started by itself."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
from typing import TYPE_CHECKING

from qarunner_plugins.browser_selenium.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]}
"""``goog:chromeOptions`` for a Chromium that it starts."""


@contextlib.contextmanager
def webdriver_server(folder: Path) -> Iterator[str]:
    """Yield its address. It ends with all browsers that it has started and nobody has closed.

    :param folder: for its log.
    """
    command = ["chromedriver", "--port=0", f"--log-path={folder / 'chromedriver.log'}"]
    guard = guarded(tempfile.mkdtemp(prefix="qarunner-test-"), command)  # short: Chromium binds a socket in it
    with subprocess.Popen(guard, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            lines = iter(process.stdout.readline, "")
            port = next(found[1] for line in lines if (found := re.search(r"on port (\d+)\.$", line.strip())))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()
