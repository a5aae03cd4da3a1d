"""Feature files and rules as pytest collectors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from behave.parser import parse_file

from qarunner.errors import ConfigurationError
from qarunner.runner.behave.broken import PARSE_ERROR, BrokenFeature
from qarunner.runner.behave.item import ScenarioItem
from qarunner.runner.behave.layers import Layer, reset, skip_unreached
from qarunner.runner.behave.names import named_scenarios
from qarunner.runner.behave.runtime import Runtime, Selection, runtime_for
from qarunner.runner.behave.selection import SelectionPlugin


class FeatureFile(pytest.File):
    """A ``.feature`` file. Its items are its scenarios, also those inside rules, named as `names` says."""

    feature: Any = None
    runtime: Runtime
    layer: Layer | None = None
    _entered_before = False

    def collect(self) -> Iterator[pytest.Item]:
        """Parse the file; nothing of the pack is loaded or run."""
        try:
            self.runtime = runtime_for(self.config, self.path)
        except ConfigurationError as error:
            raise self.CollectError(str(error)) from error
        SelectionPlugin.register(self.config)
        if self.runtime.configuration.exclude(os.path.relpath(self.path, self.runtime.configuration.pack_root)):
            return
        try:
            self.feature = parse_file(str(self.path), language=self.runtime.configuration.lang)
        except Exception as error:  # noqa: BLE001 - whatever the parser stumbles over, the other files still run
            yield from self._broken(error)
            return
        if self.feature is not None:
            yield from self._scenarios()

    def _scenarios(self) -> Iterator[ScenarioItem]:
        rules: dict[int, RuleCollector] = {}
        for name, scenario, rule in named_scenarios(self.feature):
            parent: FeatureFile | RuleCollector = self
            if rule is not None:
                if id(rule) not in rules:
                    rules[id(rule)] = RuleCollector.from_parent(
                        self, name=rule.name, nodeid=self.nodeid, rule=rule, file=self
                    )
                parent = rules[id(rule)]
            yield ScenarioItem.from_parent(parent, name=name, scenario=scenario, file=self)

    def _broken(self, error: Exception) -> Iterator[pytest.Item]:
        """Yield one item for all, or one for each scenario that was asked for by name: each of them is an error."""
        asked = (argument.partition("::") for argument in self.config.args)
        directory = self.config.invocation_params.dir
        names = [name for path, _, name in asked if name and directory / path == self.path]
        for name in names or [PARSE_ERROR]:
            yield BrokenFeature.from_parent(self, name=name, error=error)

    def setup(self) -> None:
        """Start behave, unless it runs, and enter the feature."""
        self.layer = None
        if self.feature is None:
            return
        self.runtime.start(self.session, self._select)
        self.runtime.runner.feature = self.feature
        self._leave_out_unselected()
        self.reached: set[int] = set()
        self.outlines: set[int] = set()
        self.layer = Layer(self.feature, self.runtime)
        self.layer.enter()

    def teardown(self) -> None:
        """Leave the feature; pytest calls this when no more of its scenarios follow."""
        self.leave(self.layer)
        self.layer = None

    def leave(self, layer: Layer | None) -> None:
        """Leave this feature or a rule of it, if it was entered."""
        if layer is None:
            return
        ends_early = self.runtime.runner.aborted or self.session.shouldfail or self.session.shouldstop
        if not ends_early:
            for scenario in layer.entity.walk_scenarios():
                if id(scenario) not in self.reached:
                    skip_unreached(scenario)
        layer.leave()

    def _leave_out_unselected(self) -> None:
        """Skip the scenarios that pytest was not asked for, as behave skips those outside ``file.feature:line``.

        Those which a tag expression excludes are left to behave. When the feature runs again, after others in a
        shuffled order or in a repetition, it begins as new.
        """
        selected = self.runtime.selection.scenarios
        for scenario in self.feature.walk_scenarios():
            if self._entered_before:
                reset(scenario)
            if id(scenario) not in selected and scenario.should_run(self.runtime.configuration):
                scenario.mark_skipped()
        if self._entered_before:
            self.feature.should_skip = False
            for rule in self.feature.rules:
                rule.should_skip = False
        self._entered_before = True

    def _select(self) -> Selection:
        items = [item for item in self.session.items if isinstance(item, ScenarioItem)]
        features = [file.feature for file in dict.fromkeys(item.file for item in items)]
        return Selection(features, frozenset(id(item.scenario) for item in items))


class RuleCollector(pytest.Collector):
    """A rule of a feature: it stands between the file and its scenarios, for its set-up and teardown only.

    The scenarios are collected by the file, under one name each: pytest's ids would else have a part for the rule.
    """

    layer: Layer | None = None

    def __init__(self, *, rule: Any, file: FeatureFile, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.rule = rule
        self.file = file

    def collect(self) -> Iterator[pytest.Item]:
        """Return nothing: the file has collected the rule's scenarios already."""
        return iter(())

    def setup(self) -> None:
        """Enter the rule."""
        self.layer = Layer(self.rule, self.file.runtime)
        self.layer.enter()

    def teardown(self) -> None:
        """Leave the rule."""
        self.file.leave(self.layer)
        self.layer = None
