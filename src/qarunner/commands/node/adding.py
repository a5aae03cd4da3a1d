"""The verb ``node add``: from options and answers to a node that was seen to work, and into the file."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.main import show
from qarunner.commands.node import file, questions, trial
from qarunner.commands.terminal import note, painted, say
from qarunner.config import Configuration
from qarunner.config_sources import Table, Value, read_toml
from qarunner.errors import ConfigurationError, QarunnerError
from qarunner.protocols import CAPABILITIES

if TYPE_CHECKING:
    from qarunner.commands.context import Context
    from qarunner.commands.node.hardware import Hardware
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.client import NodeHandle

TITLES = {
    "capture": "Capture: where its pictures come from",
    "remote": "Remote: what presses its keys",
    "power": "Power: what switches it",
    "browser": "Browser: for testcases that want a WebDriver beside the device",
}
USUAL_KEY = "KEY_OK"


@dataclass
class Wanted:
    """The node as far as it is known. `uris`: by capability."""

    name: str = ""
    uris: dict[str, str] = field(default_factory=dict)
    model: str = ""


def add(context: Context, arguments: argparse.Namespace) -> None:
    """Add a node.

    :raises QarunnerError: something is not usable; nothing was written then.
    """
    path = (arguments.file or file.file_in_use(Path.cwd(), context.pack)).absolute()
    file.check_file(path)
    asks = not arguments.yes
    given: dict[str, str] = {name: uri for name in CAPABILITIES if (uri := getattr(arguments, name))}
    wanted = Wanted(arguments.name or "", given, arguments.model or "")
    _check_enough(wanted, asks=asks)
    if wanted.name:
        check_free(context, path, wanted.name)
    if arguments.picture:
        trial.check_picture_name(arguments.picture)
    if asks:
        _ask(context, path, wanted, arguments)
    else:
        config = config_of(context, wanted)
        if not arguments.untried:
            _try(context, config, arguments, asks=False)
    text = file.text_of(wanted.name, wanted.uris, wanted.model)
    if asks:
        say(f"\n{text}")
        if not questions.agree(f"Write this to {path}?"):
            raise QarunnerError("nothing was written")
    line = file.append(path, wanted.name, text)
    say(f"node {wanted.name} is added: {path}:{line}")
    say(painted(f"Run testcases on it: pytest --qa-node={wanted.name}", "bold"))


def _check_enough(wanted: Wanted, *, asks: bool) -> None:
    if asks and not (sys.stdin.isatty() and sys.stdout.isatty()):
        problem = "this is no terminal, so nobody can be asked"
        raise ConfigurationError(problem, "Give --name, at least one of --capture and the like, and --yes")
    if asks:
        return
    missing = [] if wanted.name else ["--name NODE"]
    if not wanted.uris:
        missing.append("one of --capture, --remote, --power, --browser; `qarunner node find` lists what there is")
    if missing:
        raise ConfigurationError(
            "with --yes nothing is asked, and something is missing", f"Give {', and '.join(missing)}"
        )


def check_free(context: Context, path: Path, name: str) -> None:
    """Refuse a name that is none, or that a node has.

    :raises ConfigurationError: says where that node stands.
    """
    file.check_name(name)
    configuration = context.configuration_of(name)
    keys = (("nodes", name, capability) for capability in CAPABILITIES)
    known = [value.source for key in keys for value in configuration.all(key)]
    if path.is_file() and not known:
        known = [value.source for key, value in read_toml(path).items() if key[:2] == ("nodes", name)]
    if known:
        problem = f"there is a node {name!r} already: {known[0]}"
        raise ConfigurationError(problem, "Give the new one another name; a node that is there is not changed")


def config_of(context: Context, wanted: Wanted) -> NodeConfig:
    """Return the configuration that the node will have.

    :raises ConfigurationError: there is no such driver, or an option is not usable.
    """
    from qarunner.opening import resolve_driver

    said: Table = {("nodes", wanted.name, name): Value(uri, f"--{name}") for name, uri in wanted.uris.items()}
    if wanted.model:
        said["nodes", wanted.name, "device"] = Value({"model": wanted.model}, "--model")
    configuration = context.configuration_of(wanted.name)
    config = Configuration([said, *configuration.tables], configuration.pack).node(wanted.name)
    for capability in CAPABILITIES:
        driver = getattr(config, capability)
        if driver is not None:
            resolve_driver(context.plugins, config, capability, driver)
    return config


def _ask(context: Context, path: Path, wanted: Wanted, arguments: argparse.Namespace) -> None:
    """Ask for all that no option gives, until what was chosen works or is wanted nonetheless."""
    from qarunner.commands.node.hardware import discover

    while not wanted.name:
        name = questions.ask("Name of the new node, such as living-room")
        try:
            check_free(context, path, name)
            wanted.name = name
        except ConfigurationError as error:
            show(error)
    say("Looking what this machine has ...")
    hardware = discover(context.plugins)
    for problem in hardware.problems:
        note(problem)
    given = dict(wanted.uris)
    while True:
        try:
            wanted.uris = {**_choose(hardware, given), **given}
            config = config_of(context, wanted)
            if not arguments.untried:
                _try(context, config, arguments, asks=True)
        except QarunnerError as error:
            show(error)
        else:
            return
        if not questions.agree("Choose again?"):
            raise QarunnerError("nothing was written", "--untried writes a node whose hardware is not there yet")
        given.clear()  # what an option gave may be what does not work


def _choose(hardware: Hardware, given: dict[str, str]) -> dict[str, str]:
    """Ask for what is not given; what belongs to the chosen capture is proposed for the rest."""
    chosen, device = {}, ""
    for capability, found in hardware.found.items():
        if capability in given:
            continue
        uri, belongs = questions.choose(TITLES[capability], found, device, first=capability == "capture")
        if uri:
            chosen[capability] = uri
        device = device or belongs
    if not chosen and not given:
        raise ConfigurationError("a node needs at least one of capture, remote, power and browser")
    return {name: chosen[name] for name in CAPABILITIES if name in chosen}


def _try(context: Context, config: NodeConfig, arguments: argparse.Namespace, *, asks: bool) -> None:
    """Open what was chosen, save a picture, press a key.

    :raises QarunnerError: something does not work.
    """
    if not (config.capture or config.remote or config.power):
        return  # a browser is started by the testcase that asks for it
    say(f"\nTrying node {config.id} ...")
    with trial.opened(context, config) as handle:
        if config.capture is not None:
            trial.try_picture(handle, arguments.picture or trial.free_picture(config.id))
        if config.power is not None:
            trial.try_power(handle)
        if arguments.key:
            trial.press(handle, arguments.key)
        elif config.remote is not None and asks:
            _press_what_is_asked(handle)


def _press_what_is_asked(handle: NodeHandle) -> None:
    known = handle.keys()
    usual = USUAL_KEY if known is None or USUAL_KEY in known else next(iter(known), "")
    key = questions.ask(f"A key to press, or {questions.NONE} to go on", usual)
    while key and key != questions.NONE:
        try:
            trial.press(handle, key)
        except QarunnerError as error:
            show(error)
        key = questions.ask("Another key, or empty to go on")
