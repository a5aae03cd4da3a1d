"""Limits: wrong passwords per minute, and overlapping requests per token."""

from __future__ import annotations

import pytest

from qarunner.access.errors import TooManyRequestsError
from qarunner.access.limits import Allowance, PasswordLimit, RequestLimit


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_after_so_many_wrong_passwords_a_minute_nobody_from_there_is_asked() -> None:
    clock = Clock()
    limit = PasswordLimit(most=3, clock=clock)
    for _ in range(3):
        limit.check("address a")
        limit.count("address a")
        clock.now += 1
    with pytest.raises(TooManyRequestsError) as caught:
        limit.check("user ada", "address a")
    assert caught.value.wait == pytest.approx(57)
    limit.check("address b")


def test_a_minute_later_passwords_are_taken_again() -> None:
    clock = Clock()
    limit = PasswordLimit(most=1, clock=clock)
    limit.count("address a")
    clock.now += 59.9
    with pytest.raises(TooManyRequestsError):
        limit.check("address a")
    clock.now += 0.2
    limit.check("address a")


def test_a_flood_of_addresses_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qarunner.access.limits.MOST_KEYS", 10)
    limit = PasswordLimit()
    for number in range(50):
        limit.count(f"address {number}")
    assert len(limit._wrong) <= 10


def test_one_request_after_the_other_is_never_limited() -> None:
    limit = RequestLimit({"ordinary": Allowance(burst=2, rate=0.001)}, clock=Clock())
    for _ in range(1000):
        limit.begin("token 1", "ordinary")()


def test_too_many_at_once_are_limited_until_time_passes() -> None:
    clock = Clock()
    limit = RequestLimit({"ordinary": Allowance(burst=2, rate=0.5)}, clock=clock)
    for _ in range(3):  # the first is alone, two more are the burst
        limit.begin("token 1", "ordinary")
    with pytest.raises(TooManyRequestsError) as caught:
        limit.begin("token 1", "ordinary")
    assert caught.value.wait == pytest.approx(2)
    limit.begin("token 2", "ordinary")
    clock.now += 2
    limit.begin("token 1", "ordinary")


def test_ending_a_request_twice_counts_once() -> None:
    limit = RequestLimit({"ordinary": Allowance(burst=1, rate=0.001)}, clock=Clock())
    first = limit.begin("token 1", "ordinary")
    limit.begin("token 1", "ordinary")
    first()
    first()
    with pytest.raises(TooManyRequestsError):
        limit.begin("token 1", "ordinary")


def test_tokens_that_are_idle_are_forgotten_and_busy_ones_are_not() -> None:
    clock = Clock()
    limit = RequestLimit({"ordinary": Allowance(burst=5, rate=1)}, clock=clock, most=3)
    limit.begin("busy", "ordinary")
    for number in range(20):
        limit.begin(f"token {number}", "ordinary")()
        clock.now += 10
    assert len(limit._buckets) <= 4
    assert ("busy", "ordinary") in limit._buckets
