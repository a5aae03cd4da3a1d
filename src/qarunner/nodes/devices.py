"""The remote and the power outlet in the exporter: on their own threads, reopened after a loss, each call limited."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from qarunner.errors import DeviceError, DeviceLostError, QarunnerError, UnknownKeyError, nearest
from qarunner.nodes.driver_calls import DriverCalls
from qarunner.nodes.status import DriverStatus, RemoteStatus
from qarunner.plugin_guard import naming
from qarunner.protocols import HoldingRemote

if TYPE_CHECKING:
    from collections.abc import Callable

    from qarunner.opening import ResolvedDriver

Answer = TypeVar("Answer")

OPEN_LIMIT = 20.0
CLOSE_LIMIT = 5.0
KEY_LIMIT = 10.0
POWER_LIMIT = 30.0
POWER_STATE_LIMIT = 10.0
FAULT_LIMIT = 5.0


def driver_name(resolved: ResolvedDriver) -> str:
    """Return how a driver is called in errors, such as ``remote driver lirc:``."""
    return f"{resolved.context.capability} driver {resolved.driver.scheme}:"


class Device:
    """A capability's driver and whether it is open."""

    def __init__(self, resolved: ResolvedDriver, instance: Any) -> None:
        self.name = driver_name(resolved)
        self.instance = instance
        self.calls = DriverCalls(self.name)
        self._plugin = resolved.plugin
        self._open = False
        self._problem = ""

    def open_soon(self) -> None:
        """Open it in the background; a failure is told by `status` and by the first use."""
        threading.Thread(target=self._open_quietly, name=f"open {self.name}", daemon=True).start()

    def _open_quietly(self) -> None:
        with contextlib.suppress(QarunnerError):
            self._ensure_open()

    def _ensure_open(self) -> None:
        if not self._open:
            self.calls.call("open()", lambda: self._guard("open()", self._open_instance), OPEN_LIMIT)

    def _open_instance(self) -> None:
        if not self._open:
            self.instance.open()
            self._after_open()
            self._open = True

    def _after_open(self) -> None:
        """Ask the opened driver what does not change until it is opened again; on the driver's thread."""

    def _guard(self, name: str, function: Callable[[], Answer]) -> Answer:
        """Run on the driver's thread: name what goes wrong, and remember it."""
        try:
            with naming(self._plugin, f"{self.name} {name}"):
                answer = function()
        except QarunnerError as error:
            self._problem = error.problem
            if isinstance(error, DeviceLostError):
                self._open = False
                with contextlib.suppress(Exception):
                    self.instance.close()
            raise
        self._problem = ""
        return answer

    def use(self, name: str, function: Callable[[], Answer], limit: float) -> Answer:
        """Call the driver, opening it before when it is not open.

        :raises DeviceError: what the driver says, or that it hangs.
        :raises PluginError: the driver raised something else.
        """
        self._ensure_open()
        return self.calls.call(name, lambda: self._guard(name, function), limit)

    def close(self) -> None:
        """Close it, without a word when that fails."""
        if self._open:
            self._open = False
            with contextlib.suppress(Exception):
                self.calls.call("close()", self.instance.close, CLOSE_LIMIT)

    @property
    def status(self) -> DriverStatus:
        """How it is."""
        return DriverStatus(driver=self.name, open=self._open, problem=self.calls.hang or self._problem)


class RemoteControl(Device):
    """Sends keys and remembers which are held down, and by whom."""

    def __init__(self, resolved: ResolvedDriver, instance: Any) -> None:
        super().__init__(resolved, instance)
        self._held: dict[str, tuple[str, float]] = {}
        self._keys: tuple[str, ...] | None = ()

    def _after_open(self) -> None:
        keys = self.instance.keys()
        self._keys = None if keys is None else tuple(keys)

    @property
    def can_hold(self) -> bool:
        """Whether it has keydown and keyup."""
        return isinstance(self.instance, HoldingRemote)

    @property
    def status(self) -> RemoteStatus:
        """How it is, as far as is known without asking it."""
        known = super().status
        return RemoteStatus(
            driver=known.driver, open=known.open, problem=known.problem, keys=self._keys, can_hold=self.can_hold
        )

    def keys(self) -> tuple[str, ...] | None:
        """Return the names it can send; None when it takes any."""
        self._ensure_open()
        return self._keys

    def press(self, key: str) -> tuple[float, float]:
        """Press `key`; return when the driver's call began and ended, in seconds of CLOCK_MONOTONIC.

        :raises UnknownKeyError: the remote has no such key.
        """
        return self._timed("press", key)

    def keydown(self, key: str, owner: str) -> tuple[float, float]:
        """Hold `key` down on behalf of `owner` until `keyup` or `release`."""
        self._require_holding(key)
        # Noted first: a call that was cut off may still have pressed it.
        self._held[key] = (owner, time.monotonic())
        try:
            return self._timed("keydown", key)
        except UnknownKeyError:
            del self._held[key]
            raise

    def keyup(self, key: str) -> tuple[float, float]:
        """Release `key`."""
        self._require_holding(key)
        self._held.pop(key, None)
        return self._timed("keyup", key)

    def _require_holding(self, key: str) -> None:
        if not self.can_hold:
            raise DeviceError(f"{self.name} cannot hold {key!r} down: it only sends short presses", "Use press")

    def _timed(self, action: str, key: str) -> tuple[float, float]:
        keys = self.keys()
        if keys is not None and key not in keys:
            some = ", ".join(sorted(keys)[:8])
            raise UnknownKeyError(f"{self.name} has no key {key!r}", nearest(key, keys) or f"It has {some}, ...")

        def act() -> tuple[float, float]:
            start = time.monotonic()
            getattr(self.instance, action)(key)
            return start, time.monotonic()

        return self.use(f"{action}({key!r})", act, KEY_LIMIT)

    def held_longer_than(self, owner: str, seconds: float) -> list[str]:
        """Return the keys that `owner` has held down for so long."""
        limit = time.monotonic() - seconds
        return [key for key, (holder, since) in list(self._held.items()) if holder == owner and since <= limit]

    def release(self, owner: str, held_longer_than: float = 0.0) -> None:
        """Release the keys that `owner` holds, without a word when that fails."""
        for key in self.held_longer_than(owner, held_longer_than):
            with contextlib.suppress(QarunnerError):
                self.keyup(key)


class PowerSwitch(Device):
    """A power outlet."""

    def set(self, *, on: bool) -> None:
        """Switch it."""
        name, function = ("on()", self.instance.on) if on else ("off()", self.instance.off)
        self.use(name, function, POWER_LIMIT)

    def is_on(self) -> bool | None:
        """Return its state; None when it cannot tell."""
        answer: bool | None = self.use("is_on()", self.instance.is_on, POWER_STATE_LIMIT)
        return answer
