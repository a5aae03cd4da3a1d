"""What the reference page of the API says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qarunner.dialects.qatrack.resources import RESOURCES
from qarunner.dialects.qatrack.rules.outcomes import AS_BOOLEAN, AS_OUTCOME, outcome_of
from qarunner.dialects.qatrack.rules.records import PassFail
from qarunner.results import Outcome
from qarunner.server_config import ServerConfig

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "qatrack-api.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the cells of the table whose first column has this heading, row by row."""
    text = PAGE[PAGE.index(f"| {heading} |") :].partition("\n\n")[0]
    rows = text.strip().splitlines()[2:]
    return [[cell.strip().replace("`", "") for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_of_verdicts_is_the_one_in_use() -> None:
    rows = table("verdict of a test")
    for verdict, outcome in rows:
        code, _, comment = verdict.partition(", its comment begins with ")
        assert outcome_of(PassFail(code), comment) is Outcome(outcome.partition(",")[0])
    assert {row[0] for row in rows if "," not in row[0]} == {str(verdict) for verdict in AS_OUTCOME}


def test_the_table_of_outcomes_is_the_one_in_use() -> None:
    rows = table("outcome | value | skipped | verdict | comment begins with")
    told = {
        Outcome(outcome): (value or "None", skipped, verdict, comment)
        for outcome, value, skipped, verdict, comment in rows
    }
    assert told == {
        outcome: (
            str(test.value).lower().replace("none", "None"),
            "yes" if test.skipped else "no",
            str(test.pass_fail),
            test.comment,
        )
        for outcome, test in AS_BOOLEAN.items()
    }


@pytest.mark.parametrize("path", [*RESOURCES])
def test_every_resource_is_named(path: str) -> None:
    room, _, word = path.partition("/")
    assert re.search(rf"`{path}`|`{room}/`:[^|]*`{word}`", PAGE)


def test_settings_have_the_defaults_that_are_told() -> None:
    config = ServerConfig()
    told = {name: default for name, default, _meaning in table("key of `[server]`")}
    assert told == {"time_zone": config.time_zone, "upload_limit": str(config.upload_limit)}
