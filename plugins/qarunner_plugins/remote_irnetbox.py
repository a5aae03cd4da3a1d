"""RedRat irNetBox III and IV, infrared over the network: ``irnetbox:HOST:OUTPUT``.

The signals come from the file that RedRat's Signal Database Utility exports. The box takes one connection at a time, so
that one is made for each press.
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from qarunner import (
    Check,
    ConfigurationError,
    DeviceError,
    DeviceSocket,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    host_and_port,
    look_up_key,
    shown_address,
)

PORT = 10001
OUTPUTS = 16
ADVICE = "The box takes one connection at a time: is another program using it?"
ERROR, POWER_ON, VERSION, OUTPUT, OUTPUT_DONE = 0x01, 0x05, 0x09, 0x30, 0x31
TOO_OLD = {2: "I", 7: "II"}
_ADDRESS = re.compile(r"(?P<box>.+):(?P<output>\d{1,2})")
_SIGNAL = re.compile(r"(?P<name>\S+)\s+(?:MOD_SIG|DMOD_SIG\s+signal1)\s+\d+\s+(?P<data>(?:[0-9A-Fa-f]{2})+)\s*")


class IrNetBoxOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "irnetbox:HOST:OUTPUT"``."""

    signals: Annotated[str, msgspec.Meta(min_length=1, description="RedRat's file of signals, relative to the pack")]
    keys: Annotated[
        Mapping[str, str], msgspec.Meta(description="further names, each with the file's own: KEY_OK = SELECT")
    ] = {}
    strength: Annotated[int, msgspec.Meta(ge=1, le=100, description="of the output, per cent")] = 100
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for an answer")] = 5.0


class IrNetBoxRemote:
    """One output of a box. It sends short presses only."""

    def __init__(self, context: DriverContext) -> None:
        self._options: IrNetBoxOptions = context.options
        address, self._output = _split(context)
        self._file = (context.pack or Path.cwd()) / Path(self._options.signals).expanduser()
        self._name = f"irNetBox {shown_address(*address)}"
        self._box = DeviceSocket(self._name, address, self._options.timeout, ADVICE)
        self._signals: dict[str, bytes] = {}
        self._numbers = itertools.cycle(range(1, 1 << 16))

    def open(self) -> None:
        """Read the signals, and ask the box what it is.

        :raises DeviceError: the file has no signals, or there is no box, or one that is too old.
        """
        signals = read_signals(self._file)
        for key, name in self._options.keys.items():
            signals[key] = look_up_key(f"{self._file}", signals, name)
        self._signals = signals
        try:
            self._connect()
        finally:
            self._box.close()

    def keys(self) -> Collection[str]:
        """The names in the file, with ``KEY_`` before those that lack it, and those of the option."""
        return tuple(self._signals)

    def press(self, key: str) -> None:
        """Send a key's signal and return when the box says that it has left."""
        signal = look_up_key(self._name, self._signals, key)
        number = next(self._numbers)
        strengths = bytes(self._options.strength if output == self._output else 0 for output in range(1, OUTPUTS + 1))
        try:
            self._connect()
            answer = self._ask(OUTPUT, struct.pack(">HH", number, 0) + strengths + signal)
            if len(answer) < 4 or answer[3] != 1:  # noqa: PLR2004 - number, error code, whether it is taken
                code = answer[2] if len(answer) > 2 else "none"  # noqa: PLR2004 - see above
                raise DeviceError(
                    f"{self._name} does not take the signal of {key}: error code {code}", "Export it anew"
                )
            while (done := self._receive())[0] != OUTPUT_DONE or done[1][:2] != struct.pack(">H", number):
                pass  # what another client's signal came to, through a proxy
        finally:
            self._box.close()

    def close(self) -> None:
        """Nothing stays open between two presses."""
        self._box.close()

    def _connect(self) -> None:
        self._box.connect()
        version = self._ask(VERSION)
        model = int.from_bytes(version[10:12], "little")
        if model in TOO_OLD:
            raise DeviceError(f"{self._name} is a Mark {TOO_OLD[model]}", "Mark III and IV can be used")
        self._ask(POWER_ON)

    def _ask(self, kind: int, data: bytes = b"") -> bytes:
        self._box.send(struct.pack(">cHB", b"#", len(data), kind) + data)
        answered, answer = self._receive()
        if answered == ERROR:
            raise DeviceError(f"{self._name} answers message 0x{kind:02x} with an error", "Switch it off and on")
        if answered != kind:
            problem = f"{self._name} answers message 0x{kind:02x} with 0x{answered:02x}"
            raise DeviceError(problem, "Is this an irNetBox, and this its port?")
        return answer

    def _receive(self) -> tuple[int, bytes]:
        size, kind = struct.unpack(">HB", self._box.receive(3))
        return kind, self._box.receive(size)


def read_signals(path: Path) -> dict[str, bytes]:
    """Return the signals of a file by name; of one that alternates, the first.

    :raises DeviceError: the file cannot be read, or has none.
    """
    advice = "Export it with RedRat's Signal Database Utility, for the irNetBox"
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise DeviceError(f"{path} cannot be read: {error.strerror}", advice) from error
    found = [match for line in lines if (match := _SIGNAL.fullmatch(line.strip()))]
    if not found:
        raise DeviceError(f"{path} has no signals", advice)
    return {f"KEY_{m['name'].removeprefix('KEY_')}": bytes.fromhex(m["data"]) for m in found}


def _split(context: DriverContext) -> tuple[tuple[str, int], int]:
    """Return where the box is, and the number of the output."""
    found = _ADDRESS.fullmatch(context.address)
    output = int(found["output"]) if found else 0
    if found is None or not 1 <= output <= OUTPUTS:
        problem = f"node {context.node!r}: remote = {context.uri!r} names no output from 1 to {OUTPUTS}"
        raise ConfigurationError(problem, f"Write irnetbox:HOST:OUTPUT or irnetbox:HOST:{PORT}:OUTPUT")
    return host_and_port(context, PORT, found["box"]), output


def _resources(context: DriverContext) -> Collection[str]:
    """Name the output: the others belong to other nodes."""
    address, output = _split(context)
    return (f"irnetbox {shown_address(*address)} output {output}",)


def _doctor() -> Sequence[Check]:
    return (Check("RedRat irNetBox", "works", "needs nothing but the network"),)


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="irnetbox",
            summary="infrared through a RedRat irNetBox III or IV",
            open=IrNetBoxRemote,
            options=IrNetBoxOptions,
            address_help="HOST:OUTPUT, or HOST:PORT:OUTPUT when the port is not 10001; outputs are 1 to 16",
            resources=_resources,
            doctor=_doctor,
            examples=("irnetbox:192.168.1.20:3",),
        ),
    )
