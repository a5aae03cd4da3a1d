"""Faults that a test or a person switches on in drivers, and that end with the lease under which they were injected."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from qarunner.errors import DeviceError, QarunnerError, nearest
from qarunner.nodes.devices import FAULT_LIMIT
from qarunner.nodes.driver_calls import DriverCalls
from qarunner.plugin_guard import naming
from qarunner.protocols import FaultInjector

if TYPE_CHECKING:
    from collections.abc import Iterable


class Faults:
    """The faults of all drivers of a node, on a thread of their own: a fault may be what makes the others hang.

    :param drivers: of the node, each with its plugin's name. The first driver which has a fault of a name gets it.
    """

    def __init__(self, drivers: Iterable[tuple[str, Any]]) -> None:
        self._injectors = [(plugin, driver) for plugin, driver in drivers if isinstance(driver, FaultInjector)]
        self.calls = DriverCalls("fault injection:")
        self._injected: dict[str, str] = {}

    def available(self) -> dict[str, str]:
        """Return the faults' names, each with a sentence that says what it does."""
        return {name: sentence for name, (sentence, _plugin, _driver) in self._find().items()}

    def _find(self) -> dict[str, tuple[str, str, FaultInjector]]:
        found: dict[str, tuple[str, str, FaultInjector]] = {}
        for plugin, driver in reversed(self._injectors):
            with naming(plugin, "faults()"):
                found.update({name: (sentence, plugin, driver) for name, sentence in driver.faults().items()})
        return found

    def inject(self, name: str, value: float, owner: str) -> None:
        """Switch a fault on (`value` > 0) on behalf of `owner`, or off (0).

        :raises DeviceError: there is no such fault, or the driver refuses.
        """
        available = self._find()
        if name not in available:
            advice = nearest(name, available) or f"Known: {', '.join(sorted(available)) or 'none'}"
            raise DeviceError(f"no driver of this node has a fault {name!r}", advice)
        _sentence, plugin, driver = available[name]

        def act() -> None:
            with naming(plugin, f"inject_fault({name!r}, {value:g})"):
                driver.inject_fault(name, value)

        if value:
            self._injected[name] = owner
        else:
            self._injected.pop(name, None)
        self.calls.call(f"inject_fault({name!r})", act, FAULT_LIMIT)

    def clear(self, owner: str) -> None:
        """Switch off what `owner` has switched on, without a word when that fails."""
        for name, injector in list(self._injected.items()):
            if injector == owner:
                with contextlib.suppress(QarunnerError):
                    self.inject(name, 0.0, owner)
