"""The reporter itself: what the outbox calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner import SentRun, list_of_testcase

from .sending import Sending

if TYPE_CHECKING:
    from qarunner import Result, Run

    from .options import Settings


class QatrackReporter:
    """Sends runs. Used by one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, run: Run, results: Sequence[Result], folder: Path) -> SentRun:
        """Send each list of a run that is not there yet."""
        sending = Sending(self._settings, run, folder)
        try:
            for (node, name), of_list in lists_of(results, self._settings).items():
                sending.send(node, name, of_list)
        finally:
            sending.close()
        return sending.outcome()


def lists_of(results: Iterable[Result], settings: Settings) -> dict[tuple[str, str], list[Result]]:
    """Return the finished results by node and name of their list."""
    lists: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.finished:
            name = settings.list_name(list_of_testcase(result.testcase, result.markers))
            lists.setdefault((result.node, name), []).append(result)
    return lists
