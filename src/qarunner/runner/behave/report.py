"""A scenario that did not pass, as a person reads it in pytest's report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from qarunner.runner.behave.failures import HookError, Problem, ScenarioProblem, explain, is_user_code, raised_at
from qarunner.runner.behave.settings import STEP_LOG, StepEntry

if TYPE_CHECKING:
    from _pytest._io import TerminalWriter

_BAD = frozenset({"failed", "error", "undefined", "pending", "hook_error", "cleanup_error"})


@dataclass(frozen=True)
class Crash:
    """The one-line form of a failure, where pytest looks for it (``reprcrash``)."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message.splitlines()[0]}"


class ScenarioReport:
    """What pytest prints: the scenario with its steps, a mark at those that went wrong, then each problem."""

    def __init__(
        self, title: str, steps: list[StepEntry], problems: Sequence[Problem], crash: Crash, style: Any
    ) -> None:
        self.reprcrash = crash
        self._title = title
        self._steps = steps
        self._problems = [(problem, _traceback(problem, style)) for problem in problems]

    def toterminal(self, writer: TerminalWriter) -> None:
        """Write the report."""
        writer.line(self._title)
        width = max((len(step.keyword) + len(step.name) for step in self._steps), default=0)
        for step in self._steps:
            bad = step.status in _BAD
            text = f"{'>' if bad else ' '} {step.status:<9} {step.keyword} {step.name}"
            gap = " " * (width - len(step.keyword) - len(step.name))
            writer.line(f"{text}{gap}  {step.location}", red=bad)
        for problem, trace in self._problems:
            writer.line()
            writer.line(problem.sentence, red=True, bold=True)
            if trace is not None:
                writer.line()
                trace.toterminal(writer)

    def __str__(self) -> str:
        from io import StringIO

        from _pytest._io import TerminalWriter

        text = StringIO()
        self.toterminal(TerminalWriter(text))
        return text.getvalue().strip()


def scenario_report(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> ScenarioReport | None:
    """Return the report of what a feature's item raised, or None when pytest should show it its own way."""
    error = excinfo.value
    if item.config.getoption("fulltrace", default=False):
        return None
    problems = error.problems if isinstance(error, ScenarioProblem) else _ended_by(item, error)
    if not problems:
        return None
    style = item.config.getoption("tbstyle", default="auto")
    path, line, name = item.reportinfo()
    crash = Crash(str(path), (line or 0) + 1, problems[0].sentence if len(problems) == 1 else str(error))
    title = f"{item.location[0]}:{crash.lineno} {name}"
    return ScenarioReport(title, item.stash.get(STEP_LOG, []), problems, crash, "short" if style == "auto" else style)


def _ended_by(item: pytest.Item, error: BaseException) -> tuple[Problem, ...]:
    """Return the problem of an exception that ended a scenario from outside, such as a time limit's."""
    origin = error.__cause__ or error
    if not raised_at(origin):
        return ()
    return (Problem(f"scenario '{item.name}'", "was ended", explain(error), raised_at(origin), origin),)


def _traceback(problem: Problem, style: Any) -> Any:
    original = problem.exception
    if isinstance(original, HookError):
        original = original.__cause__
    if original is None or style in ("no", "line"):
        return None
    info = pytest.ExceptionInfo.from_exception(original)
    if not any(is_user_code(str(entry.path)) for entry in info.traceback):
        return None
    return info.getrepr(style=style, tbfilter=_user_frames)


def _user_frames(info: pytest.ExceptionInfo[BaseException]) -> Any:
    frames = info.traceback.filter(lambda entry: is_user_code(str(entry.path)))
    return frames or info.traceback
