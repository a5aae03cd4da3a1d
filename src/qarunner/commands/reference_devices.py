"""The page of the reference that lists every driver: made from what the drivers say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.protocols import CAPABILITIES

if TYPE_CHECKING:
    from qarunner.drivers import Driver

TRIED_ON = Path(__file__).parent / "reference_pages" / "tried_on.txt"
TITLES = {"capture": "Captures", "remote": "Remotes", "power": "Power outlets", "browser": "Browsers"}


def devices() -> Iterator[str]:
    """Yield the lines of the page: a table for each capability."""
    from qarunner.plugins import Plugins

    drivers = Plugins().drivers()
    tried = _tried_on()
    for capability in CAPABILITIES:
        yield from (f"## {TITLES[capability]}", "")
        sound = capability == "capture"
        columns = ("URI", "for", *(("sound",) if sound else ()), "options", "extra", "tried on")
        yield from (f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}")
        for (kind, scheme), (_plugin, driver) in sorted(drivers.items()):
            if kind == capability and driver.distribution == "qarunner":
                yield _row(driver, *tried.get((kind, scheme), ("-", "")), sound=sound)
        yield ""


def _row(driver: Driver, page: str, tried: str, *, sound: bool) -> str:
    uri = f"`{driver.examples[0] if driver.examples else driver.scheme + ':'}`".replace("|", "\\|")
    if page != "-":
        uri = f"[{uri}](drivers/{page})"
    options = ", ".join(f"`{name}`" for name in driver.option_help)
    summary = driver.summary[:1].upper() + driver.summary[1:]
    if driver.holds_keys:
        summary += "; holds keys"
    if sound:
        summary += f" | {driver.sound or 'no'}"
    return f"| {uri} | {summary} | {options} | {driver.extra} | {tried} |"


def _tried_on() -> dict[tuple[str, str], tuple[str, str]]:
    lines = TRIED_ON.read_text(encoding="utf-8").splitlines()
    rows = (line.split(None, 3) for line in lines if line and not line.startswith("#"))
    return {(capability, scheme): (page, tried) for capability, scheme, page, tried in rows}
