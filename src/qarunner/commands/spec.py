"""How a plugin describes a verb of the ``qarunner`` command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

RUN = "Run and look"
SET_UP = "Set up"
SERVER = "Serve"
LISTS = "Test lists (QATrack+)"
PLUGINS = "Plugins"
OF_PLUGINS = "From plugins"


@dataclass(frozen=True)
class Command:
    """One verb.

    :param name: as typed, such as ``new-pack``; of two words, such as ``qatrack plan``, for one verb of a group to
        which any plugin may add its own.
    :param summary: one line for ``qarunner --help``.
    :param add_arguments: gets the verb's own parser; must import nothing heavy.
    :param run: gets the parsed arguments and returns the exit code; imports what it needs. A `qarunner.QarunnerError`
        is printed without a traceback and ends with exit code 2. Besides the verb's own, the arguments have
        ``context`` with the ``configuration``, the ``plugins`` and the ``pack`` (root of the test pack, or None).
    :param group: the heading under which ``qarunner --help`` lists it.
    """

    name: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    group: str = OF_PLUGINS
