"""How a plugin describes a reporter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qarunner.drivers import NoOptions, Options

if TYPE_CHECKING:
    from qarunner.protocols import ResultReporter, RunReporter, RunSender


@dataclass(frozen=True)
class ReporterDescription:
    """A reporter as a plugin offers it through the `qa_reporters` hook.

    :param name: by which ``[reporters.NAME]`` configures it and ``--qa-reporter NAME`` chooses it.
    :param summary: one line for lists.
    :param open: makes the reporter from its validated options; imports what it needs here.
    :param options: the typed options.
    :param on_by_default: whether a run uses it without being asked.
    """

    name: str
    summary: str
    open: Callable[[Any], RunReporter | RunSender | ResultReporter]
    options: type[Options] = NoOptions
    on_by_default: bool = False
