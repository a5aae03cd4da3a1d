"""A WebDriver server: Chromium's own driver, started by itself."""

from __future__ import annotations

import contextlib
import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]}
"""``goog:chromeOptions`` for a Chromium that it starts."""


@contextlib.contextmanager
def webdriver_server(folder: Path) -> Iterator[str]:
    """Yield its address. :param folder: for its log."""
    command = ["chromedriver", "--port=0", f"--log-path={folder / 'chromedriver.log'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            port = next(found[1] for line in lines if (found := re.search(r"on port (\d+)\.$", line.strip())))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
