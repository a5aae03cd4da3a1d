"""What is wrong with a filter, and where."""

from __future__ import annotations

from collections.abc import Sequence

from qarunner.store.errors import StoreError

SHOWN = 60
"""Characters of the filter that are shown around the place."""


class FilterError(StoreError):
    """A filter that cannot be understood (answered as 400).

    :param problem: what is wrong.
    :param text: the whole filter.
    :param column: where, counted from 1.
    :param expected: what could stand there.
    """

    def __init__(self, problem: str, text: str, column: int, expected: Sequence[str] = (), advice: str = "") -> None:
        self.text = text
        self.column = column
        self.expected = tuple(expected)
        self.reason = problem
        if not advice and expected:
            advice = f"Expected {' or '.join(expected)}."
        super().__init__(f"filter, column {column}: {problem}", advice)

    @property
    def pointer(self) -> str:
        """Two lines: the filter around the place, and a caret below it."""
        start = max(0, self.column - 1 - SHOWN)
        line = self.text[start : self.column + SHOWN].replace("\n", " ").replace("\t", " ")
        return f"{line}\n{' ' * (self.column - 1 - start)}^"
