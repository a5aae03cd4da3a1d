"""What the documentation says of filters is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qarunner.results import Outcome
from qarunner.store.filter import FilterError, parse
from qarunner.store.filter.parser import ALL_FIELDS, DEEPEST, GRAMMAR, LONGEST, MOST_TERMS
from qarunner.store.search import LONGEST_TEXT

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "filter.md").read_text(encoding="utf-8")
BLOCKS = {kind: re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for kind in ("text", "pointer", "lark")}
IN_TABLES = [
    example.replace("\\|", "|")
    for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    for example in re.findall(r"`([^`]+)`", row)
]
EXAMPLES = [line for block in BLOCKS["text"] for line in block.splitlines()] + IN_TABLES


def test_the_published_grammar_is_the_one_in_use() -> None:
    assert BLOCKS["lark"] == [GRAMMAR.read_text(encoding="utf-8")]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 40


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood(example: str) -> None:
    parse(example)


@pytest.mark.parametrize("field", ALL_FIELDS)
def test_every_field_has_an_example(field: str) -> None:
    assert any(re.search(rf"\b{field}[:.]", example) for example in EXAMPLES)


def test_every_result_is_named() -> None:
    assert all(f"`{outcome}`" in PAGE for outcome in Outcome)


def test_limits_are_the_ones_that_are_kept() -> None:
    assert f"at most {LONGEST:,} characters, {MOST_TERMS} terms and {DEEPEST} parentheses" in PAGE
    assert f"first {LONGEST_TEXT:,} characters" in PAGE


def test_the_mistake_is_shown_as_it_is() -> None:
    [shown] = BLOCKS["pointer"]
    with pytest.raises(FilterError) as caught:
        parse(shown.splitlines()[0])
    assert shown == f"{caught.value.pointer}\n{caught.value}\n"
