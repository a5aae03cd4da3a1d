from __future__ import annotations

import functools
import threading
import time
from typing import Any

import pytest
from tests.peers.rig_node import eventually, got

from qarunner.errors import ConfigurationError, NodeBusyError
from qarunner.nodes.leases import BookClosedError, Leases
from qarunner.nodes.status import LeaseInfo


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def leases(clock: Clock) -> Leases:
    return Leases("box", clock)


def claim(holder: str, **more: Any) -> LeaseInfo:
    return LeaseInfo(holder=holder, **more)


def _as_many_wait(leases: Leases, count: int) -> bool:
    return leases.waiting == count


def nothing() -> None:
    pass


def test_a_second_holder_is_told_who_why_since_and_until_when(leases: Leases) -> None:
    leases.take(claim("alice", reason="nightly", user="al", host="rig1", pid=42, command="pytest tests", until=2e9))
    with pytest.raises(NodeBusyError) as caught:
        leases.take(claim("bob"))
    words = str(caught.value)
    assert "node 'box' is leased by alice (al on rig1: pytest tests, process 42) for 'nightly', since 20" in words
    assert "until 2033-05-18 03:33:20Z" in words
    assert "--qa-wait" in words


def test_the_next_in_line_gets_the_lease_only_when_all_is_undone(leases: Leases) -> None:
    first = leases.take(claim("alice"))
    order: list[str] = []
    heard = threading.Event()

    def on_wait(info: LeaseInfo) -> None:
        order.append(info.holder)
        heard.set()

    def undo() -> None:
        time.sleep(0.05)
        order.append("undone")

    def wait_for_it() -> None:
        lease = leases.take(claim("bob"), wait=20, on_wait=on_wait)
        order.append(lease.info.holder)

    waiter = threading.Thread(target=wait_for_it)
    waiter.start()
    heard.wait()
    assert leases.waiting == 1
    leases.end(first.token, undo)
    waiter.join()
    assert order == ["alice", "undone", "bob"]


def test_those_who_wait_get_it_in_the_order_in_which_they_came(leases: Leases) -> None:
    lease = leases.take(claim("first"))
    got: list[str] = []

    def wait_for_it(name: str) -> None:
        mine = leases.take(claim(name), wait=20)
        got.append(name)
        leases.end(mine.token, nothing)

    threads = []
    for count, name in enumerate("abcd", 1):
        threads.append(threading.Thread(target=wait_for_it, args=(name,)))
        threads[-1].start()
        eventually(functools.partial(_as_many_wait, leases, count), "one more waits")
    leases.end(lease.token, nothing)
    for thread in threads:
        thread.join()
    assert got == list("abcd")


def test_nobody_overtakes_somebody_who_is_about_to_get_the_lease(leases: Leases) -> None:
    leases._queue.append(object())
    with pytest.raises(NodeBusyError, match="others wait for node 'box' before you"):
        leases.take(claim("bob"))


def test_who_goes_away_while_waiting_leaves_the_line(leases: Leases) -> None:
    leases.take(claim("alice"))
    gone = threading.Event()
    outcome: list[BaseException] = []

    def wait_for_it() -> None:
        try:
            leases.take(claim("bob"), wait=3600, gone=gone.is_set)
        except NodeBusyError as error:
            outcome.append(error)

    waiter = threading.Thread(target=wait_for_it)
    waiter.start()
    eventually(lambda: leases.waiting, "bob waits")
    gone.set()
    waiter.join()
    assert leases.waiting == 0
    assert outcome


def test_a_lease_with_a_time_to_live_expires_unless_it_is_renewed(leases: Leases, clock: Clock) -> None:
    lease = leases.take(claim("portal"), time_to_live=60)
    clock.now += 59
    assert leases.expired() is None
    leases.renew(lease.token, 60)
    clock.now += 59
    assert leases.expired() is None
    clock.now += 2
    assert got(leases.expired()).token == lease.token


def test_a_lease_of_a_connection_never_expires(leases: Leases, clock: Clock) -> None:
    leases.take(claim("alice"))
    clock.now += 1e9
    assert leases.expired() is None


def test_without_any_lease_everybody_may_drive_and_with_one_only_its_holder(leases: Leases) -> None:
    assert leases.check("") == ""
    lease = leases.take(claim("alice"))
    assert leases.check(lease.token) == lease.token
    for token in ("", "guessed"):
        with pytest.raises(NodeBusyError, match="leased by alice"):
            leases.check(token)


def test_a_lease_that_has_ended_is_good_for_nothing(leases: Leases) -> None:
    lease = leases.take(claim("alice"))
    leases.end(lease.token, nothing)
    for use in (lambda: leases.check(lease.token), lambda: leases.renew(lease.token, 60)):
        with pytest.raises(ConfigurationError, match="has ended"):
            use()
    leases.take(claim("bob"))
    with pytest.raises(NodeBusyError, match="leased by bob"):
        leases.check(lease.token)


def test_while_a_lease_is_ending_it_is_good_for_nothing_but_nobody_else_has_it(leases: Leases) -> None:
    lease = leases.take(claim("alice"))
    seen: list[type[Exception]] = []

    def undo() -> None:
        for token in (lease.token, ""):
            try:
                leases.check(token)
            except (ConfigurationError, NodeBusyError) as error:
                seen.append(type(error))

    leases.end(lease.token, undo)
    assert seen == [ConfigurationError, NodeBusyError]
    assert leases.current is None


def test_ending_twice_undoes_once_and_a_failing_undo_frees_the_lease(leases: Leases) -> None:
    lease = leases.take(claim("alice"))
    undone: list[int] = []

    def undo() -> None:
        undone.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        leases.end(lease.token, undo)
    leases.end(lease.token, undo)
    assert undone == [1]
    assert leases.take(claim("bob")).info.holder == "bob"


def test_a_closed_book_gives_no_lease_and_a_book_in_use_does_not_close(leases: Leases) -> None:
    lease = leases.take(claim("alice"))
    assert not leases.close()
    leases.end(lease.token, nothing)
    assert leases.close()
    with pytest.raises(BookClosedError):
        leases.take(claim("bob"))
