"""A real X display (Xvfb or TigerVNC's) with a real program on it, xev, that tells which keys arrive."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.peers.ports import free_port
from tests.peers.rig_node import eventually

EVENT = re.compile(r"^Key(Press|Release) event.*?\(keysym (0x[0-9a-f]+),", re.MULTILINE | re.DOTALL)


class KeyDisplay:
    """The display and what its keyboard did.

    :param vnc: have a VNC server's display, at `port`; `password` is asked for when it is given.
    """

    def __init__(self, *, vnc: bool = False, password: bytes | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="qa-keys-")
        self.folder = Path(self._folder.name)
        self.port = free_port() if vnc else 0
        self.name = f":{free_port() - 20000}"  # far from those that other tests are given, so that it can come back
        self._password = password
        self._server: subprocess.Popen[bytes] | None = None
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start both and wait until keys are told. A display that comes back keeps its number."""
        common = ["-geometry" if self.port else "-screen", *(["320x240"] if self.port else ["0", "320x240x24"])]
        common += ["-nolisten", "tcp", "-noreset", "-ac"]
        if self.port:
            common += ["-rfbport", str(self.port), "-interface", "127.0.0.1", "-SecurityTypes"]
            common += ["VncAuth", "-PasswordFile", self._password_file()] if self._password else ["None"]
        command = ["Xtigervnc" if self.port else "Xvfb", self.name, *common]
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log)
        eventually(self._answers, "the display")
        with (self.folder / "events").open("wb") as events:
            self._program = subprocess.Popen(
                ["xev", "-root", "-event", "keyboard"], env=self._environment, stdout=events
            )
        eventually(self._listens, "xev on the display")

    def _answers(self) -> bool:
        asked = subprocess.run(["xdpyinfo"], env=self._environment, capture_output=True, check=False, timeout=30)
        return asked.returncode == 0

    def _listens(self) -> bool:
        """Whether xev has asked for keys: it has when a window tells of the root's event mask."""
        asked = ["xwininfo", "-root", "-events"]
        told = subprocess.run(asked, env=self._environment, capture_output=True, text=True, check=False, timeout=30)
        return "KeyPress" in told.stdout

    def _password_file(self) -> str:
        made = subprocess.run(["tigervncpasswd", "-f"], input=self._password, capture_output=True, check=True)
        (self.folder / "password").write_bytes(made.stdout)
        return str(self.folder / "password")

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.name}

    def events(self) -> list[tuple[str, int]]:
        """Return what arrived: Press or Release, and the keysym."""
        text = (self.folder / "events").read_text(encoding="utf-8", errors="replace")
        return [(kind, int(keysym, 16)) for kind, keysym in EVENT.findall(text)]

    def await_events(self, *wanted: tuple[str, int]) -> None:
        """Wait until exactly these have arrived."""
        eventually(lambda: len(self.events()) >= len(wanted), f"{len(wanted)} events")
        assert self.events() == list(wanted)

    def hang(self) -> None:
        """Stop the server in its tracks."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        for process in (self._program, self._server):
            if process is not None:
                process.send_signal(signal.SIGCONT)
                process.terminate()  # a display that is killed leaves its socket and its lock
                process.wait(30)
        self._program = self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()
