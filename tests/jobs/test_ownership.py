"""Reservations and desk sessions, in both databases."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from qarunner.jobs.errors import (
    BadRequestError,
    NodeInUseError,
    NotYourReservationError,
    ReservationEndedError,
    UnknownReservationError,
)
from qarunner.jobs.ownership import Ownership, end_job
from qarunner.jobs.rules import Action
from qarunner.store.engine import Store
from qarunner.store.models import HolderKind


@pytest.fixture
def ownership(store: Store) -> Ownership:
    return Ownership(store)


def until_over(ownership: Ownership, node: str) -> None:
    deadline = time.monotonic() + 10
    while ownership.holder(node) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_nodes_are_reserved_together_or_not_at_all(ownership: Ownership):
    ownership.reserve(["b"], "ben", "mine")
    with pytest.raises(NodeInUseError, match="Node b reserved by @ben"):
        ownership.reserve(["c", "b", "a"], "anna", "soak")
    assert set(ownership.holders()) == {"b"}
    made = ownership.reserve(["c", "a"], "anna", "soak", 60)
    assert [each.node for each in made] == ["c", "a"]
    assert made[0].expires is not None


def test_of_two_clients_at_once_exactly_one_wins(store_address: tuple[Path, str]):
    nodes = ["a", "b", "c"]
    won: list[str] = []
    refused: list[str] = []

    with Store.open(*store_address) as first, Store.open(*store_address) as second:
        for turn in range(8):
            barrier = threading.Barrier(4)

            def reserve(user: str, order: list[str], store: Store, barrier: threading.Barrier = barrier) -> None:
                barrier.wait(10)
                try:
                    Ownership(store).reserve(order, user, "soak")
                    won.append(user)
                except NodeInUseError:
                    refused.append(user)

            orders = [(first, nodes), (second, nodes[::-1]), (first, ["b", "c"]), (second, ["c", "a"])]
            threads = [
                threading.Thread(target=reserve, args=(f"user{number}", order, store))
                for number, (store, order) in enumerate(orders)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            holders = Ownership(first).holders()
            assert len(won) == turn + 1, "each round has one winner"
            assert {holder.user for holder in holders.values()} == {won[-1]}
            for holder in holders.values():
                assert holder.reservation is not None
                Ownership(first).end(holder.reservation, won[-1])
    assert len(refused) == 24


def test_only_the_owner_extends_and_ends(ownership: Ownership):
    made = ownership.reserve(["a"], "anna", "soak", 60)[0]
    for act in (lambda: ownership.extend(made.id, "ben", 60), lambda: ownership.end(made.id, "ben")):
        with pytest.raises(NotYourReservationError):
            act()
    extended = ownership.extend(made.id, "anna", 600)
    assert made.expires is not None
    assert extended.expires is not None
    assert (extended.expires - made.expires).total_seconds() == 600
    holder = ownership.holder("a")
    assert holder is not None
    assert holder.until == extended.expires
    ownership.end(made.id, "anna")
    ownership.end(made.id, "anna")
    assert ownership.holder("a") is None
    with pytest.raises(ReservationEndedError):
        ownership.extend(made.id, "anna", 60)


def test_an_endless_reservation_cannot_be_extended(ownership: Ownership):
    made = ownership.reserve(["a"], "anna", "soak")[0]
    with pytest.raises(ReservationEndedError, match="never ends"):
        ownership.extend(made.id, "anna", 60)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e12])
def test_a_duration_must_be_one(ownership: Ownership, seconds: float):
    with pytest.raises(BadRequestError):
        ownership.reserve(["a"], "anna", "soak", seconds)


@pytest.mark.parametrize("identifier", [0, -1, 7, 2**80])
def test_an_unknown_reservation_is_told(ownership: Ownership, identifier: int):
    with pytest.raises(UnknownReservationError):
        ownership.end(identifier, "anna")


def test_an_interruption_reaches_the_owner_once(ownership: Ownership):
    made = ownership.reserve(["a"], "anna", "soak")[0]
    with pytest.raises(BadRequestError):
        ownership.interrupt(made.id, "ben", " ")
    ownership.interrupt(made.id, "ben", "Fire!")
    ownership.interrupt(made.id, "cleo", "Me too")
    assert ownership.holder("a") is None
    told = ownership.interruptions("anna")
    assert [(each.ended_by, each.interruption) for each in told] == [("ben", "Fire!")]
    ownership.seen(told[0].id, "anna")
    assert ownership.interruptions("anna") == []


def test_a_reservation_ends_by_itself(ownership: Ownership):
    made = ownership.reserve(["a"], "anna", "soak", 0.05)[0]
    until_over(ownership, "a")
    ownership.reserve(["a"], "ben", "mine")
    assert ownership.reservation(made.id).ended == made.expires
    with pytest.raises(ReservationEndedError):
        ownership.extend(made.id, "anna", 60)


def test_a_job_runs_within_its_users_reservation_only(ownership: Ownership, store: Store):
    ownership.reserve(["a"], "anna", "soak")
    with pytest.raises(NodeInUseError), store.write() as connection:
        ownership.begin_job(connection, "a", "ben", "/a/0000/1")
    with store.write() as connection:
        ownership.begin_job(connection, "a", "anna", "/a/0000/2")
    with pytest.raises(NodeInUseError), store.write() as connection:
        ownership.begin_job(connection, "a", "anna", "/a/0000/3")
    with store.write() as connection:
        end_job(connection, "/a/0000/2")
    holder = ownership.holder("a")
    assert holder is not None
    assert (holder.kind, holder.job) == (HolderKind.RESERVATION, None)


def test_a_job_keeps_its_node_when_the_reservation_around_it_ends(ownership: Ownership, store: Store):
    made = ownership.reserve(["a"], "anna", "soak")[0]
    with store.write() as connection:
        ownership.begin_job(connection, "a", "anna", "/a/0000/2")
    ownership.interrupt(made.id, "ben", "Fire!")
    holder = ownership.holder("a")
    assert holder is not None
    assert (holder.kind, holder.user, holder.job) == (HolderKind.JOB, "anna", "/a/0000/2")
    with store.write() as connection:
        end_job(connection, "/a/0000/2")
    assert ownership.holder("a") is None


def test_a_desk_session_makes_the_node_busy(ownership: Ownership):
    ownership.begin_desk("a", "anna", "looking into it", lease="x", seconds=60)
    ownership.begin_desk("a", "anna", "still", lease="x", seconds=60)
    with pytest.raises(NodeInUseError, match="at a desk by @anna: still"):
        ownership.check("a", "ben", Action.RUN)
    with pytest.raises(NodeInUseError):
        ownership.reserve(["a"], "ben", "mine")
    ownership.end_desk("a", "ben")
    assert ownership.holder("a") is not None
    ownership.end_desk("a", "anna")
    assert ownership.holder("a") is None
