"""Reporter ``qatrack``: fills in the test lists of a QATrack+, or of a qarunner server, with what a run found out.

`options` are the settings, `connection` speaks HTTP, `definitions` looks up unit, collection and tests. `values` maps
results onto tests (with `facts`, `composites`), `attachments` and `body` make of that what is posted, `posting` sends
it and reads the answers, `verdicts` and `telling` say what came of it, `record` remembers. `sending` does all that for
the run that `reporter` is given; `checking` looks before a run whether it would work, for the verb in `command`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner import Command, ReporterDescription, hookimpl

from .options import QatrackOptions

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from .reporter import QatrackReporter


@hookimpl
def qa_reporters() -> Iterable[ReporterDescription]:
    """Offer the reporter."""
    yield ReporterDescription(
        name="qatrack",
        summary="test lists of a QATrack+, or of a qarunner server",
        open=open_reporter,
        options=QatrackOptions,
    )


@hookimpl
def qa_commands() -> Iterable[Command]:
    """Offer the verb that looks before a run."""

    def add_arguments(parser: ArgumentParser) -> None:
        from . import command

        command.add_arguments(parser)

    def run(arguments: Namespace) -> int:
        from . import command

        return command.run(arguments)

    summary = "look before a run whether the reporter qatrack could send it"
    yield Command("qatrack check", summary, add_arguments, run, group="Test lists (QATrack+)")


def open_reporter(options: QatrackOptions) -> QatrackReporter:
    """Return the reporter.

    :raises ConfigurationError: it is not said where the server is, or a setting cannot be used.
    """
    from .options import settings_of
    from .reporter import QatrackReporter

    return QatrackReporter(settings_of(options))
