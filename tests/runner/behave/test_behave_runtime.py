"""behave's runtime in a session: when it starts, what it cannot run, how it leaves the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runner.behave.conftest import Pack

STEPS = "from behave import step\nfrom events import log\n@step('it passes')\ndef passes(context): log('pass')\n"
FEATURE = "Feature: f\n  Scenario: a\n    Given it passes\n  Scenario: b\n    Given it passes\n"
BROKEN = "Feature: f\n  Scenario: a\n    Given it passes\n  Scenari: b\n    Given it passes\n"


def test_a_feature_that_does_not_parse_is_one_error_and_the_others_run(pack: Pack) -> None:
    pack.write({"features/steps/steps.py": STEPS, "features/a.feature": BROKEN, "features/b.feature": FEATURE})

    phases, ran = pack.phases()

    assert ran.outcomes() == {"error": 1, "passed": 2}, ran.output
    assert [(phase.name, phase.when, phase.error) for phase in phases] == [("<parse error>", "setup", "ScenarioError")]
    assert phases[0].text == (
        'the feature file cannot be read: Parser failure in state=steps at line 4: "Scenari: b" (features/a.feature:4)'
    )
    assert "ERROR features/a.feature::<parse error> - the feature file cannot be read" in ran.output
    assert "Traceback" not in ran.output


def test_scenarios_asked_for_by_name_in_a_file_that_does_not_parse_are_errors(pack: Pack) -> None:
    pack.write({"features/steps/steps.py": STEPS, "features/a.feature": BROKEN, "features/b.feature": FEATURE})

    phases, ran = pack.phases("features/a.feature::a", "features/b.feature::b", "features/a.feature::b [1]")

    assert ran.outcomes() == {"error": 2, "passed": 1}, ran.output
    assert [phase.name for phase in phases] == ["a", "b [1]"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00F", b"# language: xx\nFeature: f\n  Scenario: a\n    Given b\n", b"nonsense\n"]
)
def test_whatever_a_feature_file_holds_it_is_an_error_of_that_file(pack: Pack, content: bytes) -> None:
    pack.write({"features/steps/steps.py": STEPS, "features/b.feature": FEATURE})
    (pack.root / "features/a.feature").write_bytes(content)

    ran = pack.pytest()

    assert ran.outcomes() == {"error": 1, "passed": 2}, ran.output


@pytest.mark.parametrize("content", ["", "# only a comment\n", "Feature: nothing in it\n"])
def test_a_feature_file_without_scenarios_has_no_items(pack: Pack, content: str) -> None:
    pack.write({"features/steps/steps.py": STEPS, "features/a.feature": content, "features/b.feature": FEATURE})

    assert pack.pytest().outcomes() == {"passed": 2}


def test_a_second_pack_in_one_session_is_refused_by_name(pack: Pack) -> None:
    for name in ("one", "two"):
        pack.write({f"{name}/steps/steps.py": "", f"{name}/f.feature": FEATURE})

    ran = pack.pytest("one", "two")

    assert ran.code == pytest.ExitCode.INTERRUPTED
    assert (
        f"{pack.root}/two/f.feature belongs to {pack.root}/two, "
        f"but this session already runs the features of {pack.root}/one" in ran.output
    )
    assert "run one pack per pytest process" in ran.output


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"features/environment.py": "import nowhere\n"},
            "environment.py cannot be loaded: ModuleNotFoundError: No module named 'nowhere'",
        ),
        ({"features/environment.py": "def before_all(:\n"}, "environment.py cannot be loaded: SyntaxError"),
        (
            {"features/steps/more.py": "raise ValueError('no')\n"},
            "steps cannot be loaded: ValueError: no (features/steps/more.py:1)",
        ),
        (
            {"features/steps/more.py": "import sys; sys.exit(3)\n"},
            "steps cannot be loaded: SystemExit: 3 (features/steps/more.py:1)",
        ),
        (
            {"features/steps/twice.py": STEPS},
            "steps cannot be loaded: AmbiguousStep: @step('it passes') has already been defined",
        ),
    ],
)
def test_a_pack_that_cannot_be_loaded_makes_each_scenario_an_error(
    pack: Pack, files: dict[str, str], message: str
) -> None:
    pack.write({"features/steps/steps.py": STEPS, "features/f.feature": FEATURE, "features/g.feature": FEATURE})
    pack.write(files)

    phases, ran = pack.phases()

    assert ran.outcomes() == {"error": 4}, ran.output
    assert {(phase.when, phase.error) for phase in phases} == {("setup", "ScenarioError")}
    assert all(phase.text.startswith(f"features/{message}") for phase in phases), phases[0].text
    assert pack.events() == []


def test_a_pack_may_have_features_alone(pack: Pack) -> None:
    pack.write({"features/deep/f.feature": "Feature: f\n  Scenario: a\n    Given nobody knows\n  Scenario: no steps\n"})

    assert pack.pytest().outcomes() == {"failed": 1, "passed": 1}


def test_folders_of_features_without_steps_of_their_own_belong_to_one_pack(pack: Pack) -> None:
    pack.write(
        {"features/a/f.feature": "Feature: f\n  Scenario: a\n", "features/b/f.feature": "Feature: f\n  Scenario: a\n"}
    )

    assert pack.pytest().outcomes() == {"passed": 2}


def test_the_process_is_left_as_it_was(pack: Pack) -> None:
    pack.write(
        {
            "features/steps/steps.py": STEPS,
            "features/f.feature": FEATURE,
            "conftest.py": """
import sys
from behave.step_registry import registry

def state(): return list(sys.path), {kind: len(steps) for kind, steps in registry.steps.items()}

def pytest_sessionstart(session): session.before = state()

def pytest_sessionfinish(session): print("\\nAS BEFORE", state() == session.before)

def pytest_runtest_call(item): print("\\nCHANGED", state() != item.session.before)
""",
        }
    )

    ran = pack.pytest("-s")

    assert ran.lines("CHANGED") == ["True", "True"]
    assert ran.lines("AS BEFORE") == ["True"]


def test_features_that_are_not_run_do_not_start_behave(pack: Pack) -> None:
    pack.write(
        {
            "features/steps/steps.py": STEPS,
            "features/environment.py": "from events import log\nlog('loaded')\n",
            "features/f.feature": FEATURE,
            "test_function.py": "def test_function(): pass\n",
        }
    )

    assert pack.pytest("-k", "test_function").outcomes() == {"passed": 1, "deselected": 2}
    assert pack.events() == []


@pytest.mark.parametrize("program", ["behave", "pytest"])
def test_the_commands_themselves_run_a_pack_from_the_shell(pack: Pack, program: str) -> None:
    """All other tests fork a process that has loaded both; this one starts from nothing."""
    pack.write({"features/steps/steps.py": STEPS, "features/f.feature": FEATURE})
    options = {"behave": ["features"], "pytest": ["-p", "no:qarunner", "-p", "features_plugin", "features"]}[program]
    environment = os.environ | {
        "EVENT_LOG": str(pack.root.parent / "events.log"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]),
    }

    ran = subprocess.run(
        [sys.executable, "-m", program, *options],
        cwd=pack.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert pack.events() == ["pass", "pass"]


def test_the_package_is_imported_without_behave() -> None:
    code = "import sys, qarunner.runner.behave; print([name for name in sys.modules if name.split('.')[0] == 'behave'])"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
