"""The ``qarunner`` command: one file per verb, each registered through the `qa_commands` hook.

Listing the verbs imports none of their files; a file is imported when its verb's arguments are read.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner.commands.spec import LISTS, PLUGINS, RUN, SERVER, SET_UP, Command
from qarunner.hookspecs import hookimpl

if TYPE_CHECKING:
    import argparse

_VERBS = (
    (RUN, "demo", "run the example test pack on the virtual set-top box"),
    (RUN, "run", "run testcases of this checkout on a server's node, and bring home what came of it"),
    (RUN, "tests", "list the testcases of a test pack without importing it"),
    (RUN, "nodes", "list the nodes and who uses them"),
    (RUN, "screenshot", "save what a node shows right now"),
    (RUN, "press", "press keys of a node's remote"),
    (RUN, "fault", "list a node's faults, or have one on until Ctrl-C"),
    (RUN, "crop", "cut a reference image from a live frame, and try it at once"),
    (RUN, "results", "list runs and their results"),
    (RUN, "deliver", "deliver what earlier runs left undelivered"),
    (RUN, "selftest", "run page objects over saved screenshots, without a device"),
    (SET_UP, "node", "find this machine's grabbers, remotes, displays and browsers, and add a node"),
    (SET_UP, "new-pack", "make a test pack with a testcase and a feature that pass"),
    (SET_UP, "config", "show each value of the configuration and where it came from"),
    (SET_UP, "doctor", "look at this machine: what works, what is missing, what installs it"),
    (SERVER, "serve", "serve the quality store, the portal and the APIs"),
    (SERVER, "user", "manage the users of a server"),
    (SERVER, "token", "manage the access tokens of a server's users"),
    (SERVER, "backup", "copy a server's store to a folder, also while it serves"),
    (SERVER, "restore", "make a store out of a backup"),
    (SERVER, "migrate", "bring a store to the layout of this release, after a backup"),
    (SERVER, "clean", "delete old results of a server, after a look at what would go"),
    (SERVER, "keys", "list or rotate the keys of a server's store"),
    (LISTS, "qatrack plan", "propose test lists from a run's testcases and measurements"),
    (LISTS, "qatrack show", "say what config/qatrack would change of a server's units, test lists and limits"),
    (LISTS, "qatrack apply", "change a server's units, test lists and limits as config/qatrack says"),
    (PLUGINS, "plugins", "list the plugins and what they offer"),
    (PLUGINS, "new-plugin", "make a package with a working driver and its test"),
)


@hookimpl
def qa_commands() -> Iterable[Command]:
    """Offer the verbs that qarunner brings along."""
    return tuple(_command(*verb) for verb in _VERBS)


def _command(group: str, name: str, summary: str) -> Command:
    module = f"{__name__}.{name.replace('-', '_').replace(' ', '.')}"

    def add_arguments(parser: argparse.ArgumentParser) -> None:
        importlib.import_module(module).add_arguments(parser)

    def run(arguments: argparse.Namespace) -> int:
        code: int = importlib.import_module(module).run(arguments)
        return code

    return Command(name, summary, add_arguments, run, group)
