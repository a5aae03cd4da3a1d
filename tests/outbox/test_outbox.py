from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.results_store import HttpReporter, Store, wait_until
from tests.peers.run_directory import RunMaker

from qarunner.outbox.courier import PATIENCE, Pauses
from qarunner.outbox.delivery_state import FOLDER, read_delivery, read_plan
from qarunner.outbox.outbox import Outbox

if TYPE_CHECKING:
    from qarunner import Result


class Hanging:
    """A reporter that does not come back until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def deliver(self, _result: Result, _folder: Path) -> None:
        self.let_go.wait(30)


def some_results(root: Path, number: int = 5) -> tuple[RunMaker, list[Result]]:
    maker = RunMaker(root)
    return maker, [maker.add(f"tests/a.py::test_{index:02}") for index in range(number)]


def states(maker: RunMaker, reporter: str = "store") -> list[str]:
    return [read_delivery(maker.folder / result.folder, reporter).state for result in maker.results]


def test_results_arrive_in_order_and_their_addresses_are_kept(tmp_path: Path, store: Store) -> None:
    maker, results = some_results(tmp_path, 20)
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)})
    for result in results:
        outbox.put(result)
    assert outbox.close() == []
    assert store.order == [result.testcase for result in results]
    assert states(maker) == ["sent"] * 20
    delivery = read_delivery(maker.folder / results[3].folder, "store")
    assert delivery.answer == f"{store.url}/results/{results[3].id}"
    assert delivery.attempts == 1
    assert delivery.updated is not None
    assert read_plan(maker.folder).reporters == ("store",)


def test_a_store_that_is_down_gets_everything_in_order_once_it_is_up(
    tmp_path: Path, store: Store, quick: Pauses
) -> None:
    maker, results = some_results(tmp_path)
    store.stop()
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)}, quick)
    for result in results:
        outbox.put(result)
    first = maker.folder / results[0].folder
    wait_until(lambda: read_delivery(first, "store").attempts > 2 * PATIENCE)
    delivery = read_delivery(first, "store")
    assert delivery.state == "pending"
    assert "Connection refused" in delivery.last_error
    assert delivery.next_time is not None
    store.start()
    assert outbox.close() == []
    names = [result.testcase for result in results]
    # After a long outage the second may have been tried in place of the first; all others keep their place.
    assert sorted(store.order[:2]) + store.order[2:] == names
    assert set(store.received.values()) == {1}
    assert states(maker) == ["sent"] * 5


def test_a_short_outage_does_not_change_the_order(tmp_path: Path, store: Store, quick: Pauses) -> None:
    maker, results = some_results(tmp_path)
    failing = [503] * (PATIENCE - 1)
    store.answer = lambda _testcase: failing.pop() if failing else 200
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)}, quick)
    for result in results:
        outbox.put(result)
    assert outbox.close() == []
    assert store.order == [result.testcase for result in results]


def test_at_the_end_it_says_what_is_not_delivered_why_and_the_command_that_sends_it(
    tmp_path: Path, store: Store
) -> None:
    maker, results = some_results(tmp_path, 2)
    store.stop()
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)})
    for result in results:
        outbox.put(result)
    wait_until(lambda: read_delivery(maker.folder / results[0].folder, "store").attempts)
    first, last = outbox.close(limit=0.2)
    assert first.startswith("store: 2 results not delivered yet (ConnectionError")
    assert "Connection refused" in first
    assert last == "`qarunner deliver` sends what is left"
    assert states(maker) == ["pending"] * 2


def test_a_refused_result_is_not_sent_again_and_the_answer_is_kept(tmp_path: Path, store: Store) -> None:
    maker, results = some_results(tmp_path, 3)
    store.answer = lambda testcase: 422 if testcase.endswith("01") else 200
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)})
    for result in results:
        outbox.put(result)
    assert outbox.close() == [
        "store: refused 1 result",
        "  tests/a.py::test_01: 422: status 422 for you",
    ]
    assert states(maker) == ["sent", "rejected", "sent"]
    assert read_delivery(maker.folder / results[1].folder, "store").answer == "422: status 422 for you"


def test_a_reporter_that_hangs_holds_up_nobody_but_itself(tmp_path: Path, store: Store) -> None:
    maker, results = some_results(tmp_path, 3)
    hanging = Hanging()
    outbox = Outbox(maker.folder, {"hanging": hanging, "store": HttpReporter(store.url)})
    for result in results:
        outbox.put(result)
    wait_until(lambda: len(store.kept) == 3)
    lines = outbox.close(limit=0.1)
    assert lines[0].startswith("hanging: 3 results not delivered yet (busy with tests/a.py::test_00 for ")
    assert states(maker) == ["sent"] * 3
    hanging.let_go.set()


def test_one_result_the_store_chokes_on_does_not_keep_the_others_back(
    tmp_path: Path, store: Store, quick: Pauses
) -> None:
    maker, results = some_results(tmp_path, 8)
    asked: list[str] = []
    all_put = threading.Event()

    def answer(testcase: str) -> int:
        all_put.wait(20)
        asked.append(testcase)
        return 500 if testcase == results[0].testcase else 200

    store.answer = answer
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)}, quick)
    for result in results:
        outbox.put(result)
    all_put.set()
    wait_until(lambda: len(store.kept) == 7)
    before_the_last = asked[: asked.index(results[-1].testcase)]
    assert before_the_last.count(results[0].testcase) <= PATIENCE + 1, "it is not tried again between all others"
    assert store.order == [result.testcase for result in results[1:]]
    lines = outbox.close(limit=0.1)
    assert lines[0].startswith("store: 1 result not delivered yet (HTTPError: 500")
    assert states(maker) == ["pending", *["sent"] * 7]


@pytest.mark.parametrize("trouble", [RuntimeError("odd"), SystemExit(3), KeyboardInterrupt(), MemoryError()])
def test_whatever_a_reporter_raises_the_run_goes_on_and_it_is_tried_again(
    tmp_path: Path, quick: Pauses, trouble: BaseException
) -> None:
    class Moody:
        troubles = [trouble]

        def deliver(self, _result: Result, _folder: Path) -> None:
            if self.troubles:
                raise self.troubles.pop()

    maker, results = some_results(tmp_path, 2)
    outbox = Outbox(maker.folder, {"moody": Moody()}, quick)
    outbox.put(results[0])
    assert outbox.close() == []
    assert read_delivery(maker.folder / results[0].folder, "moody").attempts == 2


def test_no_secret_of_an_error_is_kept_on_disk_or_shown(tmp_path: Path) -> None:
    class Talkative:
        def deliver(self, _result: Result, _folder: Path) -> None:
            message = "PUT https://anna:pa55word@host/x?token=t0ken with Authorization: Bearer b3arer failed"
            raise OSError(message)

    maker, results = some_results(tmp_path, 1)
    outbox = Outbox(maker.folder, {"talkative": Talkative()})
    outbox.put(results[0])
    wait_until(lambda: read_delivery(maker.folder / results[0].folder, "talkative").attempts)
    said = "".join(outbox.close(limit=0))
    kept = "".join(path.read_text() for path in maker.folder.rglob(f"{FOLDER}/*.json"))
    for text in (said, kept):
        assert "https://***@host" in text
        for secret in ("anna", "pa55word", "t0ken", "b3arer"):
            assert secret not in text


def test_evidence_that_was_thrown_away_is_not_waited_for(tmp_path: Path, store: Store, quick: Pauses) -> None:
    maker, results = some_results(tmp_path, 2)
    for path in (maker.folder / results[0].folder).iterdir():
        path.unlink()
    (maker.folder / results[0].folder).rmdir()
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)}, quick)
    for result in results:
        outbox.put(result)
    assert outbox.close() == []
    assert list(store.order) == [results[1].testcase]


def test_a_state_that_cannot_be_written_does_not_stop_deliveries(tmp_path: Path, store: Store) -> None:
    maker, results = some_results(tmp_path, 2)
    (maker.folder / results[0].folder / FOLDER).write_text("in the way")
    outbox = Outbox(maker.folder, {"store": HttpReporter(store.url)})
    for result in results:
        outbox.put(result)
    assert outbox.close() == []
    assert len(store.kept) == 2


def test_a_run_without_reporters_leaves_nothing_behind(tmp_path: Path) -> None:
    maker, results = some_results(tmp_path, 1)
    threads = threading.active_count()
    outbox = Outbox(maker.folder, {})
    outbox.put(results[0])
    assert outbox.close() == []
    assert threading.active_count() == threads
    assert not (maker.folder / FOLDER).exists()


def test_closing_ends_the_threads(tmp_path: Path, store: Store) -> None:
    maker, results = some_results(tmp_path, 1)
    outbox = Outbox(maker.folder, {"first": HttpReporter(store.url), "second": HttpReporter(store.url)})
    outbox.put(results[0])
    outbox.close()
    wait_until(lambda: not {thread.name for thread in threading.enumerate()} & {"reporter first", "reporter second"})


def test_pauses_grow_to_a_limit_and_are_never_all_alike() -> None:
    pauses = Pauses(first=1, longest=60)
    for failures, longest in ((1, 1), (2, 2), (4, 8), (7, 60), (5000, 60)):
        drawn = [pauses.after(failures) for _draw in range(50)]
        assert longest / 2 <= min(drawn) < max(drawn) <= longest


def test_a_name_with_a_slash_stays_inside_the_folder(tmp_path: Path, store: Store) -> None:
    maker, results = some_results(tmp_path, 1)
    outbox = Outbox(maker.folder, {"../../evil": HttpReporter(store.url)})
    outbox.put(results[0])
    outbox.close()
    assert [path.name for path in (maker.folder / results[0].folder / FOLDER).iterdir()] == ["..%2F..%2Fevil.json"]


def test_putting_waits_for_nobody(tmp_path: Path) -> None:
    maker, results = some_results(tmp_path, 1)
    hanging = Hanging()
    outbox = Outbox(maker.folder, {"hanging": hanging})
    started = time.monotonic()
    for _time in range(1000):
        outbox.put(results[0])
    # The hanging reporter would take 30 s for each.
    assert time.monotonic() - started < 30
    hanging.let_go.set()
    outbox.close(limit=0)
