"""A plugin that offers what a test gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qarunner import Driver, hookimpl


class Offers:
    """A plugin with the drivers it is given."""

    def __init__(self, *drivers: Driver) -> None:
        self._drivers = drivers

    @hookimpl
    def qa_drivers(self) -> Sequence[Driver]:
        return self._drivers


def plugin_of(capability: Any, made: Any, **description: Any) -> Offers:
    """Return a plugin with one driver ``mine:``, whose object is `made` (or what it makes of a context)."""
    opens = made if callable(made) else lambda _context: made
    return Offers(Driver(capability, "mine", "for tests", opens, **description))
