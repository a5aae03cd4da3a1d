"""``qarunner remote learn NAME``: records the keys of a real remote control for the driver `lirc`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner import Command, hookimpl

if TYPE_CHECKING:
    import argparse


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from qarunner_plugins.remote_learn.verb import add_arguments

    add_arguments(parser)


def _run(arguments: argparse.Namespace) -> int:
    from qarunner_plugins.remote_learn.verb import run

    return run(arguments)


@hookimpl
def qa_commands() -> Iterable[Command]:
    """Offer the verb."""
    return (Command("remote", "learn the keys of a real remote control", _add_arguments, _run, "Set up"),)
