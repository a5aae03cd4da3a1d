from __future__ import annotations

import itertools

import pytest

from qarunner_plugins.virtual_stb.receiver import FIRST_REPEAT, REPEAT_RATE, Receiver


def receiver(delay: float = 0.0, jitter: float = 0.0, seed: int = 1) -> Receiver:
    return Receiver(seed=seed, response_delay=delay, jitter=jitter)


def test_a_short_press_acts_once() -> None:
    infrared = receiver()
    infrared.keydown("KEY_OK", 1.0)
    infrared.keyup("KEY_OK", 1.1)
    assert [(event.time, event.key, event.repeated) for event in infrared.due(60)] == [(1.0, "KEY_OK", False)]


def test_a_held_key_repeats_until_it_is_released() -> None:
    infrared = receiver()
    infrared.keydown("KEY_DOWN", 1.0)
    infrared.keyup("KEY_DOWN", 2.0)
    events = infrared.due(60)
    assert [event.repeated for event in events] == [False] + [True] * 6
    assert events[1].time == pytest.approx(1.0 + FIRST_REPEAT)
    gaps = [later.time - earlier.time for earlier, later in itertools.pairwise(events[1:])]
    assert gaps == pytest.approx([1 / REPEAT_RATE] * 5)


def test_repeats_are_the_same_however_often_it_is_asked() -> None:
    seldom, often = receiver(), receiver()
    seen = []
    for infrared in (seldom, often):
        infrared.keydown("KEY_DOWN", 0.0)
    for step in range(301):
        seen += often.due(step / 100)
    assert seen == seldom.due(3.0)


def test_another_key_ends_a_hold() -> None:
    infrared = receiver()
    infrared.keydown("KEY_DOWN", 0.0)
    infrared.keydown("KEY_UP", 0.1)
    infrared.keyup("KEY_UP", 0.2)
    assert [event.key for event in infrared.due(10)] == ["KEY_DOWN", "KEY_UP"]


def test_releasing_a_key_that_is_not_down_changes_nothing() -> None:
    infrared = receiver()
    infrared.keydown("KEY_DOWN", 0.0)
    infrared.keyup("KEY_UP", 0.1)
    assert len(infrared.due(1.0)) > 1


def test_the_response_delay_lies_within_its_bounds_and_varies() -> None:
    infrared = receiver(delay=0.08, jitter=0.04)
    for press in range(200):
        infrared.keydown("KEY_OK", float(press))
        infrared.keyup("KEY_OK", float(press))
    delays = [event.time - press for press, event in enumerate(infrared.due(1000))]
    assert 0.08 <= min(delays) < 0.085
    assert 0.115 < max(delays) <= 0.12
    assert sum(delays) / 200 == pytest.approx(0.1, abs=0.004)


def test_the_seed_decides_the_jitter() -> None:
    def delays(seed: int) -> list[float]:
        infrared = receiver(jitter=1.0, seed=seed)
        for press in range(5):
            infrared.keydown("KEY_OK", press * 2.0)
        return [event.time for event in infrared.due(100)]

    assert delays(3) == delays(3)
    assert delays(3) != delays(4)


def test_keys_never_overtake_each_other() -> None:
    infrared = receiver(jitter=5.0)
    for press in range(50):
        infrared.keydown(f"KEY_{press}", press / 10)
        infrared.keyup(f"KEY_{press}", press / 10)
    events = infrared.due(100)
    assert [event.key for event in events] == [f"KEY_{press}" for press in range(50)]
    assert [event.time for event in events] == sorted(event.time for event in events)


def test_a_dropped_press_is_gone_with_its_repeats() -> None:
    infrared = receiver()
    infrared.to_drop = 2
    for begin, key in ((0.0, "KEY_1"), (5.0, "KEY_2"), (10.0, "KEY_3")):
        infrared.keydown(key, begin)
        infrared.keyup(key, begin + 2)
    assert {event.key for event in infrared.due(20)} == {"KEY_3"}


def test_a_dropped_key_ends_the_hold_of_another() -> None:
    infrared = receiver()
    infrared.keydown("KEY_DOWN", 0.0)
    infrared.to_drop = 1
    infrared.keydown("KEY_UP", 0.1)
    assert [event.key for event in infrared.due(10)] == ["KEY_DOWN"]


def test_losing_power_forgets_what_was_on_its_way() -> None:
    infrared = receiver(delay=1.0)
    infrared.keydown("KEY_OK", 0.0)
    infrared.clear()
    assert infrared.due(10) == []
