"""The one behave runtime of a pytest session: started at the first scenario that runs, stopped after the last."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from behave.runner import Runner
from behave.step_registry import registry

from qarunner.errors import ConfigurationError
from qarunner.runner.behave.configuration import PackConfiguration, base_directory, read_configuration
from qarunner.runner.behave.context import RecordingContext
from qarunner.runner.behave.failures import Problem, ScenarioProblem, explain, raised_at, scenario_problem
from qarunner.runner.behave.guards import StepLookup, guard_hooks
from qarunner.runner.behave.recorder import Recorder
from qarunner.runner.behave.settings import BEHAVE_SETTINGS, BehaveSettings


class Selection(NamedTuple):
    """behave's models of the features that will run, and the `id` of each scenario of them that will."""

    features: list[Any]
    scenarios: frozenset[int]


class Runtime:
    """behave's runner with one pack's hooks and steps.

    :param configuration: of behave.
    :param settings: what our runner tells it.
    :param base: the directory with the pack's ``steps/`` and ``environment.py``.
    """

    def __init__(self, configuration: PackConfiguration, settings: BehaveSettings, base: Path) -> None:
        self.configuration = configuration
        self.settings = settings
        self.base = base
        self.recorder = Recorder(settings)
        self.runner: Any = None
        self.selection = Selection([], frozenset())
        self._loaded = False
        self._failure: ScenarioProblem | None = None
        self._added_paths: list[str] = []
        self._steps_before: Any = None

    @property
    def context(self) -> Any:
        """Behave's context; there is one from `start` to `stop`."""
        return self.runner.context

    def start(self, session: pytest.Session, select: Callable[[], Selection]) -> None:
        """Load the pack and run before_all, unless that is done. The session's end stops it.

        :param select: tells what will run; called once.
        :raises ScenarioError: the pack cannot be loaded or before_all raised; the same for every feature after it.
        """
        if self.runner is None:
            session.addfinalizer(self.stop)
            self.selection = select()
            try:
                self._start(self.selection.features)
            except BaseException as error:
                # A time limit while the pack is loaded, say. What is half started must not go on with the next feature.
                problem = Problem("behave", "could not be started", explain(error), raised_at(error), error)
                self._failure = self._failure or scenario_problem(None, [problem])
                raise
        self.raise_failure()

    def raise_failure(self) -> None:
        """Raise what kept behave from being started, if anything did."""
        if self._failure is not None:
            raise self._failure

    def give_attributes(self) -> None:
        """Set what the runner provides, such as ``context.node``."""
        self.context.give(self.settings.context_attributes())

    def raise_interrupt(self) -> None:
        """Raise what behave kept to itself: Ctrl-C, a time limit or `pytest.exit` inside a hook or a step.

        behave takes every KeyboardInterrupt for the end of the run. One of a class of its own, such as a time limit's,
        is only the end of a scenario.
        """
        interrupt = self.recorder.interrupt
        if interrupt is None:
            return
        self.recorder.interrupt = None
        if isinstance(interrupt, KeyboardInterrupt) and type(interrupt) is not KeyboardInterrupt:
            self.runner.aborted = False
        raise interrupt

    def stop(self) -> None:
        """Run after_all and the remaining clean-ups, and undo what `start` did to the process."""
        self.recorder.begin()
        try:
            if self._loaded:
                self.runner.run_hook_with_capture("after_all")
                self._clean_up(self.runner.context)
            self.raise_interrupt()
        finally:
            self.runner = self._failure = None
            registry.steps = self._steps_before
            for path in self._added_paths:
                if path in sys.path:
                    sys.path.remove(path)
            self._added_paths = []
        if self.recorder.problems:
            raise scenario_problem(None, self.recorder.problems)

    def _start(self, features: list[Any]) -> None:
        self.recorder.begin()
        # Step decorators of every pack fill the one registry of the process: this pack gets it empty.
        self._steps_before = registry.steps
        registry.clear()
        self.runner = runner = Runner(self.configuration)
        runner.features = features
        runner.base_dir = self.configuration.base_dir = str(self.base)
        self.configuration.paths = [str(self.base)]
        runner.formatters = [self.recorder]
        runner.context = RecordingContext(runner, self.recorder)
        runner.step_registry = StepLookup(registry, self.recorder)
        for path in (str(Path.cwd()), str(self.base)):
            sys.path.insert(0, path)
            self._added_paths.append(path)
        self._loaded = self._load(runner)
        if self._loaded:
            self._run_before_all(runner)

    def _load(self, runner: Any) -> bool:
        loading = self.configuration.environment_file
        try:
            runner.load_hooks()
            guard_hooks(runner.hooks, self.recorder)
            loading = f"{self.configuration.steps_dir}/"
            if (self.base / self.configuration.steps_dir).is_dir():
                runner.load_step_definitions()
        except KeyboardInterrupt:
            raise  # to `start`, which lets it through
        except BaseException as error:  # noqa: BLE001 - a pack that calls sys.exit on import is an error of the pack
            where = os.path.relpath(self.base / loading)
            problem = Problem(where, "cannot be loaded", explain(error), raised_at(error), error)
            self._failure = scenario_problem(None, [problem])
            return False
        return True

    def _run_before_all(self, runner: Any) -> None:
        runner.hook_failures = 0
        self.give_attributes()
        runner.run_hook("before_all")
        interrupt = self.recorder.interrupt
        if interrupt is not None and not self.recorder.problems:
            self.recorder.problems.append(Problem("hook before_all", "was interrupted"))
        if self.recorder.problems:
            self._failure = scenario_problem(None, self.recorder.problems)
        self.raise_interrupt()

    def _clean_up(self, context: Any) -> None:
        try:
            context._do_remaining_cleanups()  # noqa: SLF001 - upstream keeps it for its own runner, whose place we take
        except Exception as error:  # noqa: BLE001 - noted where it was raised
            if not self.recorder.problems:
                self.recorder.hook_raised("clean-up after all", error)


_RUNTIME = pytest.StashKey[Runtime]()


def runtime_for(config: pytest.Config, feature: Path) -> Runtime:
    """Return the runtime a feature file belongs to; the first one of a session makes it, without loading the pack.

    :raises ConfigurationError: behave's configuration is not usable, or the feature is of a second pack.
    """
    runtime = config.stash.get(_RUNTIME, None)
    if runtime is None:
        settings = config.stash.get(BEHAVE_SETTINGS, None) or BehaveSettings()
        configuration = read_configuration(settings, settings.pack_root or config.rootpath)
        runtime = Runtime(configuration, settings, base_directory(feature, configuration))
        config.stash[_RUNTIME] = runtime
    base = base_directory(feature, runtime.configuration)
    if base != runtime.base:
        raise ConfigurationError(
            f"{feature} belongs to {base}, but this session already runs the features of {runtime.base}",
            "behave's steps are global to a process: run one pack per pytest process.",
        )
    return runtime


def reset_aborted(config: pytest.Config) -> None:
    """Let the scenarios after an interrupted one run, if the interrupt was a plain KeyboardInterrupt."""
    runtime = config.stash.get(_RUNTIME, None)
    if runtime is not None and runtime.runner is not None:
        runtime.runner.aborted = False
