"""In which order testcases run: once, repeated, for ever, shuffled. Pure apart from the random generator handed in."""

from __future__ import annotations

import random
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass
class TimeSpent:
    """How often a testcase ran, and how many seconds in all."""

    runs: int = 0
    seconds: float = 0.0


@dataclass
class Order(Generic[Item]):
    """Which item runs next.

    :param items: in the order of collection.
    :param repeat: how often all of them run; None for ever.
    :param shuffle: in random order. For ever: weighted so that each item gets equal time.
    :param generator: of the randomness; seed it to repeat an order.
    """

    items: Sequence[Item]
    repeat: int | None = 1
    shuffle: bool = False
    generator: random.Random = field(default_factory=random.Random)
    spent: MutableMapping[int, TimeSpent] = field(default_factory=dict)
    _index: dict[int, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Item]:
        """Yield the items in turn. `note` the time of each before asking for the one after the next."""
        if self.shuffle and self.repeat is None:
            while self.items:
                yield self.items[self._least_served()]
        done = 0
        while self.items and (self.repeat is None or done < self.repeat):
            done += 1
            yield from self.generator.sample(self.items, len(self.items)) if self.shuffle else self.items

    def note(self, item: Item, seconds: float) -> None:
        """Tell how long an item took."""
        if not self._index:
            self._index.update({id(known): index for index, known in enumerate(self.items)})
        spent = self.spent.setdefault(self._index[id(item)], TimeSpent())
        spent.runs += 1
        spent.seconds += seconds

    def _least_served(self) -> int:
        """Choose at random among the items, fairly in time.

        Each item's claim is the time it has had, plus a random part of what one more run will cost; the smallest
        claim wins. The shares therefore never differ by more than about one run of the longest item.
        """
        served = [self.spent.get(index, TimeSpent()) for index in range(len(self.items))]
        known = [spent.seconds / spent.runs for spent in served if spent.runs]
        typical = sum(known) / len(known) if known else 1.0

        def claim(index: int) -> float:
            spent = served[index]
            mean = spent.seconds / spent.runs if spent.runs else typical
            return spent.seconds + self.generator.random() * mean

        return min(range(len(self.items)), key=claim)
