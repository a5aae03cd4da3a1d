"""Infrared through a LIRC daemon: ``lirc:REMOTE`` over its Unix socket, ``lirc:HOST:PORT:REMOTE`` over the network.

Stb-tester's forms ``lirc::REMOTE`` and ``lirc:/path/to/socket:REMOTE`` mean the same here. The keys are those that the
daemon lists for the remote.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from qarunner import (
    Check,
    ConfigurationError,
    DeviceError,
    DeviceSocket,
    Discovered,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    host_and_port,
    look_up_key,
    nearest,
    shown_address,
)

DEFAULT_SOCKET = "/run/lirc/lircd"
DEFAULT_PORT = 8765
CLOSE_PATIENCE = 2.0
ADVICE = "`systemctl status lircd` tells of the daemon; over the network it must run with --listen."
_NETWORK = re.compile(r"(?P<host>\[[^\]]*\]|[^:/\[\]]*):(?P<port>\d+)(?::(?P<remote>[^:]*))?")
_SPACE = re.compile(r"\s")


class LircOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "lirc:REMOTE"``."""

    keys: Annotated[
        Mapping[str, str], msgspec.Meta(description="further names, each with the daemon's own: KEY_MENU = menu")
    ] = {}
    repeats: Annotated[int, msgspec.Meta(ge=0, le=20, description="how often a short press repeats the key's code")] = 0
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for the daemon's answer")] = 5.0

    def __post_init__(self) -> None:
        """Refuse names that would be two words for the daemon."""
        for name in self.keys.values():
            if not name or _SPACE.search(name):
                message = f"keys: {name!r} cannot be a key of the daemon: it is empty or holds white space"
                raise ValueError(message)


class LircRemote:
    """One remote of a daemon's configuration."""

    def __init__(self, context: DriverContext) -> None:
        self._options: LircOptions = context.options
        address, self._remote = _split(context)
        self._name = _name(address)
        self._daemon = DeviceSocket(self._name, address, self._options.timeout, ADVICE)
        self._codes: dict[str, str] = {}
        self._held: str | None = None

    def open(self) -> None:
        """Connect, and ask the daemon for the remote's keys.

        :raises DeviceError: there is no daemon, or it has no such remote.
        """
        self._daemon.timeout = self._options.timeout
        self._daemon.connect()
        remotes = self._ask("LIST")
        if not self._remote and len(remotes) == 1:
            self._remote = remotes[0]
        if self._remote not in remotes:
            problem = f"{self._name} has no remote {self._remote!r}" if self._remote else f"{self._name}: which remote?"
            known = f"it has {', '.join(remotes)}" if remotes else "it has none: is its lircd.conf in place?"
            raise DeviceError(problem, f"{nearest(self._remote, remotes)} {known}".strip())
        listed = [line.split()[-1] for line in self._ask(f"LIST {self._remote}") if line.strip()]
        self._codes = {name: name for name in listed}
        for key, name in self._options.keys.items():
            self._codes[key] = look_up_key(f"remote {self._remote!r} of {self._name}", self._codes, name)

    def remotes(self) -> list[str]:
        """Return the remotes of the daemon, asked over a connection that is closed again.

        :raises DeviceError: it does not answer.
        """
        try:
            self._daemon.connect()
            return self._ask("LIST")
        finally:
            self._daemon.close()

    def keys(self) -> Collection[str]:
        """The keys of the remote in the daemon's configuration, and those of the option."""
        return tuple(self._codes)

    def press(self, key: str) -> None:
        """Send a key's code and return when the daemon says that it has left."""
        repeats = f" {self._options.repeats}" if self._options.repeats else ""
        self._ask(f"SEND_ONCE {self._remote} {self._code(key)}{repeats}")

    def keydown(self, key: str) -> None:
        """Send a key's code again and again. The daemon can hold one key at a time."""
        code = self._code(key)
        if self._held is not None:
            self.keyup(self._held)
        self._held = key
        self._ask(f"SEND_START {self._remote} {code}")

    def keyup(self, key: str) -> None:
        """Stop sending."""
        code = self._code(key)
        if self._held != key:
            return
        self._held = None
        # A daemon ends a repetition by itself after its --repeat-max; the key is up then as well.
        self._ask(f"SEND_STOP {self._remote} {code}", forgiven="not repeating")

    def close(self) -> None:
        """Release what is held, and disconnect."""
        held, self._held = self._held, None
        try:
            if held is not None:
                self._daemon.timeout = min(self._options.timeout, CLOSE_PATIENCE)
                self._ask(f"SEND_STOP {self._remote} {self._codes[held]}")
        except DeviceError:
            pass  # who closes after trouble does not want to hear of it again
        finally:
            self._daemon.close()

    def _code(self, key: str) -> str:
        return look_up_key(f"remote {self._remote!r} of {self._name}", self._codes, key)

    def _ask(self, command: str, forgiven: str = "") -> list[str]:
        """Send a command and return the lines of its answer; what the daemon tells all its clients is passed over."""
        self._daemon.send(f"{command}\n".encode())
        while True:
            while self._daemon.receive_line() != "BEGIN":
                pass  # a key that somebody pressed on a real remote
            if self._daemon.receive_line() == command:
                break
        line = self._daemon.receive_line()
        worked, data = line == "SUCCESS", []
        while line != "END":
            line = self._daemon.receive_line()
            if line == "DATA":
                count = self._daemon.receive_line()
                data = [self._daemon.receive_line() for _ in range(int(count) if count.isdecimal() else 0)]
        if worked or (forgiven and forgiven in " ".join(data)):
            return data
        raise DeviceError(f"{self._name} answers to {command!r}: {' '.join(data) or 'an error'}", ADVICE)


def _split(context: DriverContext) -> tuple[tuple[str, int] | str, str]:
    """Return where the daemon is and the name of the remote; empty for its only one."""
    address = context.address
    if _SPACE.search(address):
        problem = f"node {context.node!r}: remote = {context.uri!r}: the name of a remote has no white space"
        raise ConfigurationError(problem, "Write lirc:REMOTE, lirc:/path/to/socket:REMOTE or lirc:HOST:PORT:REMOTE")
    if found := _NETWORK.fullmatch(address):
        host = found["host"] or "localhost"
        return host_and_port(context, DEFAULT_PORT, f"{host}:{found['port']}"), found["remote"] or ""
    path, colon, remote = address.rpartition(":")
    if not colon and address.startswith("/"):
        path, remote = address, ""
    if path and not path.startswith("/"):
        problem = f"node {context.node!r}: remote = {context.uri!r}: {path!r} is no path of a socket and no HOST:PORT"
        raise ConfigurationError(problem, "Write lirc:REMOTE, lirc:/path/to/socket:REMOTE or lirc:HOST:PORT:REMOTE")
    return path or DEFAULT_SOCKET, remote


def _name(address: tuple[str, int] | str) -> str:
    return f"LIRC daemon {address if isinstance(address, str) else shown_address(*address)}"


def _resources(context: DriverContext) -> Collection[str]:
    """Name the remote: several nodes may share a daemon, each with a remote of its own."""
    address, remote = _split(context)
    where = str(Path(address).resolve()) if isinstance(address, str) else shown_address(*address)
    return (f"lirc {where} {remote}".rstrip(),)


def _doctor() -> Sequence[Check]:
    subject = "infrared through LIRC"
    if Path(DEFAULT_SOCKET).is_socket():
        return (Check(subject, "works", f"a daemon's socket is at {DEFAULT_SOCKET}"),)
    if program := shutil.which("lircd"):
        return (Check(subject, "note", f"{program} is installed but not running", "sudo systemctl enable --now lircd"),)
    return (Check(subject, "missing", "lircd is not installed", "sudo apt-get install lirc"),)


def _discover() -> Sequence[Discovered]:
    """Ask the daemon at the usual place for its remotes."""
    if not Path(DEFAULT_SOCKET).is_socket():
        return ()
    daemon = LircRemote(DriverContext("", "remote", "lirc:", options=LircOptions(timeout=2.0)))
    return [Discovered(f"lirc:{name}", f"infrared, {name!r} of the LIRC daemon") for name in daemon.remotes()]


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="lirc",
            summary="infrared through a LIRC daemon, on this machine or in the network",
            open=LircRemote,
            options=LircOptions,
            address_help="REMOTE, /path/to/socket:REMOTE or HOST:PORT:REMOTE, as the daemon's lircd.conf names it",
            resources=_resources,
            holds_keys=True,
            doctor=_doctor,
            discover=_discover,
            examples=("lirc:living-room", "lirc:/run/lirc/lircd:living-room", "lirc:192.168.1.9:8765:living-room"),
        ),
    )
