"""What the drivers find on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qarunner.commands.terminal import note, painted, say, say_json
from qarunner.drivers import Discovered
from qarunner.errors import QarunnerError
from qarunner.plugin_guard import naming, run_limited
from qarunner.protocols import CAPABILITIES

if TYPE_CHECKING:
    from qarunner.plugins import Plugins
    from qarunner.protocols import Capability

DISCOVER_LIMIT = 10.0
"""Seconds that a driver may look."""
TITLES = {"capture": "Captures", "remote": "Remotes", "power": "Power outlets", "browser": "Browsers"}


@dataclass
class Hardware:
    """What was found for each capability, and what went wrong with a driver while it looked."""

    found: dict[Capability, list[Discovered]] = field(default_factory=lambda: {one: [] for one in CAPABILITIES})
    problems: list[str] = field(default_factory=list)


def discover(plugins: Plugins) -> Hardware:
    """Ask all drivers, one after the other. A driver that fails is noted and spoils nothing."""
    hardware = Hardware()
    for plugin, driver in plugins.drivers().values():
        doing = f"discover of {driver.capability} {driver.scheme}:"
        try:
            with naming(plugin, doing):
                found = list(run_limited(plugin, doing, DISCOVER_LIMIT, driver.discover))
                if wrong := [one for one in found if not isinstance(one, Discovered)]:
                    raise TypeError(f"it gives {wrong[0]!r}, which is no qarunner.Discovered")
        except QarunnerError as error:
            hardware.problems.append(error.problem)
            continue
        hardware.found[driver.capability] += found
    return hardware


def show(hardware: Hardware, *, as_json: bool) -> None:
    """Write a list."""
    if as_json:
        say_json(hardware)
        return
    for capability, found in hardware.found.items():
        say(painted(TITLES[capability], "bold"))
        say("\n".join(lines(found)) or "  nothing that is found by itself")
    for problem in hardware.problems:
        note(problem)
    say(painted("\n`qarunner doctor` says what is missing, `qarunner plugins` lists all drivers.", "dim"))


def lines(found: list[Discovered]) -> list[str]:
    """Return a line for each, in columns."""
    width = max((len(one.uri) for one in found), default=0)
    asks = (f"; needs {one.asks}" if one.asks else "" for one in found)
    return [f"  {one.uri.ljust(width)}  {one.what}{more}" for one, more in zip(found, asks, strict=True)]
