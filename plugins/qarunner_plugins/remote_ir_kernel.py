"""Infrared through the kernel's ``/dev/lirc*`` and ``ir-ctl``, without a daemon: ``ir:/dev/lirc0``.

The codes come from a keymap in the format rc_keymap (TOML), from which ``ir-ctl`` sends keys by name, or from the
option `scancodes`.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from qarunner import (
    Check,
    ConfigurationError,
    DeviceError,
    Discovered,
    Driver,
    DriverContext,
    Options,
    hookimpl,
    look_up_key,
)
from qarunner_plugins.device_program import run_program

PROGRAM = "ir-ctl"
DEVICES = Path("/dev")
DEFAULT_DEVICE = "/dev/lirc0"
INSTALL = "sudo apt-get install v4l-utils"
ADVICE = "`ir-ctl -d DEVICE --features` tells whether it can send; using one needs the group video."
_SCANCODE = re.compile(r"[a-z0-9_-]+:0x[0-9a-fA-F]+")


class IrOptions(Options, frozen=True, kw_only=True):
    """Options of ``remote = "ir:/dev/lirc0"``."""

    keymap: Annotated[str, msgspec.Meta(description="file of rc_keymap (TOML), relative to the pack")] = ""
    scancodes: Annotated[
        Mapping[str, str], msgspec.Meta(description="single keys: KEY_OK = nec:0x40bf; protocols as of ir-ctl")
    ] = {}
    carrier: Annotated[int, msgspec.Meta(ge=0, le=500000, description="Hz; 0 for the protocol's own")] = 0
    emitters: Annotated[Sequence[int], msgspec.Meta(description="numbers of the emitters to use, all when empty")] = ()
    timeout: Annotated[float, msgspec.Meta(gt=0, le=9, description="seconds to wait for ir-ctl")] = 5.0

    def __post_init__(self) -> None:
        """Refuse a remote without keys, and scancodes that are none."""
        if not self.keymap and not self.scancodes:
            message = "give a keymap or scancodes: without them there are no keys"
            raise ValueError(message)
        if wrong := [code for code in self.scancodes.values() if not _SCANCODE.fullmatch(code)]:
            message = f"scancodes: {wrong[0]!r} is none such as nec:0x40bf"
            raise ValueError(message)


class IrRemote:
    """One sender. It sends short presses only."""

    def __init__(self, context: DriverContext) -> None:
        self._options: IrOptions = context.options
        self._device = _device(context)
        self._name = f"infrared sender {self._device}"
        pack = context.pack or Path.cwd()
        self._keymap = pack / Path(self._options.keymap).expanduser() if self._options.keymap else None
        self._words: dict[str, Sequence[str]] = {}

    def open(self) -> None:
        """Read the keymap and look whether the device is there.

        :raises DeviceError: it is not, or it cannot send, or the keymap has no keys.
        """
        self._words = {key: ("--scancode", code) for key, code in self._options.scancodes.items()}
        if self._keymap:
            known = {key: ("--keymap", str(self._keymap), "--keycode", key) for key in keymap_keys(self._keymap)}
            self._words = {**known, **self._words}
        features = self._run("--features", in_use=False)
        if "cannot send" in features.lower():
            raise DeviceError(f"{self._name} can only receive", "Use the device of a sender")

    def keys(self) -> Collection[str]:
        """The keys of the keymap and of the option `scancodes`."""
        return tuple(self._words)

    def press(self, key: str) -> None:
        """Send a key's code and return when it has left."""
        words = look_up_key(self._name, self._words, key)
        options = self._options
        carrier = ("--carrier", str(options.carrier)) if options.carrier else ()
        emitters = ("--emitters", ",".join(map(str, options.emitters))) if options.emitters else ()
        self._run(*carrier, *emitters, *words, in_use=True)

    def close(self) -> None:
        """Nothing stays open between two presses."""

    def _run(self, *words: str, in_use: bool) -> str:
        command = [PROGRAM, "-d", self._device, *words]
        timeout = self._options.timeout
        return run_program(self._name, command, timeout, install=INSTALL, advice=ADVICE, in_use=in_use)


def keymap_keys(path: Path) -> list[str]:
    """Return the keys of a keymap in the format rc_keymap.

    :raises DeviceError: it cannot be read, or has none.
    """
    advice = "`man 5 rc_keymap` describes the format; /lib/udev/rc_keymaps has examples (package ir-keytable)"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeviceError(f"{path} cannot be read: {error.strerror}", advice) from error
    except ValueError as error:
        raise DeviceError(f"{path} is no keymap: {error}", advice) from error
    keys: list[object] = []
    protocols = content.get("protocols")
    for protocol in protocols if isinstance(protocols, list) else ():
        scancodes, raw = protocol.get("scancodes"), protocol.get("raw")
        keys += scancodes.values() if isinstance(scancodes, dict) else ()
        keys += [entry.get("keycode") for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else ()
    names = list(dict.fromkeys(key for key in keys if isinstance(key, str)))
    if not names:
        raise DeviceError(f"{path} has no keys", advice)
    return names


def _device(context: DriverContext) -> str:
    device = context.address or DEFAULT_DEVICE
    if not device.startswith("/"):
        problem = f"node {context.node!r}: remote = {context.uri!r}: {device!r} is no path of a device"
        raise ConfigurationError(problem, f"Write ir:{DEFAULT_DEVICE}")
    return device


def _resources(context: DriverContext) -> Collection[str]:
    emitters = context.options.emitters
    return tuple(f"{Path(_device(context)).resolve()}{f' emitter {one}' if one else ''}" for one in emitters or ("",))


def _doctor() -> Sequence[Check]:
    subject = "infrared through the kernel (ir-ctl)"
    if not shutil.which(PROGRAM):
        return (Check(subject, "missing", f"{PROGRAM} is not installed", INSTALL),)
    devices = ", ".join(_devices())
    return (Check(subject, "works" if devices else "note", devices or "no sender is plugged in"),)


def _devices() -> list[str]:
    return sorted(str(path) for path in DEVICES.glob("lirc*"))


def _discover() -> Sequence[Discovered]:
    asks = "the file of a keymap (rc_keymap), relative to the pack"
    return [
        Discovered(f"ir:{path}?keymap=", f"infrared sender or receiver {path}", asks=asks)
        for path in (_devices() if shutil.which(PROGRAM) else ())
    ]


@hookimpl
def qa_drivers() -> Sequence[Driver]:
    """Offer the driver."""
    return (
        Driver(
            capability="remote",
            scheme="ir",
            summary="infrared through a sender of the kernel, without a daemon",
            open=IrRemote,
            options=IrOptions,
            address_help=f"the sender; default {DEFAULT_DEVICE}",
            resources=_resources,
            doctor=_doctor,
            discover=_discover,
            examples=("ir:/dev/lirc0?keymap=config/remote-control/box.toml",),
        ),
    )
