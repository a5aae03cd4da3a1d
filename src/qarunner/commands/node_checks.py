"""What ``qarunner doctor`` looks at beyond the machine: configuration, plugins, their drivers, the nodes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qarunner.commands.findings import Finding
from qarunner.commands.offers import Offers, look_at
from qarunner.drivers import Check
from qarunner.errors import DeviceError, QarunnerError
from qarunner.plugin_guard import naming, run_limited

if TYPE_CHECKING:
    from qarunner.commands.context import Context
    from qarunner.config import Configuration
    from qarunner.drivers import Driver
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.client import NodeView

DOCTOR_LIMIT = 20.0
PICTURE_LIMIT = 20.0
MORE_PICTURES, MORE_LIMIT = 3, 0.5


def configuration_check(context: Context) -> Finding:
    """Look whether all sources can be read and all settings are usable."""
    from qarunner.settings import SETTINGS

    try:
        for setting in SETTINGS:
            context.sources.get(setting.name)
    except QarunnerError as error:
        return Finding("Configuration", _broken("configuration", error))
    pack = f"test pack {context.pack}" if context.pack else "no test pack around here"
    return Finding("Configuration", Check("configuration", "works", pack))


def plugin_checks(offered: list[Offers], used: set[tuple[str, str]]) -> Iterator[Finding]:
    """Tell which plugins are broken, and what their drivers say of this machine.

    :param used: (capability, scheme) of the drivers which the nodes that matter use.
    """
    for offers in offered:
        for problem in offers.problems:
            first, _, advice = problem.partition("\n")
            yield Finding("Plugins", Check(offers.plugin.name, "broken", first, advice.strip()))
    asked = set()
    for offers in offered:
        for driver in offers.drivers:
            same = [other for other in offers.drivers if other.doctor is driver.doctor]
            if driver.doctor in asked:
                continue
            asked.add(driver.doctor)
            needed = any((other.capability, other.scheme) in used for other in same)
            yield from (Finding("Drivers", check, needed) for check in _ask(offers.plugin.name, driver))


def _ask(plugin: str, driver: Driver) -> list[Check]:
    subject = f"{driver.capability} {driver.scheme}:"
    try:
        with naming(plugin, f"doctor of {subject}"):
            return list(run_limited(plugin, f"doctor of {subject}", DOCTOR_LIMIT, driver.doctor))
    except QarunnerError as error:
        return [_broken(subject, error)]


def used_drivers(configuration: Configuration, nodes: list[str]) -> set[tuple[str, str]]:
    """Return (capability, scheme) of what these nodes use, as far as they can be read."""
    from qarunner.protocols import CAPABILITIES

    used: set[tuple[str, str]] = set()
    for node in nodes:
        try:
            config = configuration.node(node)
        except QarunnerError:
            continue
        drivers = ((capability, getattr(config, capability)) for capability in CAPABILITIES)
        used |= {(capability, driver.scheme) for capability, driver in drivers if driver is not None}
    return used


def node_checks(context: Context, node: str, *, thoroughly: bool) -> Iterator[Finding]:
    """Look at a node: drivers known, options usable, hardware free; `thoroughly`: open it, wait for a picture."""
    from qarunner.nodes.client import running

    chapter = f"Node {node}"
    try:
        config = context.node(node)
        uris = list(_resolve(context, config))
        yield Finding(chapter, Check("drivers", "works", ", ".join(uris)))
        status = running(config)
        if status is None:
            yield from _hardware(context, config, chapter)
        elif status.lease:
            yield Finding(chapter, Check("lease", "note", f"leased by {status.lease}"))
        if thoroughly:
            yield from _try(context, node, chapter)
    except QarunnerError as error:
        yield Finding(chapter, _broken(node, error))


def _resolve(context: Context, config: NodeConfig) -> Iterator[str]:
    from qarunner.opening import resolve_driver
    from qarunner.protocols import CAPABILITIES

    for capability in CAPABILITIES:
        driver = getattr(config, capability)
        if driver is not None:
            resolve_driver(context.plugins, config, capability, driver)
            yield f"{capability} {driver.scheme}:"


def _hardware(context: Context, config: NodeConfig, chapter: str) -> Iterator[Finding]:
    from qarunner.nodes.hardware_locks import ask, held_by
    from qarunner.nodes.resolve import EXPORTED
    from qarunner.opening import resolve_driver

    for capability in EXPORTED:
        driver = getattr(config, capability)
        resources = resolve_driver(context.plugins, config, capability, driver).resources() if driver else ()
        for resource in resources:
            if ask(resource) is not None:
                error = held_by(resource)
                yield Finding(chapter, Check(resource, "note", error.problem, error.advice))


def _try(context: Context, node: str, chapter: str) -> Iterator[Finding]:
    """Have the exporter open everything, and wait for a picture."""
    from qarunner.commands.node_access import view
    from qarunner.commands.picture_checks import check_sound

    with view(context, node) as opened:
        if opened.config.capture is not None:
            for check in look_at_picture(opened):
                yield Finding(chapter, check)
        status = opened.status()
        if status.capture.audio is not None:
            yield Finding(chapter, check_sound(status.capture.audio))
        for name, driver in (("remote", status.remote), ("power", status.power)):
            if driver is not None and driver.problem:
                yield Finding(chapter, Check(name, "broken", driver.problem))
            elif driver is not None:
                yield Finding(chapter, Check(name, "works" if driver.open else "note", driver.driver))


def look_at_picture(opened: NodeView) -> Iterator[Check]:
    """Wait for a picture, and say what is to be seen in some.

    :raises DeviceError: there is none, for another reason than a missing signal.
    """
    from qarunner.commands.node_access import newest_frame
    from qarunner.commands.picture_checks import check_pictures, check_signal

    began = time.monotonic()
    try:
        frame = newest_frame(opened, limit=PICTURE_LIMIT)
    except DeviceError:
        capture = opened.status().capture
        said = check_signal(capture.signal, capture.problem)
        if said is None:
            raise
        yield said
        return
    capture = opened.status().capture
    detail = f"{capture.width}x{capture.height} at {capture.nominal_frame_rate:g} frames a second"
    yield Check("picture", "works", f"{detail}, after {time.monotonic() - began:.1f} s")
    pictures = [frame.pixels]
    for _ in range(MORE_PICTURES):
        later = opened.frames.newest(frame.sequence, MORE_LIMIT)
        frame = later or frame
        pictures.append(frame.pixels)
    yield check_pictures(pictures)


def all_offers(context: Context) -> list[Offers]:
    """Return what the plugins offer, or nothing where the configuration cannot even say which to load."""
    try:
        return look_at(context.plugins)
    except QarunnerError:
        return []


def _broken(subject: str, error: QarunnerError) -> Check:
    return Check(subject, "broken", error.problem, error.advice)
