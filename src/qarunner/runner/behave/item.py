"""A scenario, or a row of an outline, as a pytest item."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.mark.structures import Mark
from behave.model import ScenarioOutline
from behave.model_type import Status

from qarunner.runner.behave.failures import Problem, scenario_problem
from qarunner.runner.behave.layers import close_layers, reset
from qarunner.runner.behave.report import scenario_report
from qarunner.runner.behave.settings import STEP_LOG

if TYPE_CHECKING:
    from qarunner.runner.behave.collector import FeatureFile
    from qarunner.runner.behave.layers import Layer

_PYTESTS_OWN_MARKERS = frozenset({"filterwarnings", "parametrize", "skip", "skipif", "usefixtures", "xfail"})


class ScenarioItem(pytest.Item):
    """One scenario, run by behave.

    Its tags are keywords (``-k``) and markers (``-m``), whatever they are called: no tag need be registered. Tags that
    are called like pytest's own markers are keywords only, since ``@skip`` means nothing to behave by itself.
    """

    def __init__(self, *, scenario: Any, file: FeatureFile, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.scenario = scenario
        self.file = file
        for tag in sorted(scenario.effective_tags):
            self.keywords[tag] = True
            if tag not in _PYTESTS_OWN_MARKERS:
                self.own_markers.append(Mark(str(tag), (), {}, _ispytest=True))

    def setup(self) -> None:
        """Forget the steps of an earlier execution, and see that the feature and rule are entered.

        pytest knows when their set-up raised, but not when a time limit's KeyboardInterrupt ended it.
        """
        self.stash[STEP_LOG] = []
        for collector in (self.file, self.parent):
            layer: Layer | None = getattr(collector, "layer", None)
            if layer is None or not layer.entered:
                self.file.runtime.raise_failure()
                raise scenario_problem(None, [Problem(f"the set-up of {collector!r}", "was interrupted")])

    def runtest(self) -> None:
        """Run the scenario with its hooks; once more from the beginning when it has run before.

        :raises ScenarioFailed: the device is wrong.
        :raises ScenarioError: the rig or the test is wrong.
        :raises KeyboardInterrupt: as it was raised inside a hook or step, after the hooks that follow have run.
        """
        scenario, runtime = self.scenario, self.file.runtime
        recorder, runner = runtime.recorder, runtime.runner
        self._prepare()
        recorder.begin()
        runtime.give_attributes()
        depth = len(runner.context._stack)  # noqa: SLF001 - only behave knows how deep its layers are
        try:
            failed = scenario.run(runner)
        except BaseException:
            self._break_off(depth)
            raise
        finally:
            self._set_row(None)
            self.stash[STEP_LOG] = recorder.step_log(scenario)
        runtime.raise_interrupt()
        self._conclude(failed=failed)

    def _break_off(self, depth: int) -> None:
        """Do what is left of the scenario's end after an interrupt in the midst of behave's own code."""
        runner, recorder = self.file.runtime.runner, self.file.runtime.recorder
        if self.scenario.should_run(runner.config) and "after_scenario" not in recorder.hooks_run:
            runner.run_hook("after_scenario", self.scenario)
        close_layers(runner.context, depth)

    def _prepare(self) -> None:
        scenario, file = self.scenario, self.file
        key = id(scenario)
        if key in file.reached or key not in file.runtime.selection.scenarios:
            # A repetition, or one that was not to run when the session began.
            # What the feature or its rule has skipped for good stays skipped.
            if not any(parent.should_skip for parent in self._parents()):
                reset(scenario)
        elif isinstance(scenario.parent, ScenarioOutline) and id(scenario.parent) not in file.outlines:
            file.outlines.add(id(scenario.parent))
            scenario.parent.clear_status()
        file.reached.add(key)
        self._set_row(scenario._row)  # noqa: SLF001 - as behave's own outline does

    def _parents(self) -> list[Any]:
        parents, entity = [], self.scenario.parent
        while entity is not None:
            parents.append(entity)
            entity = entity.parent
        return parents

    def _set_row(self, row: Any) -> None:
        if self.scenario._row is not None:  # noqa: SLF001 - as behave's own outline does
            context = self.file.runtime.context
            context._set_root_attribute("active_outline", row)  # noqa: SLF001 - as behave's own outline does

    def _conclude(self, *, failed: bool) -> None:
        scenario, runtime = self.scenario, self.file.runtime
        status = scenario.status
        if failed or (status is not Status.passed and status.has_failed()):
            problems = runtime.recorder.problems or [
                Problem(f"scenario '{scenario.name}'", f"ended as {status.name}", location=str(scenario.location))
            ]
            if runtime.configuration.stop:
                self.session.shouldfail = "stopping after the first failure, as behave's configuration says"
            raise scenario_problem(scenario, problems)
        if runtime.runner.aborted:
            self.session.shouldstop = "context.abort() was called"
        if status is Status.skipped:
            raise self._skip(self._skip_reason())
        if status is not Status.passed:
            dry = runtime.configuration.dry_run
            raise self._skip("dry run, as behave's configuration says" if dry else "the run was aborted")

    def _skip_reason(self) -> str:
        scenario = self.scenario
        reason = next((each.skip_reason for each in (scenario, *self._parents()) if each.skip_reason), None)
        if reason:
            return str(reason)
        if scenario.should_skip:
            return "skipped by the pack"
        configuration = self.file.runtime.configuration
        if not scenario.should_run_with_tags(configuration.tag_expression):
            tags = configuration.tags
            return f"excluded by the tags {tags if isinstance(tags, str) else ' and '.join(tags)}"
        return "excluded by its name, as behave's configuration says"

    @staticmethod
    def _skip(reason: str) -> BaseException:
        # The item's own location, so that reports name the feature file and not this line.
        return pytest.skip.Exception(reason, _use_item_location=True)

    def _repr_failure_py(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        # The private one: pytest asks it for errors of set-up and teardown, and `repr_failure` for the others only.
        report = scenario_report(self, excinfo)
        return report if report is not None else super()._repr_failure_py(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the file, the line counted from 0, and the name for reports."""
        return self.path, self.scenario.line - 1, self.name
