"""Power over a USB hub that switches its ports: ``power = "usb:1-1.4/2"`` is port 2 of hub 1-1.4, through uhubctl."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from typing import Annotated

import msgspec

from qarunner import Check, ConfigurationError, DeviceError, Driver, DriverContext, Options, hookimpl
from qarunner_plugins.device_program import run_program

INSTALL = "apt install uhubctl"
ADVICE = "Look at `uhubctl` for hubs that can switch, and whether this user may (root, or a udev rule)"
TIMEOUT = 9.0
_ADDRESS = re.compile(r"(\d+(?:-\d+(?:\.\d+)*)?)/(\d{1,2})")
_PORT = re.compile(r"^\s*Port (\d+): ([0-9a-f]{4})\b(.*)$", re.MULTILINE)
POWERED = {"2": 0x0100, "3": 0x0200}
"""The bit of a port's status that says that it has power, for hubs of USB 2 and 3."""


class UsbOptions(Options, frozen=True, kw_only=True):
    """Options of ``power = "usb:HUB/PORT"``."""

    program: Annotated[str, msgspec.Meta(description="uhubctl, where it is not on PATH")] = "uhubctl"
    repeat: Annotated[int, msgspec.Meta(ge=1, le=20, description="times to switch off, for devices that come back")] = 1


class UsbPower:
    """One port of one hub."""

    def __init__(self, context: DriverContext) -> None:
        self._options: UsbOptions = context.options
        found = _ADDRESS.fullmatch(context.address)
        if found is None:
            problem = f"power {context.uri} is no port of a hub"
            raise ConfigurationError(problem, 'Write it as "usb:1-1.4/2"; `uhubctl` lists hubs and ports')
        self._hub, self._port = found[1], found[2]
        self._name = f"power of USB hub {self._hub} port {self._port}"
        self._open = False

    def open(self) -> None:
        """See whether the hub is there and can switch this port."""
        self._open = False
        self._ask()
        self._open = True

    def on(self) -> None:
        """Give the port power."""
        self._run("-a", "on")
        self._expect(on=True)

    def off(self) -> None:
        """Take the port's power."""
        self._run("-a", "off", "-r", str(self._options.repeat))
        self._expect(on=False)

    def is_on(self) -> bool:
        """Ask the hub."""
        return self._ask()

    def close(self) -> None:
        """The port stays as it is."""
        self._open = False

    def _expect(self, *, on: bool) -> None:
        if self._ask() is not on:
            problem = f"{self._name} was switched {'on' if on else 'off'}, but the hub says that it is not"
            raise DeviceError(problem, "Many hubs only pretend to switch; uhubctl's page lists those that do")

    def _ask(self) -> bool:
        said = self._run()
        version = re.search(r"USB (\d)", said)
        for port, status, _rest in _PORT.findall(said):
            if port == self._port:
                return bool(int(status, 16) & POWERED[version[1] if version and version[1] in POWERED else "2"])
        raise DeviceError(f"{self._name}: uhubctl does not list this port: {' '.join(said.split())[:200]}", ADVICE)

    def _run(self, *words: str) -> str:
        command = [self._options.program, "-l", self._hub, "-p", self._port, *words]
        return run_program(self._name, command, TIMEOUT, install=INSTALL, advice=ADVICE, in_use=self._open)


def _resources(context: DriverContext) -> list[str]:
    return [f"usb-power {context.address}"]


def _doctor() -> Sequence[Check]:
    found = shutil.which("uhubctl")
    if found is None:
        return [Check("power usb: (uhubctl)", "missing", "uhubctl is not installed", INSTALL)]
    return [Check("power usb: (uhubctl)", "works", found)]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="power",
            scheme="usb",
            summary="A port of a USB hub that can switch, through uhubctl",
            open=UsbPower,
            options=UsbOptions,
            address_help="hub and port as uhubctl names them, HUB/PORT",
            resources=_resources,
            doctor=_doctor,
            examples=("usb:1-1.4/2",),
        )
    ]
