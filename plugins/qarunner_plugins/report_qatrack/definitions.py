"""Looks up what a list is on the server: its unit, its collection there, and its tests. Nothing is ever guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from qarunner import DeliveryStoppedError, nearest

if TYPE_CHECKING:
    from .connection import Connection, Row

AUTOMATIC = {"constant", "composite", "scomposite"}
"""Types of tests that nobody has to give a value for."""
NAMES_AT_ONCE = 50
FEW = 10
"""So many tests are asked for one by one, more by reading through all."""
DEEPEST = 5
"""Lists within lists."""
MOST_NAMES = 10
OF_OURS = "of a qarunner server: `qarunner qatrack plan` proposes it"
NOTHING: Mapping[str, int | str] = {}


class Unit(msgspec.Struct):
    """A device under test as the server has it."""

    url: str
    number: int
    name: str
    active: bool = True


class Collection(msgspec.Struct):
    """A list, or a cycle of lists, that is done on a unit."""

    url: str
    name: str
    unit: str
    tests_object: str
    active: bool = True
    next_test_list: str | None = None
    next_day: int | None = None


class Test(msgspec.Struct):
    """A test, whatever list it stands in."""

    __test__ = False

    url: str
    slug: str
    type: str
    calculation_procedure: str | None = None


class _List(msgspec.Struct):
    url: str
    tests: list[str]
    test_lists: list[str] = []
    modified: str = ""


class _Named(msgspec.Struct):
    name: str


@dataclass(frozen=True)
class Definition:
    """A list on a unit, with its tests by macro. `day` is set for a list of a cycle."""

    unit: Unit
    collection: Collection
    tests: dict[str, Test]
    day: int | None = None


class Definitions:
    """What has been looked up so far; tests are asked for again when a list has changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, ...], dict[str, Test]] = {}

    def unit(self, wanted: int | str) -> Unit:
        """Return a unit by its number or exact name.

        :raises DeliveryStoppedError: there is not exactly one; names the nearest.
        """
        query: dict[str, int | str] = {"number": wanted} if isinstance(wanted, int) else {"name": wanted}
        fitting = [
            unit for unit in self._few(Unit, "units/units", query) if wanted in (unit.number, unit.name) and unit.active
        ]
        if len(fitting) != 1:
            raise self._missing(f"active unit {wanted!r}", "units", "units/units", wanted)
        return fitting[0]

    def look_up(self, unit: Unit, name: str, macros: Iterable[str]) -> Definition:
        """Return a list of a unit by its exact name.

        :param macros: those of which it is worth knowing at once whether the list has them.
        :raises DeliveryStoppedError: there is not exactly one active collection of that name on the unit.
        """
        of_unit: dict[str, int | str] = {"unit__number": unit.number}
        found = self._few(Collection, "qa/unittestcollections", {"name": name, **of_unit})
        fitting = [one for one in found if one.name == name and path_of(one.unit) == path_of(unit.url) and one.active]
        if len(fitting) != 1:
            what = f"active list {name!r} on unit {unit.name!r}"
            raise self._missing(what, "lists", "qa/unittestcollections", name, of_unit)
        [collection] = fitting
        cycle = "/testlistcycles/" in path_of(collection.tests_object)
        link = collection.next_test_list if cycle else collection.tests_object
        if link is None:
            raise DeliveryStoppedError(f"the cycle {name!r} has no list", "Give it one in QATrack+.")
        return Definition(unit, collection, self._tests(link, macros), collection.next_day if cycle else None)

    def _few(self, kind: type[Row], path: str, query: Mapping[str, int | str]) -> list[Row]:
        """Return all rows that fit, which are expected to be few.

        Servers pass over filters that they do not know, and answer with all there is: one page of that proves nothing.
        """
        count, rows = self._connection.page(kind, path, **query)
        return rows if count == len(rows) else []

    def _missing(
        self, what: str, table: str, path: str, wanted: int | str, query: Mapping[str, int | str] = NOTHING
    ) -> DeliveryStoppedError:
        names = {row.name for row in self._connection.rows(_Named, path, limit=200, **query)}
        if wanted in names:
            guess = "There is one that is not active, or more than one."
        elif names:
            guess = nearest(str(wanted), names) or f"there are: {', '.join(sorted(names)[:MOST_NAMES])}."
        else:
            guess = f"There are no {table} at all."
        advice = f"{guess} Say which in {table} of [reporters.qatrack], or add it in QATrack+ ({OF_OURS})."
        return DeliveryStoppedError(f"QATrack+ has no {what}", advice)

    def _tests(self, link: str, macros: Iterable[str]) -> dict[str, Test]:
        """Return a list's tests by macro; they are asked for again only when it has changed."""
        links, stamps = self._links(link)
        key = (path_of(link), *stamps)
        if key not in self._known:
            self._known[key] = self._named(links, macros)
        return self._known[key]

    def _links(self, link: str, depth: int = 0) -> tuple[list[str], list[str]]:
        """Return the paths of a list's tests, sublists' included, in their order; and when each list was changed."""
        listed = self._connection.row(_List, link)
        links, stamps = [path_of(test) for test in listed.tests], [listed.modified]
        for inner in listed.test_lists if depth < DEEPEST else ():
            more, changed = self._links(inner, depth + 1)
            links += more
            stamps += changed
        return list(dict.fromkeys(links)), stamps

    def _named(self, links: Sequence[str], macros: Iterable[str]) -> dict[str, Test]:
        """Return tests by macro. Macros are unique only within a list, so links decide."""
        found: dict[str, Test] = {}

        def note(tests: Iterable[Test]) -> list[str]:
            found.update((path_of(test.url), test) for test in tests)
            return [link for link in links if link not in found]

        wanted, unknown = sorted(set(macros)), list(links)
        for start in range(0, len(wanted), NAMES_AT_ONCE):
            some = ",".join(wanted[start : start + NAMES_AT_ONCE])
            unknown = note(self._connection.rows(Test, "qa/tests", slug__in=some, limit=200))
        if len(unknown) > FEW:
            unknown = note(self._connection.rows(Test, "qa/tests", limit=500))
        note(self._connection.row(Test, link) for link in unknown)
        return {found[link].slug: found[link] for link in links if link in found}


def path_of(link: str) -> str:
    """Return what of a link names the thing: servers behind a proxy may print other hosts."""
    return urlsplit(link).path
