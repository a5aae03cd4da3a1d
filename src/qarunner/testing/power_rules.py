"""The rules of a power outlet, tried on a real one: it is switched off and on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qarunner.testing.rig import DriverRig
from qarunner.testing.rules import CLOSE_LIMIT, OPEN_LIMIT, Trial

METHODS = ("open", "on", "off", "is_on", "close")
SWITCH_LIMIT = 30.0
STATE_LIMIT = 10.0


def check_power(uri: str, *, plugin: object | None = None, pack: Path | None = None, **options: Any) -> None:
    """Check a power driver: opens, switches off and on, tells its state, closes twice without switching anything.

    :param uri: as in the configuration of a node. The outlet is on at the end.
    :param plugin: a module with hooks, for one that is not installed.
    :param pack: what relative file names are relative to; default the working directory.
    :param options: as they would stand in the driver's table in ``qarunner.toml``.
    :raises AssertionError: names every rule it breaks.
    """
    resolved = DriverRig(pack or Path.cwd(), plugin).resolve("power", uri, **options)
    with Trial(resolved, METHODS) as trial:
        trial.resources()
        power = trial.make()
        trial.call("close() before open()", power.close, CLOSE_LIMIT)
        trial.call("open()", power.open, OPEN_LIMIT)
        _switch(trial, power, on=False)
        trial.close_twice(power)
        trial.call("open() after close()", power.open, OPEN_LIMIT)
        state = _state(trial, power)
        trial.rule(state is not True, "close() or open() has switched the power on; they must leave it as it is")
        _switch(trial, power, on=True)
        _switch(trial, power, on=True)
        trial.faults(power)
        trial.call("close()", power.close, CLOSE_LIMIT)


def _switch(trial: Trial, power: Any, *, on: bool) -> None:
    name = "on()" if on else "off()"
    trial.call(name, power.on if on else power.off, SWITCH_LIMIT)
    state = _state(trial, power)
    trial.rule(state in (on, None), f"after {name} is_on() gives {state}")


def _state(trial: Trial, power: Any) -> bool | None:
    state = trial.call("is_on()", power.is_on, STATE_LIMIT)
    if state is not None and not isinstance(state, bool):
        trial.stop(f"is_on() gives {state!r}, not True, False, or None for an outlet that cannot tell")
    return None if state is None else bool(state)
