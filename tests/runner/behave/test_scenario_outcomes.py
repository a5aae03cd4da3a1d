"""What a scenario ends with in pytest: which exception, with which original inside, and what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.runner.behave.conftest import make_pack, scenario
from tests.runner.behave.outcome_cases import CASES, ENVIRONMENT, STEPS, SUB

from qarunner.results import Outcome
from qarunner.results import Phase as ResultPhase
from qarunner.runner.outcome import PhaseEnd, verdict

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Forker, Pack, Phase


@pytest.fixture
def steps_pack(pack: Pack) -> Pack:
    pack.write({"features/steps/steps.py": STEPS, "features/environment.py": ENVIRONMENT})
    return pack


@pytest.fixture(scope="module")
def all_cases(tmp_path_factory: pytest.TempPathFactory, forker: Forker) -> dict[str, list[Phase]]:
    """Run the features of all cases in one session; return how the phases of each ended, by its name."""
    pack = make_pack(tmp_path_factory.mktemp("cases") / "pack", forker)
    pack.write({"features/steps/steps.py": STEPS, "features/environment.py": ENVIRONMENT})
    files = {f"features/{number}/f.feature": name for number, name in enumerate(CASES)}
    pack.write({file: CASES[name][0] for file, name in files.items()})

    phases, ran = pack.phases()

    # The next scenario of each finds behave as it should be.
    assert ran.outcomes() == {"failed": len(CASES), "passed": len(CASES)}, ran.output
    ended: dict[str, list[Phase]] = {}
    for phase in phases:
        plain = replace(phase, text=phase.text.replace(phase.file, "features/f.feature"))
        ended.setdefault(files[phase.file], []).append(plain)
    return ended


@pytest.mark.parametrize("name", CASES)
def test_what_went_wrong_is_told_by_the_exception_of_the_item(name: str, all_cases: dict[str, list[Phase]]) -> None:
    expected = CASES[name][1]

    assert [(phase.error, phase.original, phase.text) for phase in all_cases[name]] == [expected]
    assert all_cases[name][0].when == "call"


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (scenario("Given it passes", "When pytest skips it", "Then it fails"), "no satellite dish"),
        (scenario(SUB.format("pytest skips it"), "Then it fails"), "no satellite dish"),
        (scenario("Then it fails", tags="@before_skips"), "not today"),
    ],
)
def test_pytest_skip_in_a_step_or_hook_skips_the_rest_of_the_scenario(
    steps_pack: Pack, feature: str, reason: str
) -> None:
    steps_pack.write({"features/f.feature": feature})

    phases, ran = steps_pack.phases("-rs")

    assert ran.outcomes() == {"skipped": 1, "passed": 1}, ran.output
    assert [(phase.error, phase.text) for phase in phases] == [("Skipped", reason)]
    assert ran.lines("SKIPPED") == [f"[1] features/f.feature:3: {reason}"]
    assert steps_pack.events()[-1:] == ["after_scenario the next one passed 3"]


def test_hooks_after_a_step_that_ends_in_no_usual_way_still_run(steps_pack: Pack) -> None:
    steps_pack.write({"features/f.feature": scenario("Given it leaves python")})

    steps_pack.pytest()

    assert steps_pack.events() == ["after_scenario s error 3", "after_scenario the next one passed 3"]


@pytest.mark.parametrize(
    ("where", "lines"),
    [
        ("hook", "def before_scenario(context, scenario): raise AssertionError('x')"),
        ("clean-up", "def before_scenario(context, scenario): context.add_cleanup(broken)\ndef broken(): assert 0"),
    ],
)
def test_the_outcome_rule_takes_an_assertion_of_a_hook_or_clean_up_for_an_error(
    pack: Pack, where: str, lines: str
) -> None:
    """The rule looks at the exception inside; an AssertionError there would be a fail."""
    from qarunner.runner.behave import ScenarioError
    from qarunner.runner.behave.failures import hook_problem

    error = ScenarioError(object(), [hook_problem(where, AssertionError("x"))])
    assert verdict([PhaseEnd(ResultPhase.CALL, failed=True, exception=error)]).outcome is Outcome.ERROR


def test_a_step_that_a_hook_forgives_is_no_reason_for_what_comes_after(steps_pack: Pack) -> None:
    steps_pack.write(
        {
            "features/environment.py": "from behave.model_type import Status\n"
            "def after_step(context, step):\n    if step.name == 'it breaks': step.status = Status.passed\n",
            "features/f.feature": scenario("Given it breaks", "Then it fails"),
        }
    )

    phases, _ = steps_pack.phases()

    assert [(phase.error, phase.problems) for phase in phases] == [
        ("ScenarioFailed", ["step 'Then it fails' failed: one is not two (features/f.feature:5)"])
    ]


def test_all_failures_of_a_scenario_that_goes_on_are_told(pack: Pack) -> None:
    pack.write(
        {
            "features/steps/steps.py": STEPS,
            "features/environment.py": "from behave.model import Scenario as S\nS.continue_after_failed_step = True\n",
            "features/f.feature": scenario("Given it breaks", "When it passes", "Then it fails"),
        }
    )

    phases, _ = pack.phases()

    assert phases[0].error == "ScenarioError"
    assert [sentence.partition(":")[0] for sentence in phases[0].problems] == [
        "step 'Given it breaks' raised an error",
        "step 'Then it fails' failed",
    ]
