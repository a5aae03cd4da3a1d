"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

MOST_LINES = 400
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore)\b[^#]*")
WITH_REASON = re.compile(r"# (noqa: [A-Z0-9, ]+ -|type: ignore\[[a-z, -]+\]  #) \w.+")


def test_no_file_is_longer_than_a_person_reads(root: Path, python_files: list[Path]) -> None:
    long = {
        str(file.relative_to(root)): lines
        for file in python_files
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long, "split them by reason, not by length"


def test_every_rule_that_ruff_ignores_has_a_reason(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    ruff = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8-type-checking]")]
    rules = re.findall(r'^  "[A-Z]+[0-9]*",(.*)$', ruff, flags=re.MULTILINE)
    assert rules
    assert [rule for rule in rules if not re.fullmatch(r" +# \w.+", rule)] == []
    one_liners = re.findall(r"= \[.+\]", ruff)
    assert one_liners == ['= ["ALL"]'], "one rule a line, each with its reason"


def test_every_suppressed_finding_names_its_rule_and_its_reason(root: Path, python_files: list[Path]) -> None:
    unexplained = [
        f"{file.relative_to(root)}:{number}: {line.strip()}"
        for file in python_files
        if file != Path(__file__)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if SUPPRESSION.search(line) and not WITH_REASON.search(line)
    ]
    assert "\n".join(unexplained) == "", "write: # noqa: RULE - why, or: # type: ignore[rule]  # why"


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # noqa: S105 - an outcome, not a password",
        "x = 1  # type: ignore[attr-defined]  # behave has no types",
    ],
)
def test_a_reason_is_recognised(line: str) -> None:
    assert SUPPRESSION.search(line)
    assert WITH_REASON.search(line)


@pytest.mark.parametrize(
    "line", ["x = 1  # noqa: S105", "x = 1  # noqa", "x = 1  # type: ignore[misc]", "x = 1  # type: ignore"]
)
def test_a_missing_reason_is_recognised(line: str) -> None:
    assert SUPPRESSION.search(line)
    assert not WITH_REASON.search(line)
