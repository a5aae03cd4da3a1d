"""Reporter ``html``: ``report.html`` in the run directory, which works from disk, without a server or a network.

The report is one light page with an index of all results. What belongs to a single result lies in a file of its own
below ``report/results/`` and is loaded when somebody opens that result. Video, pictures and logs stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import msgspec

from qarunner import Options, ReporterDescription, hookimpl

if TYPE_CHECKING:
    from qarunner_plugins.report_html.reporter import HtmlReporter


class HtmlOptions(Options, frozen=True):
    """Options of the reporter."""

    title: Annotated[str, msgspec.Meta(description="title of the page; the node's name without it")] = ""
    log_limit: Annotated[
        int, msgspec.Meta(ge=0, le=10_000_000, description="bytes of a log that are shown in the report, from its end")
    ] = 64_000


@hookimpl
def qa_reporters() -> Iterable[ReporterDescription]:
    """Offer the reporter."""
    yield ReporterDescription(
        name="html",
        summary="report.html with video, timeline and log side by side",
        open=_open,
        options=HtmlOptions,
        on_by_default=True,
    )


def _open(options: HtmlOptions) -> HtmlReporter:
    from qarunner_plugins.report_html.reporter import HtmlReporter

    return HtmlReporter(options)
