"""Which dialect answers for a URL, also where it has no route: the longest claim wins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qarunner.errors import PluginError

if TYPE_CHECKING:
    from qarunner.dialects.spec import Dialect


class Claims:
    """The claims of all dialects.

    :raises PluginError: two dialects claim the same path, a path is none, or two dialects have one name.
    """

    def __init__(self, dialects: Iterable[Dialect]) -> None:
        self._by_path: dict[tuple[str, ...], Dialect] = {}
        names: set[str] = set()
        for dialect in dialects:
            if dialect.name in names:
                raise PluginError(f"two dialects are called {dialect.name!r}", "Do not load one of them.")
            names.add(dialect.name)
            for claim in dialect.claims:
                self._add(claim.path, dialect)

    def _add(self, path: str, dialect: Dialect) -> None:
        if not path.startswith("/") or "//" in path:
            raise PluginError(f"dialect {dialect.name!r} claims {path!r}, which is no path", "Begin it with one slash.")
        key = segments(path)
        other = self._by_path.setdefault(key, dialect)
        if other is not dialect:
            problem = f"dialects {other.name!r} and {dialect.name!r} both claim {path!r}"
            raise PluginError(problem, "Do not load one of them, or let one claim a longer path.")

    def of(self, path: str) -> Dialect | None:
        """Return the dialect that answers for a path, None when nobody claims it."""
        key = segments(path)
        for length in range(len(key), -1, -1):
            found = self._by_path.get(key[:length])
            if found is not None:
                return found
        return None


def segments(path: str) -> tuple[str, ...]:
    """Return the parts between a path's slashes."""
    return tuple(part for part in path.split("/") if part)
