"""No power outlet: a person switches. ``power = "none:"`` makes tests that cycle the power say so at once."""

from __future__ import annotations

from qarunner import Check, DeviceError, Driver, DriverContext, hookimpl


class NoPower:
    """An outlet that nobody can switch from here."""

    def __init__(self, context: DriverContext) -> None:
        self._node = context.node

    def open(self) -> None:
        """Nothing is there to connect to."""

    def on(self) -> None:
        """Say that a person must."""
        raise self._refusal("on")

    def off(self) -> None:
        """Say that a person must."""
        raise self._refusal("off")

    def is_on(self) -> None:
        """Nobody can tell."""

    def close(self) -> None:
        """Nothing is there to let go."""

    def _refusal(self, what: str) -> DeviceError:
        problem = f"node {self._node!r} has no power outlet that could be switched {what}"
        return DeviceError(problem, 'Its configuration says power = "none:"; leave such testcases out on this node')


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="power",
            scheme="none",
            summary="No outlet: switching is refused in plain words",
            open=NoPower,
            doctor=lambda: (Check("power none:", "works", "there is nothing to look at"),),
            examples=("none:",),
        )
    ]
