"""behave's own configuration files and user data."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.runner.behave.same_events.conftest import AFTER, PLAIN, RULES, STEPS, Situation

SITUATIONS = {
    "user data": Situation([PLAIN], "('size', '7')", arguments=["-D", "size=7", "-D", "flag"]),
    "behave.ini: tags, user data, and formats and capture that are passed over": Situation(
        [PLAIN, AFTER],
        "('size', '9')",
        files={
            "behave.ini": """
            [behave]
            default_tags = not @one
            format = progress3
            stdout_capture = true
            junit = false
            show_skipped = true
            [behave.userdata]
            size = 9
            """
        },
    ),
    "setup.cfg: names, outline schema": Situation(
        [PLAIN, RULES],
        "a in the first rule",
        files={
            "setup.cfg": """
            [behave]
            name = rule
            scenario_outline_annotation_schema = {name} [{row.id}]
            """
        },
    ),
    "pyproject.toml: language": Situation(
        [
            """
        Fonctionnalité: f
          Scénario: a
            Soit it passes
        """
        ],
        "pass",
        files={"pyproject.toml": '[tool.behave]\nlang = "fr"\n'},
    ),
    "behave.ini: excluded files": Situation(
        [PLAIN, AFTER], "third", files={"behave.ini": "[behave]\nexclude_re = feature_0\n"}
    ),
    "behave.ini: dry run": Situation([PLAIN, AFTER], "loaded", files={"behave.ini": "[behave]\ndry_run = true\n"}),
    "behave.ini: stop after the first failure": Situation(
        [PLAIN.replace("it passes", "it fails"), AFTER], "first", files={"behave.ini": "[behave]\nstop = true\n"}
    ),
    "behave.ini: stage": Situation(
        [PLAIN],
        "staged",
        files={
            "behave.ini": "[behave]\nstage = lab\n",
            "features/lab_environment.py": "from events import log\ndef before_all(context): log('staged')\n",
            "features/lab_steps/steps.py": STEPS,
        },
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_pytest_gives_the_same_events_as_the_behave_command(name: str, compare: Callable[[Situation], None]) -> None:
    compare(SITUATIONS[name])
