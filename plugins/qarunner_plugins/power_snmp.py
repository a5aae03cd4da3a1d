"""Power distribution units that speak SNMP: ``power = "snmp:HOST/3"`` is outlet 3, through snmpget and snmpset."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from qarunner import Check, ConfigurationError, DeviceError, Driver, DriverContext, Options, hookimpl
from qarunner_plugins.device_program import run_program

INSTALL = "apt install snmp"
ADVICE = "Look at the address of the unit, at `community` or `user` and `password`, and whether it lets this host write"
SWITCHED_WITHIN = 20.0
_NUMBERS = re.compile(r"\.?\d+(?:\.\d+)+(?:\.\{outlet\})?(?:\.\d+)*")

APC = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.{outlet}"
"""Of APC's units: set or read, 1 is on and 2 is off."""


class SnmpOptions(Options, frozen=True, kw_only=True):
    """Options of ``power = "snmp:HOST/OUTLET"``."""

    oid: Annotated[
        str, msgspec.Meta(description="object that switches, in numbers; {outlet} is the outlet; default APC's")
    ] = APC
    read_oid: Annotated[str, msgspec.Meta(description="object that tells the state, where it is another")] = ""
    on: Annotated[int, msgspec.Meta(description="value that switches on")] = 1
    off: Annotated[int, msgspec.Meta(description="value that switches off")] = 2
    read_on: Annotated[int | None, msgspec.Meta(description="value that is read when it is on, where another")] = None
    version: Annotated[Literal["1", "2c", "3"], msgspec.Meta(description="of SNMP")] = "2c"
    community: Annotated[str, msgspec.Meta(description="of versions 1 and 2c; from the environment or a file")] = (
        "private"
    )
    user: Annotated[str, msgspec.Meta(description="of version 3")] = ""
    password: Annotated[str, msgspec.Meta(description="of version 3, for SHA; from the environment or a file")] = ""
    privacy: Annotated[str, msgspec.Meta(description="of version 3, for AES, where it is encrypted")] = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=8, description="seconds to wait for an answer")] = 4.0

    def __post_init__(self) -> None:
        """Refuse objects that are none."""
        for oid in (self.oid, self.read_oid):
            if oid and not _NUMBERS.fullmatch(oid):
                message = f"{oid!r} is no object in numbers, such as 1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.{{outlet}}"
                raise ValueError(message)


class SnmpPower:
    """One outlet of a unit."""

    def __init__(self, context: DriverContext) -> None:
        options: SnmpOptions = context.options
        self._options = options
        self._host, _, outlet = context.address.rpartition("/")
        if not self._host or not outlet.isdigit() or self._host.startswith("-"):
            problem = f"power {context.uri} names no outlet"
            raise ConfigurationError(problem, 'Write it as "snmp:192.168.1.9/3", the host and the outlet\'s number')
        self._oid = options.oid.replace("{outlet}", outlet)
        self._read_oid = (options.read_oid or options.oid).replace("{outlet}", outlet)
        self._on, self._off = options.on, options.off
        self._read_on = options.on if options.read_on is None else options.read_on
        self._name = f"outlet {outlet} of the power unit {self._host}"
        self._open = False

    def open(self) -> None:
        """See whether the unit answers and has this outlet."""
        self._open = False
        self.is_on()
        self._open = True

    def on(self) -> None:
        """Switch on, and return when the unit says that it is."""
        self._switch(self._on, wanted=True)

    def off(self) -> None:
        """Switch off, and return when the unit says that it is."""
        self._switch(self._off, wanted=False)

    def is_on(self) -> bool:
        """Ask the unit."""
        # The last line: it may tell before that it has made a file.
        said = self._run("snmpget", self._read_oid).strip().rpartition("\n")[2]
        if not re.fullmatch(r"-?\d+", said):
            raise DeviceError(
                f"{self._name}: {self._read_oid} is {said[:120]!r}, not a number", "Look at `oid` and `read_oid`"
            )
        return int(said) == self._read_on

    def close(self) -> None:
        """Each question had a connection of its own; the power stays as it is."""
        self._open = False

    def _switch(self, value: int, *, wanted: bool) -> None:
        self._run("snmpset", self._oid, "i", str(value))
        deadline = time.monotonic() + SWITCHED_WITHIN
        while self.is_on() is not wanted:
            if time.monotonic() > deadline:
                word = "on" if wanted else "off"
                problem = f"{self._name} was switched {word} and says after {SWITCHED_WITHIN:g} s that it is not"
                raise DeviceError(problem, "Has the unit a delay for this outlet, or is it locked?")
            time.sleep(0.2)

    def _run(self, program: str, *words: str) -> str:
        timeout = self._options.timeout
        command = [program, "-Oqv", "-Oe", "-r", "0", "-t", f"{timeout:g}", f"-v{self._options.version}", self._host]
        with self._configuration() as folder:
            return run_program(
                self._name,
                [*command, *words],
                timeout + 1,
                install=INSTALL,
                advice=ADVICE,
                in_use=self._open,
                environment={"SNMPCONFPATH": folder, "SNMP_PERSISTENT_DIR": folder, "MIBS": ""},
            )

    @contextmanager
    def _configuration(self) -> Iterator[str]:
        """Hand the secrets over in a file: the arguments of a program can be read by everybody on the host."""
        options = self._options
        lines = [f"defCommunity {_quoted(options.community)}"]
        if options.version == "3":
            level = "authPriv" if options.privacy else "authNoPriv" if options.password else "noAuthNoPriv"
            lines = [f"defSecurityName {_quoted(options.user)}", f"defSecurityLevel {level}"]
            lines += ["defAuthType SHA", f"defAuthPassphrase {_quoted(options.password)}"] * bool(options.password)
            lines += ["defPrivType AES", f"defPrivPassphrase {_quoted(options.privacy)}"] * bool(options.privacy)
        with tempfile.TemporaryDirectory(prefix="qa-snmp-") as folder:
            Path(folder, "cert_indexes").mkdir()  # the programs would tell that they have made it
            path = Path(folder, "snmp.conf")
            path.touch(mode=0o600)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            yield folder


def _quoted(text: str) -> str:
    if "\n" in text or '"' in text:
        raise ConfigurationError("power snmp: a secret has a quotation mark or a line break", "Choose another one")
    return f'"{text}"'


def _resources(context: DriverContext) -> list[str]:
    return [f"snmp-power {context.address}"]


def _doctor() -> Sequence[Check]:
    missing = [program for program in ("snmpget", "snmpset") if shutil.which(program) is None]
    if missing:
        return [Check("power snmp: (net-snmp)", "missing", f"{' and '.join(missing)} not installed", INSTALL)]
    return [Check("power snmp: (net-snmp)", "works", os.fspath(shutil.which("snmpset") or ""))]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="power",
            scheme="snmp",
            summary="An outlet of a power distribution unit that speaks SNMP",
            open=SnmpPower,
            options=SnmpOptions,
            address_help="host and outlet, HOST/OUTLET",
            resources=_resources,
            doctor=_doctor,
            examples=("snmp:192.168.1.9/3",),
        )
    ]
