from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.results_store import wait_until
from tests.peers.run_directory import DEAD_PROCESS, RunMaker

from qarunner import DeliveryPostponedError, DeliveryRejectedError, DeliveryStoppedError, Result, Run, SentRun
from qarunner.outbox.deliver import deliver
from qarunner.outbox.delivery_state import add_to_plan, read_delivery, read_plan
from qarunner.outbox.run_sending import RunSending

if TYPE_CHECKING:
    from qarunner.outbox.courier import Pauses

SENT = SentRun("https://hall.example.com/7", ["hall: seen"])


class Hall:
    """Takes whole runs; `answers` are what it does with each attempt, the last one for ever."""

    def __init__(self, *answers: SentRun | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[float, str, int]] = []

    def send(self, run: Run, results: Sequence[Result], _folder: Path) -> SentRun:
        self.asked.append((time.monotonic(), run.id, len(results)))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def maker(tmp_path: Path) -> RunMaker:
    maker = RunMaker(tmp_path, process=DEAD_PROCESS)
    maker.add("tests/a.py::test_1")
    maker.add("tests/a.py::test_2")
    add_to_plan(maker.folder, ["hall"])
    return maker.finish()


def sending(maker: RunMaker, hall: Hall, quick: Pauses) -> RunSending:
    return RunSending(maker.folder, {"hall": hall, "other": object()}, maker.run, maker.results, quick)


def test_a_run_is_sent_once_with_all_its_results_and_the_state_is_kept(maker: RunMaker, quick: Pauses) -> None:
    hall = Hall(SENT)
    first = sending(maker, hall, quick)
    assert first.close(20) == ["hall: seen"]
    assert sending(maker, hall, quick).close(20) == []
    assert [(run, count) for _time, run, count in hall.asked] == [(maker.run.id, 2)]
    known = read_delivery(maker.folder, "hall")
    assert (known.state, known.answer, known.attempts) == ("sent", SENT.where, 1)


def test_a_receiver_that_is_down_is_tried_again_in_the_time_there_is(maker: RunMaker, quick: Pauses) -> None:
    hall = Hall(ConnectionError("refused"), ConnectionError("refused"), SENT)
    assert sending(maker, hall, quick).close(20) == ["hall: seen"]
    assert read_delivery(maker.folder, "hall").attempts == 3


def test_a_receiver_that_stays_down_leaves_the_run_to_a_later_delivery(maker: RunMaker, quick: Pauses) -> None:
    [line] = sending(maker, Hall(ConnectionError("token=abc")), quick).close(0.3)
    assert line == "hall: 1 run not delivered yet (ConnectionError: token=***)"
    hall, said = Hall(SENT), list[str]()
    assert deliver(maker.root, {"hall": hall}, say=said.append).exit_code == 0
    assert said == [f"{maker.name}: hall: seen"]
    assert read_plan(maker.folder).complete
    assert len(hall.asked) == 1


def test_a_receiver_that_says_when_is_not_asked_before(maker: RunMaker, quick: Pauses) -> None:
    hall = Hall(DeliveryPostponedError("too many requests", seconds=0.5), SENT)
    assert sending(maker, hall, quick).close(20) == ["hall: seen"]
    (first, *_), (second, *_) = hall.asked
    assert second - first >= 0.5


def test_a_time_that_is_too_far_away_leaves_it_pending(maker: RunMaker, quick: Pauses) -> None:
    hall = Hall(DeliveryPostponedError("too many requests, 59 s", seconds=59))
    running = sending(maker, hall, quick)
    wait_until(lambda: read_delivery(maker.folder, "hall").attempts)
    assert running.close(0.2) == ["hall: 1 run not delivered yet (too many requests, 59 s)"]
    assert len(hall.asked) == 1
    assert read_delivery(maker.folder, "hall").state == "pending"


def test_what_a_person_must_change_is_not_tried_again_by_itself(maker: RunMaker, quick: Pauses) -> None:
    hall = Hall(DeliveryStoppedError("the token is not accepted", "Make another."))
    running = sending(maker, hall, quick)
    [line] = running.close(20)
    assert line == "hall: 1 run not delivered yet (the token is not accepted\n  Make another.)"
    assert running.unreachable == set()
    said: list[str] = []
    summary = deliver(maker.root, {"hall": hall}, say=said.append)
    assert (summary.exit_code, summary.pending_runs, len(hall.asked)) == (1, 1, 2)


def test_what_is_refused_is_tried_again_only_when_somebody_says_so(maker: RunMaker, quick: Pauses) -> None:
    hall = Hall(DeliveryRejectedError("400: no such list"), SENT)
    lines = sending(maker, hall, quick).close(20)
    assert lines == ["hall: refused 1 run", f"  {maker.name}: 400: no such list"]
    assert deliver(maker.root, {"hall": hall}, say=lambda _line: None).exit_code == 0
    assert len(hall.asked) == 1
    assert deliver(maker.root, {"hall": hall}, rejected_too=True, say=lambda _line: None).exit_code == 0
    assert read_delivery(maker.folder, "hall").state == "sent"


def test_what_came_of_a_part_is_shown_though_the_rest_waits(maker: RunMaker, quick: Pauses) -> None:
    part = SentRun(lines=["hall: one of two"], fails="hall: zap_time is at action", trouble=ConnectionError("gone"))
    running = sending(maker, Hall(part), quick)
    first, second = running.close(0.3)
    assert first == "hall: one of two"
    assert second == "hall: 1 run not delivered yet (ConnectionError: gone)"
    assert running.fails == "hall: zap_time is at action"
