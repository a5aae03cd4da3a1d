"""``qarunner plugins``: every plugin with where it comes from and what it offers; broken ones with the reason."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qarunner.commands.context import context_of
from qarunner.commands.terminal import add_json, counted, painted, say, say_json, say_table
from qarunner.errors import QarunnerError, nearest

if TYPE_CHECKING:
    from qarunner.commands.offers import Offers
    from qarunner.drivers import Driver

HOLDING = {True: "yes", False: "no", None: "depends on its options"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="show all about this plugin")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List them; 1 when one is broken."""
    from qarunner.commands.offers import look_at

    context = context_of(arguments)
    found = look_at(context.plugins)
    shown = [_named(found, arguments.name)] if arguments.name else found
    if arguments.json:
        say_json([as_json(offers) for offers in shown])
    elif arguments.name:
        _say_one(shown[0])
    else:
        _say_all(shown)
        blocked = context.sources.get("block_plugins")
        if blocked:
            say(f"\nblocked, not loaded: {', '.join(blocked)}")
    return 1 if any(offers.problems for offers in shown) else 0


def _named(found: list[Offers], name: str) -> Offers:
    names = {offers.plugin.name: offers for offers in found}
    if name not in names:
        raise QarunnerError(
            f"there is no plugin {name!r}", f"{nearest(name, names)} `qarunner plugins` lists all".strip()
        )
    return names[name]


def _say_all(found: list[Offers]) -> None:
    rows, looks = [], []
    for offers in found:
        what = ", ".join(_offered(offers)) or ", ".join(offers.plugin.hooks) or "-"
        rows.append(
            [offers.plugin.name, offers.plugin.origin, offers.plugin.version, "BROKEN" if offers.problems else what]
        )
        looks.append(["red" if offers.problems else ""] * 4)
    say_table(["NAME", "FROM", "VERSION", "OFFERS"], rows, looks)
    for problem in (problem for offers in found for problem in offers.problems):
        say(f"\n{problem}")


def _offered(offers: Offers) -> Iterator[str]:
    yield from (f"{driver.capability} {driver.scheme}:" for driver in offers.drivers)
    yield from (f"node {node}" for node in offers.nodes)
    yield from (f"reporter {reporter.name}" for reporter in offers.reporters)
    if offers.commands:
        yield counted(len(offers.commands), "command")
    yield from (f"testcases in {source.folder}/*{source.suffix}" for source in offers.testcase_sources)
    yield from (f"dialect {dialect.name}" for dialect in offers.dialects)
    yield from (f"notifier {notifier.name}" for notifier in offers.notifiers)
    yield from (f"job engine {engine.name}" for engine in offers.job_engines)
    yield from (hook for hook in offers.plugin.hooks if hook in ("qa_device_info", "qa_result_finished"))


def _say_one(offers: Offers) -> None:
    plugin = offers.plugin
    say(f"{painted(plugin.name, 'bold')}  {plugin.origin} {plugin.version}".rstrip())
    for problem in offers.problems:
        say(painted(f"BROKEN: {problem}", "red"))
    say(f"hooks: {', '.join(plugin.hooks) or 'none'}")
    for driver in offers.drivers:
        _say_driver(driver)
    for reporter in offers.reporters:
        default = " (on by default)" if reporter.on_by_default else ""
        say(f"\n{painted(f'reporter {reporter.name}', 'bold')}{default}: {reporter.summary}")
        _say_options(reporter.options)
    for node, table in offers.nodes.items():
        say(f"\n{painted(f'node {node}', 'bold')}: {', '.join(f'{key} = {value!r}' for key, value in table.items())}")
    for source in offers.testcase_sources:
        say(f"\n{painted(f'testcases: {source.name}', 'bold')}: in {source.folder}/, files *{source.suffix}")
    described = [("notifier", one) for one in offers.notifiers] + [("job engine", one) for one in offers.job_engines]
    for kind, one in described:
        say(f"\n{painted(f'{kind} {one.name}', 'bold')}: {one.summary}")
        _say_options(one.options)
    for dialect in offers.dialects:
        say(f"\n{painted(f'dialect {dialect.name}', 'bold')}: {dialect.summary}")
        say(f"  answers at: {', '.join(claim.path for claim in dialect.claims)}")
    if offers.commands:
        say(f"\n{painted('commands', 'bold')}")
        for command in offers.commands:
            say(f"  qarunner {command.name}: {command.summary}")


def _say_driver(driver: Driver) -> None:
    say(f"\n{painted(f'{driver.capability} {driver.scheme}:', 'bold')} {driver.summary}")
    if driver.address_help:
        say(f"  address: {driver.address_help}")
    if driver.extra:
        say(f"  needs: pip install '{driver.distribution}[{driver.extra}]'")
    if driver.capability == "remote":
        keys = ", ".join(driver.keys) if driver.keys is not None else "depends on the device, or any"
        say(f"  keys: {keys}")
        say(f"  can hold a key down: {HOLDING[driver.holds_keys]}")
    if driver.capability == "capture":
        say(f"  sound: {driver.sound or 'no'}")
    _say_options(driver.options)
    for example in driver.examples:
        say(f"  example: {example}")


def _say_options(kind: Any) -> None:
    from qarunner.commands.offers import options_of

    for option in options_of(kind):
        default = "" if option.needed else f" (default: {option.default!r})"
        say(f"  {option.name}: {option.kind}{default}{f' - {option.help}' if option.help else ''}")


def as_json(offers: Offers) -> dict[str, Any]:
    """Return the JSON form of a plugin."""
    from qarunner.commands.offers import options_of

    plugin = offers.plugin
    return {
        "name": plugin.name,
        "origin": plugin.origin,
        "version": plugin.version,
        "hooks": plugin.hooks,
        "problems": offers.problems,
        "drivers": [
            {
                "capability": driver.capability,
                "scheme": driver.scheme,
                "summary": driver.summary,
                "address": driver.address_help,
                "options": options_of(driver.options),
                "keys": None if driver.keys is None else list(driver.keys),
                "holds_keys": driver.holds_keys,
                "sound": driver.sound,
                "extra": driver.extra,
                "examples": list(driver.examples),
            }
            for driver in offers.drivers
        ],
        "nodes": offers.nodes,
        "reporters": [
            {
                "name": reporter.name,
                "summary": reporter.summary,
                "on_by_default": reporter.on_by_default,
                "options": options_of(reporter.options),
            }
            for reporter in offers.reporters
        ],
        "commands": [{"name": command.name, "summary": command.summary} for command in offers.commands],
        "testcase_sources": [
            {"name": source.name, "folder": source.folder, "suffix": source.suffix}
            for source in offers.testcase_sources
        ],
        "notifiers": [
            {"name": notifier.name, "summary": notifier.summary, "options": options_of(notifier.options)}
            for notifier in offers.notifiers
        ],
        "job_engines": [
            {"name": engine.name, "summary": engine.summary, "options": options_of(engine.options)}
            for engine in offers.job_engines
        ],
        "dialects": [
            {"name": dialect.name, "summary": dialect.summary, "claims": [claim.path for claim in dialect.claims]}
            for dialect in offers.dialects
        ],
    }
