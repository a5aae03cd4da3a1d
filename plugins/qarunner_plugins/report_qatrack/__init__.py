"""Reporter ``qatrack``: fills in the test lists of a QATrack+, or of a qarunner server, with what a run found out.

`options` are the settings, `connection` speaks HTTP, `definitions` looks up unit, collection and tests, `values` maps
results onto tests, `attachments` and `body` make of that what is posted, `posting` sends it and reads the answers,
`verdicts` shows the server's opinion, `record` remembers, `reporter` does all that for a run, and `checking` looks
before a run whether it would work.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner import ReporterDescription, hookimpl

from .options import QatrackOptions

if TYPE_CHECKING:
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


def open_reporter(options: QatrackOptions) -> QatrackReporter:
    """Return the reporter.

    :raises ConfigurationError: it is not said where the server is, or a setting cannot be used.
    """
    from .options import settings_of
    from .reporter import QatrackReporter

    return QatrackReporter(settings_of(options))
