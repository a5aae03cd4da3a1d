"""The two exceptions a scenario ends with, and the sentences that explain them.

behave keeps exceptions to itself and only tells a status. pytest, the outcome rule and a reader of the evidence need
the original exception with its traceback, so the runtime notes every `Problem` as it happens and raises one of these.
"""

from __future__ import annotations

import linecache
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


class HookError(Exception):
    """A hook of environment.py, or a clean-up it registered, raised; the original exception is the `__cause__`.

    It stands between so that an AssertionError of a hook is not mistaken for one of a step: a hook that raises says
    that the rig or the test is wrong, never the device.
    """


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong while a scenario ran.

    `where`: such as ``step 'Then I see the menu'`` or ``hook before_scenario``. `what`: such as ``failed``.
    `exception`: what was raised, with its traceback; None when nothing was (an undefined step).
    `fail`: the device is wrong (fail), as opposed to the rig or the test (error).
    """

    where: str
    what: str
    message: str = ""
    location: str = ""
    exception: BaseException | None = None
    fail: bool = False

    @property
    def sentence(self) -> str:
        """One paragraph such as ``step 'Then I see the menu' failed: it is not there (features/menu.feature:12)``."""
        details = f": {self.message}" if self.message else ""
        location = f" ({self.location})" if self.location else ""
        return f"{self.where} {self.what}{details}{location}"


class ScenarioProblem(Exception):  # noqa: N818 - the base of two; each of them is named for what it says
    """A scenario did not pass.

    `scenario`: behave's model of it, or the feature or rule whose hook raised. `problems`: everything that went wrong,
    in the order it happened; the first explains the rest. `exception`: the original exception of the first, with its
    traceback (a `HookError` around it when a hook raised), None when there was none.
    """

    def __init__(self, scenario: Any, problems: Sequence[Problem]) -> None:
        super().__init__(". ".join(problem.sentence for problem in problems))
        self.scenario = scenario
        self.problems = tuple(problems)
        self.exception = problems[0].exception


class ScenarioFailed(ScenarioProblem, AssertionError):  # noqa: N818 - a fail is not an error
    """The device is wrong: a step raised AssertionError, stbt's ``UITestFailure`` or called `pytest.fail`."""


class ScenarioError(ScenarioProblem):
    """The rig or the test is wrong: a hook, a clean-up, an undefined or pending step, any other exception of a step."""


def scenario_problem(scenario: Any, problems: Sequence[Problem]) -> ScenarioProblem:
    """Return the exception to raise. Its traceback is the original's, so that a debugger opens at the cause."""
    kind = ScenarioFailed if problems[0].fail else ScenarioError
    error: ScenarioProblem = kind(scenario, problems)
    original = error.exception
    if isinstance(original, HookError):
        original = original.__cause__
    if original is not None:
        error.__cause__ = error.exception
        error.__traceback__ = original.__traceback__
    return error


def is_failure(error: BaseException) -> bool:
    """Whether an exception raised by a step says that the device is wrong."""
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return True
    # Only a step that uses stbt_core can raise its exception, so the library need not be loaded to recognise it.
    stbt = sys.modules.get("stbt_core")
    return stbt is not None and isinstance(error, stbt.UITestFailure)


def hook_problem(where: str, error: BaseException) -> Problem:
    """Return the problem of a hook or clean-up that raised."""
    wrapped = HookError(f"{where}: {explain(error)}")
    wrapped.__cause__ = error
    return Problem(where, "raised an error", explain(error), raised_at(error), wrapped)


def explain(error: BaseException) -> str:
    """Return what an exception says as one paragraph; an ``assert`` without a message is quoted from the source."""
    paragraph = " ".join(str(error).split())
    if type(error) is AssertionError:
        return paragraph or _quoted_line(error)
    if isinstance(error, pytest.fail.Exception):
        return paragraph
    name = type(error).__name__
    return f"{name}: {paragraph}" if paragraph else name


def raised_at(error: BaseException) -> str:
    """Return ``file:line`` of the user's code that an exception came from, or an empty string."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_user_code(frame.filename)]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def is_user_code(filename: str) -> bool:
    """Whether a frame belongs to the test pack or its libraries, not to behave, asyncio, pytest or qarunner."""
    return not filename.startswith(_machinery())


def _quoted_line(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip() if frames else ""


def _machinery() -> tuple[str, ...]:
    loaded = (sys.modules.get(name) for name in ("qarunner", "behave", "asyncio", "_pytest", "pluggy"))
    return tuple(f"{Path(module.__file__).parent}/" for module in loaded if module is not None and module.__file__)
