"""``qarunner qatrack apply``: makes everything as it is defined; a second time there is nothing to do."""

from __future__ import annotations

import argparse

from qarunner.commands.qatrack.defining import add_arguments as add_arguments_of_both
from qarunner.commands.qatrack.defining import carry_out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add_arguments_of_both(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and show what was done; 0."""
    return carry_out(arguments, dry_run=False)
