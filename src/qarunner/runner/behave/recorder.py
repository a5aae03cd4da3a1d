"""What happens while behave runs a scenario, noted as it happens: steps, and everything that goes wrong.

The recorder is the one formatter behave gets, which is how behave tells of steps. It tells little of exceptions, so the
guards around hooks and steps (module `guards`) bring those here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from behave.exception import StepNotImplementedError
from behave.model_type import Status

from qarunner.runner.behave.failures import Problem, explain, hook_problem, is_failure
from qarunner.runner.behave.settings import EXECUTING, BehaveSettings, StepEntry


class Recorder:
    """Notes of the current scenario, or of the feature or rule that is entered or left.

    `problems`: what went wrong since `begin`, in the order it happened. `interrupt`: the KeyboardInterrupt or
    `pytest.exit` that behave kept to itself. `hooks_run`: names of the hooks that were called. `depth`: 1 inside a
    step, 2 inside a sub-step of `execute_steps`, ...
    """

    def __init__(self, settings: BehaveSettings) -> None:
        self.problems: list[Problem] = []
        self.interrupt: BaseException | None = None
        self.hooks_run: set[str] = set()
        self.depth = 0
        self.sub_problem: Problem | None = None
        self._settings = settings
        self._entries: list[StepEntry] = []
        self._started = 0.0
        self._sub_failure: tuple[BaseException, Problem] | None = None

    def begin(self) -> None:
        """Forget what is noted."""
        self.problems = []
        self.interrupt = None
        self.hooks_run = set()
        self.depth = 0
        self.sub_problem = self._sub_failure = None
        self._entries = []

    def step_log(self, scenario: Any) -> list[StepEntry]:
        """Return all steps of the scenario, those that were never reached included."""
        log, reached = self._entries, len(self._entries)
        for number, step in enumerate(scenario.all_steps):
            if number >= reached:
                log.append(StepEntry(step.keyword, step.name, step.status.name, location=str(step.location)))
        return log

    # What the guards tell.

    def hook_raised(self, where: str, error: BaseException) -> None:
        """Note what a hook or a clean-up raised."""
        self.problems.append(hook_problem(where, error))

    def step_raised(self, step: Any, error: BaseException) -> None:
        """Note what a step raised. A sub-step's is kept for the step that runs it."""
        name = _step_name(step)
        inner = self._sub_failure[1] if self._sub_failure is not None and self._sub_failure[0] is error else None
        if inner is not None:
            told = replace(inner, location="").sentence  # the text of sub-steps is no file
            what = "failed" if inner.fail else "raised an error"
            problem = Problem(name, what, f"sub-{told}", str(step.location), inner.exception, inner.fail)
        else:
            problem = _raised(name, step, error)
        if self.depth > 1:
            self.sub_problem = problem
        else:
            self.problems.append(problem)

    def step_undefined(self, step: Any) -> None:
        """Note that no step definition fits a sub-step; the undefined steps of a scenario arrive as results."""
        if self.depth > 0:
            self.sub_problem = _undefined(step)

    def sub_step_failed(self, error: AssertionError) -> None:
        """Remember which trouble of a sub-step stands behind the AssertionError of `execute_steps`."""
        if self.sub_problem is not None:
            self._sub_failure = (error, self.sub_problem)
            error.__cause__ = self.sub_problem.exception

    @contextmanager
    def watching_cleanups(self, layer: str) -> Iterator[None]:
        """Note what clean-ups raise, and let it go on in a form that behave counts as an error of a clean-up."""
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.hook_raised(f"clean-up of the {layer}", error)
            if isinstance(error, Exception):
                raise
            # pytest.skip and the like pass every `except Exception` and would leave behave's layers unbalanced.
            raise RuntimeError(str(error)) from error

    # behave's formatter interface.

    def scenario(self, _scenario: Any) -> None:
        """Begin a scenario, or an attempt at it: a pack may use behave's own retries."""
        if self._entries or self.problems:
            interrupt = self.interrupt
            self.begin()
            self.interrupt = interrupt

    def step(self, step: Any) -> None:
        """Pass over the announcement of a step: all of them are announced before the first runs."""

    def match(self, match: Any) -> None:
        """Begin a step."""
        self._started = time.monotonic()
        step = getattr(match, "step", None)  # behave's own NoMatch, of an undefined step, has none
        if self._settings.on_step_start is not None and step is not None:
            entry = StepEntry(step.keyword, step.name, EXECUTING, self._started, 0.0, str(step.location))
            self._settings.on_step_start(entry)

    def result(self, step: Any) -> None:
        """End a step."""
        status = step.status
        message = ""
        if status is Status.undefined:
            self.problems.append(_undefined(step))
        if status is not Status.passed and status.has_failed():
            if self.interrupt is None and isinstance(step.exception, KeyboardInterrupt):
                self.interrupt = step.exception  # it struck between the step's function and its guard
            message = next((each.message for each in self.problems if each.location == str(step.location)), "")
            message = message or (self.problems[-1].sentence if self.problems else step.error_message or "")
        elif self.problems:
            # The step raised and goes on nonetheless: it is pending in a scenario tagged @wip, or a hook forgave it.
            self._forgive(step)
        entry = StepEntry(
            step.keyword,
            step.name,
            status.name,
            self._started,
            time.monotonic() - self._started,
            str(step.location),
            message,
        )
        self._entries.append(entry)
        if self._settings.on_step is not None:
            self._settings.on_step(entry)

    def embedding(self, mime_type: str, data: bytes) -> None:
        """Pass on what a step attaches."""
        if self._settings.on_attachment is not None:
            self._settings.on_attachment(mime_type, data)

    def _forgive(self, step: Any) -> None:
        location = str(step.location)
        self.problems = [problem for problem in self.problems if problem.location != location]


def _undefined(step: Any) -> Problem:
    return Problem(_step_name(step), "is undefined", "no step definition fits it", str(step.location))


def _raised(name: str, step: Any, error: BaseException) -> Problem:
    location = str(step.location)
    if isinstance(error, StepNotImplementedError):
        return Problem(name, "is pending", explain(error), location, error)
    if is_failure(error):
        return Problem(name, "failed", explain(error), location, error, fail=True)
    return Problem(name, "raised an error", explain(error), location, error)


def _step_name(step: Any) -> str:
    return f"step '{step.keyword} {step.name}'"
