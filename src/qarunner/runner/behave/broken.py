"""A feature file that does not parse, as a pytest item."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from behave.parser import ParserError

from qarunner.runner.behave.failures import Problem, explain, scenario_problem
from qarunner.runner.behave.report import scenario_report

PARSE_ERROR = "<parse error>"


class BrokenFeature(pytest.Item):
    """Stands for the scenarios of a feature file that does not parse, and is an error."""

    def __init__(self, *, error: Exception, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.error = error
        self.line = getattr(error, "line", None) or 1

    def setup(self) -> None:
        """Tell what is wrong with the file, and where.

        :raises ScenarioError: always.
        """
        reason = self.error.args[0] if isinstance(self.error, ParserError) else explain(self.error)
        location = f"{self.session._node_location_to_relpath(self.path)}:{self.line}"  # noqa: SLF001 - as pytest shows it
        problem = Problem("the feature file", "cannot be read", " ".join(str(reason).split()), location, self.error)
        raise scenario_problem(None, [problem])

    def runtest(self) -> None:
        """Do nothing: the set-up has said it."""

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the file, the line counted from 0, and the name for reports."""
        return self.path, self.line - 1, self.name

    def _repr_failure_py(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        report = scenario_report(self, excinfo)
        return report if report is not None else super()._repr_failure_py(excinfo, style)
