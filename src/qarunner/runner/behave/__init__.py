"""behave features as pytest items: each scenario and each row of an outline is one testcase, run by behave itself.

`collector.FeatureFile` is the collector of a ``.feature`` file. What it is told stands in `BehaveSettings`, found in
``config.stash[BEHAVE_SETTINGS]``; what it tells stands in ``item.stash[STEP_LOG]`` and in the two exceptions a scenario
may end with, `ScenarioFailed` and `ScenarioError`. This module and the two it names load no part of behave.
"""

from __future__ import annotations

from qarunner.runner.behave.failures import Problem, ScenarioError, ScenarioFailed, ScenarioProblem
from qarunner.runner.behave.settings import BEHAVE_SETTINGS, STEP_LOG, BehaveSettings, StepEntry

__all__ = [
    "BEHAVE_SETTINGS",
    "STEP_LOG",
    "BehaveSettings",
    "Problem",
    "ScenarioError",
    "ScenarioFailed",
    "ScenarioProblem",
    "StepEntry",
]
