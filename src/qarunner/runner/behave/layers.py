"""Entering and leaving a feature or a rule: what behave does around its scenarios.

It is spread over pytest's set-up and teardown: pytest knows which items run, and in which order, so it decides when a
feature begins and ends.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from behave.model_type import Status

from qarunner.runner.behave.failures import Problem, scenario_problem

if TYPE_CHECKING:
    from qarunner.runner.behave.runtime import Runtime


class Layer:
    """One execution of a feature or rule around its scenarios.

    :param entity: behave's model of it.
    :param runtime: is started.

    `entered`: the before hooks have run and none of them raised.
    """

    def __init__(self, entity: Any, runtime: Runtime) -> None:
        self.entity = entity
        self.entered = False
        self._runtime = runtime
        self._hooks_called = False
        self._depth = len(runtime.context._stack)  # noqa: SLF001 - only behave knows how deep its layers are

    def enter(self) -> None:
        """Open the context's layer and run the before hooks.

        :raises ScenarioError: one of them raised; the scenarios of the layer cannot run, but it must be left.
        """
        entity, runner, recorder = self.entity, self._runtime.runner, self._runtime.recorder
        context = runner.context
        recorder.begin()
        entity.clear_status()
        entity.hook_failed = False
        entity.run_starttime = time.time()
        context._push(layer=entity.type)  # noqa: SLF001 - as behave's own model does
        context.tags = set(entity.tags)
        entity._setup_context_for_run(context)  # noqa: SLF001 - as behave's own model does
        self._runtime.give_attributes()
        if not runner.config.dry_run and entity.should_run(runner.config):
            self._run_before_hooks()
        self.entered = True

    def _run_before_hooks(self) -> None:
        entity, runner = self.entity, self._runtime.runner
        self._hooks_called = True
        runner.run_hook_tags_with_capture("before_tag", entity.tags)
        runner.run_hook_with_capture(f"before_{entity.type}", entity)
        self._runtime.raise_interrupt()
        if entity.hook_failed:
            problems = self._runtime.recorder.problems or [Problem(f"hook before_{entity.type}", "failed")]
            raise scenario_problem(entity, problems)

    def leave(self) -> None:
        """Run the after hooks and close the context's layer with its clean-ups.

        :raises ScenarioError: one of them raised.
        """
        entity, runner, recorder = self.entity, self._runtime.runner, self._runtime.recorder
        recorder.begin()
        entity.clear_status()
        if self._hooks_called:
            runner.run_hook_with_capture(f"after_{entity.type}", entity)
            runner.run_hook_tags_with_capture("after_tag", entity.tags)
            if entity.hook_failed:
                entity.set_status(Status.hook_error)
        if not close_layers(runner.context, self._depth):
            entity.set_status(Status.cleanup_error)
        entity.run_endtime = time.time()
        self._runtime.raise_interrupt()
        if recorder.problems:
            raise scenario_problem(entity, recorder.problems)


def close_layers(context: Any, depth: int) -> bool:
    """Close the context's layers above `depth` with their clean-ups; return whether all of these went well.

    There is one, unless an interrupt in the midst of behave's own code left more behind.
    """
    clean = True
    while len(context._stack) > depth:  # noqa: SLF001 - as behave's own model does
        try:
            context._pop()  # noqa: SLF001 - as behave's own model does
        except Exception:  # noqa: BLE001 - noted by the context, where it was raised
            clean = False
    return clean


def skip_unreached(scenario: Any) -> None:
    """Give a scenario that is left out the status behave gives it: skipped, with all its steps."""
    for step in scenario.all_steps:
        step.status = Status.skipped
    scenario.clear_status()
    if not scenario.steps:
        scenario.set_status(Status.skipped)


def reset(scenario: Any) -> None:
    """Make a scenario as new. Upstream's own reset forgets the row of the outline, which `active_outline` needs."""
    row = scenario._row  # noqa: SLF001 - see above
    scenario.reset()
    scenario._row = row  # noqa: SLF001 - see above
