"""What follows for units from what lists are of: where lists are done no longer, and the limits of tests there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.definition import kinds
from qarunner.dialects.qatrack.definition.kinds import Key, Thing, Things
from qarunner.dialects.qatrack.definition.limits import Held
from qarunner.dialects.qatrack.definition.troubles import DefinitionError, Trouble

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.definition.completing import Wanted


MOST_LIMITS = 200_000
"""Of all tests on all units."""
ADVICE = "Say of each list on which units it is done"


class Contents:
    """What lists and cycles hold."""

    def __init__(self, things: Things) -> None:
        entries: dict[Key, list[tuple[int, Key, bool]]] = defaultdict(list)
        for (test_list, test), thing in things[kinds.MEMBER].items():
            entries[test_list].append((thing.values["order"], test, False))
        for (parent, child), thing in things[kinds.SUBLIST].items():
            entries[parent].append((thing.values["order"], child, True))
        self._entries = {key: sorted(found, key=lambda entry: entry[0]) for key, found in entries.items()}
        days = sorted(things[kinds.DAY].values(), key=lambda day: day.key[1])
        self._days = [(day.key[0], day.values["test_list"]) for day in days]
        self._found: dict[Key, list[Key]] = {}

    def tests(self, test_list: Key) -> list[Key]:
        """Return the tests of a list in their order, those of sublists in their places."""
        if test_list not in self._found:
            self._found[test_list] = self.walk(test_list)[0]
        return self._found[test_list]

    def walk(self, test_list: Key) -> tuple[list[Key], list[Key]]:
        """Return the tests of a list in their order, and the lists that stand in it a second time."""
        tests: list[Key] = []
        again: list[Key] = []
        seen = {test_list}
        waiting = [iter(self._entries.get(test_list, ()))]
        while waiting:
            for _order, key, is_list in waiting[-1]:
                if not is_list:
                    tests.append(key)
                elif key in seen:
                    again.append(key)
                else:
                    seen.add(key)
                    waiting.append(iter(self._entries.get(key, ())))
                    break
            else:
                waiting.pop()
        return tests, again

    def lists(self, test_list: Key | None, cycle: Key | None) -> list[Key]:
        """Return the lists of a collection: its list, or those of its cycle."""
        if test_list is not None:
            return [test_list]
        return [one for owner, one in self._days if owner == cycle]


class Assignments:
    """Works out collections and limits.

    :param after: tests, lists and cycles as they will be.
    """

    def __init__(self, current: Things, after: Things, wanted: Wanted) -> None:
        self._current = current
        self._wanted = wanted
        self._before, self._after = Contents(current), Contents(after)
        self._ended = {
            key: Thing(kinds.COLLECTION, key, {"active": False})
            for key, thing in current[kinds.COLLECTION].items()
            if thing.values["active"] and key not in wanted.things[kinds.COLLECTION] and self._is_said(key)
        }

    def _is_said(self, collection: Key) -> bool:
        _unit, test_list, cycle = collection
        return test_list in self._wanted.things[kinds.LIST] or cycle in self._wanted.things[kinds.CYCLE]

    def collections_no_longer(self) -> list[Thing]:
        """Return the collections of lists and cycles that are defined, on units where they are no longer done."""
        return list(self._ended.values())

    def limits(self) -> Iterator[Thing]:
        """Return the limits of each test on each unit where it is done; inactive where it is not any more."""
        needed = dict.fromkeys(islice(self._needed(), MOST_LIMITS + 1))
        if len(needed) > MOST_LIMITS:
            raise DefinitionError([Trouble("", f"more than {MOST_LIMITS} limits would be kept", ADVICE)])
        for pair in needed:
            values = self._values(*pair)
            if values:
                yield Thing(kinds.LIMITS, pair, values)
        affected = self._affected()
        for pair, thing in self._current[kinds.LIMITS].items():
            if thing.values["active"] and pair not in needed and pair[1] in affected:
                yield Thing(kinds.LIMITS, pair, {"active": False})

    def _needed(self) -> Iterator[tuple[Key, Key]]:
        """Return every unit and test of a collection that will be active."""
        collections = self._current[kinds.COLLECTION] | self._wanted.things[kinds.COLLECTION] | self._ended
        for (unit, test_list, cycle), thing in collections.items():
            if thing.values["active"]:
                for one in self._after.lists(test_list, cycle):
                    yield from ((unit, test) for test in self._after.tests(one))

    def _values(self, unit: Key, test: Key) -> dict[str, object]:
        now = self._current[kinds.LIMITS].get((unit, test))
        if test in self._wanted.tests:
            held = self._wanted.held.get((test, unit)) or self._wanted.held[test, None]
        elif now is None:
            held = Held()
        else:
            return {} if now.values["active"] else {"active": True}
        return {"reference": held.reference, "tolerance": held.tolerance, "active": True}

    def _affected(self) -> set[Key]:
        """Return the tests of everything that is defined, as it was and as it will be."""
        lists = set(self._wanted.things[kinds.LIST])
        for contents in (self._before, self._after):
            lists.update(one for cycle in self._wanted.things[kinds.CYCLE] for one in contents.lists(None, cycle))
        return {
            test for one in lists for contents in (self._before, self._after) for test in contents.tests(one)
        } | set(self._wanted.tests)
