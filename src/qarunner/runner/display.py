"""Shows an outcome in pytest's own summary and ``--junitxml`` as it is in ``result.json``.

pytest calls every exception of the call phase a failure. A report that the outcome rule calls an error carries
`ERROR_MARK`; here it becomes ``E`` and ERROR on the terminal and ``<error>`` in the XML.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

ERROR_MARK = "qarunner_error"
RETRIED_MARK = "qarunner_retried"


class DisplayPlugin:
    """The pytest hooks that show reports."""

    def __init__(self, plugins: pytest.PytestPluginManager) -> None:
        self._plugins = plugins

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, Any] | None:
        """Name the category, letter and word of a report."""
        if getattr(report, RETRIED_MARK, False):
            return "retried", "R", ("RETRIED", {"yellow": True})
        if getattr(report, ERROR_MARK, False) and report.when == "call":
            return "error", "E", ("ERROR", {"red": True})
        return None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, Any, Any]:
        """Let ``--junitxml`` see an error of the call phase as what it is."""
        if not getattr(report, ERROR_MARK, False) or report.when != "call":
            return (yield)
        junit: Any = next((p for p in self._plugins.get_plugins() if type(p).__name__ == "LogXML"), None)
        seen = _junit_failures(junit, report)
        answer = yield
        for element in _junit_failures(junit, report) - seen:
            element.tag = "error"
            junit.stats["failure"] -= 1
            junit.stats["error"] += 1
        return answer


def _junit_failures(junit: Any, report: pytest.TestReport) -> set[Any]:
    """Return the ``<failure>`` elements which pytest's writer holds for a report, as a set of elements."""
    if junit is None:
        return set()
    return {element for element in junit.node_reporter(report).nodes if element.tag == "failure"}
