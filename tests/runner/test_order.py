"""In which order testcases run."""

from __future__ import annotations

import itertools
import random

import pytest

from qarunner.runner.order import Order


def test_the_order_of_collection_is_kept_and_ends():
    assert list(Order(["a", "b", "c"])) == ["a", "b", "c"]


def test_repeat_runs_all_of_them_again():
    assert list(Order(["a", "b"], repeat=3)) == ["a", "b"] * 3


def test_for_ever_does_not_end():
    assert list(itertools.islice(Order(["a", "b"], repeat=None), 5)) == ["a", "b", "a", "b", "a"]


def test_no_testcase_for_ever_ends_at_once():
    assert list(Order([], repeat=None)) == []
    assert list(Order([], repeat=None, shuffle=True)) == []


def test_a_shuffle_has_each_testcase_once_and_its_seed_repeats_it():
    items = list(range(50))
    first = list(Order(items, shuffle=True, generator=random.Random(7)))
    assert first != items
    assert sorted(first) == items
    assert first == list(Order(items, shuffle=True, generator=random.Random(7)))
    assert first != list(Order(items, shuffle=True, generator=random.Random(8)))


@pytest.mark.parametrize("seed", range(40))
def test_shuffled_for_ever_each_testcase_gets_equal_time(seed):
    seconds = {"quick": 1.0, "slow": 9.0}
    order = Order(list(seconds), repeat=None, shuffle=True, generator=random.Random(seed))
    spent = dict.fromkeys(seconds, 0.0)
    for item in order:
        order.note(item, seconds[item])
        spent[item] += seconds[item]
        if sum(spent.values()) >= 200:
            break
    assert 0.4 <= spent["slow"] / sum(spent.values()) <= 0.6


def test_shuffled_for_ever_is_still_random_and_repeats_with_its_seed():
    def run(seed):
        order = Order(["a", "b", "c"], repeat=None, shuffle=True, generator=random.Random(seed))
        chosen = []
        for item in itertools.islice(order, 60):
            order.note(item, 1.0)
            chosen.append(item)
        return chosen

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert len(set(zip(run(1)[::3], run(1)[1::3], run(1)[2::3], strict=True))) > 1
