"""What the documentation shows of definitions can be used as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qarunner.dialects.qatrack.definition.completing import complete
from qarunner.dialects.qatrack.definition.reading import read_text

DOCS = Path(__file__).parents[4] / "docs"
PAGES = ("how-to/keep-measurements-in-qatrack.md", "reference/qatrack-definition.md")


@pytest.mark.parametrize("page", PAGES)
def test_examples_are_definitions(page: str) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert examples
    for text in examples:
        assert complete([read_text(text, page)]).tests
