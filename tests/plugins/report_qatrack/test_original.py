"""What the reporter bears with at the original QATrack+, by a stand-in over HTTP that behaves as it does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.original_qatrack import TOKEN, OriginalQatrack, Reply
from tests.peers.qatrack_run import Sender, records
from tests.peers.run_directory import RunMaker

from qarunner import DeliveryPostponedError, DeliveryRejectedError, DeliveryStoppedError, Measurement, Outcome
from qarunner.outbox.courier import Pauses
from qarunner.outbox.delivery_state import read_delivery
from qarunner.outbox.run_sending import RunSending

TESTS = [
    ("test_opens", "boolean"),
    ("test_closes", "boolean"),
    ("zap_time", "simple"),
    ("black_time", "simple"),
    ("total", "composite"),
    ("picture", "upload"),
]
PROCEDURES = {"total": "total = zap_time + black_time"}
ZONE = "Etc/GMT+4"
"""Where the stand-in is, four hours behind."""


@pytest.fixture
def original() -> Iterator[OriginalQatrack]:
    original = OriginalQatrack(TESTS)
    original.procedures = PROCEDURES
    original.references = {"test_opens": 1.0, "test_closes": 1.0}
    yield original
    original.stop()


@pytest.fixture
def sender(original: OriginalQatrack) -> Sender:
    return Sender(original.url, TOKEN)


@pytest.fixture
def maker(tmp_path: Path) -> RunMaker:
    maker = RunMaker(tmp_path)
    zap = Measurement(name="zap_time", value=0.8)
    maker.add("tests/menu.py::test_opens", measurements=(zap,), files={"picture.png": "a picture"})
    maker.add("tests/menu.py::test_closes", Outcome.FAIL, message="it stays")
    return maker.finish()


def test_a_run_arrives_though_a_part_of_the_list_did_not_run(
    original: OriginalQatrack, sender: Sender, maker: RunMaker
) -> None:
    sent = sender.send(maker, time_zone=ZONE)
    assert sent.trouble is None
    [body] = original.posts
    told = {macro: entry.get("comment", entry.get("value")) for macro, entry in body["tests"].items()}
    assert told == {
        "test_opens": True,
        "test_closes": "it stays",
        "zap_time": 0.8,
        "black_time": "not run",
        "total": "not calculated: something it needs has no value",
        "picture": "YSBwaWN0dXJl",
    }
    assert body["work_started"] == "2026-03-14 05:26:57.589793"
    assert body["user_key"] == f"{maker.run.id}:1:tests/menu.py"
    assert sent.lines[1:] == ["  zap_time = 0.8: no limits; here: no limits"]


def test_links_that_name_another_host_are_followed_at_the_address_of_the_settings(
    original: OriginalQatrack, sender: Sender, maker: RunMaker
) -> None:
    original.shown = "http://inside.example.com/api"
    sent = sender.send(maker)
    assert sent.trouble is None
    assert len(original.instances) == 1


def test_an_upload_that_cannot_be_skipped_there_becomes_a_small_text(
    original: OriginalQatrack, sender: Sender, tmp_path: Path
) -> None:
    maker = RunMaker(tmp_path)
    maker.add("tests/menu.py::test_opens")
    assert sender.send(maker.finish()).trouble is None
    first, second = original.posts
    assert first["tests"]["picture"] == {"skipped": True, "comment": "not run"}
    assert second["tests"]["picture"]["filename"] == "not-run.txt"
    assert first["user_key"] == second["user_key"]


def test_a_test_that_came_into_the_list_meanwhile_is_skipped_at_the_second_try(
    original: OriginalQatrack, sender: Sender, maker: RunMaker
) -> None:
    def add(method: str, _path: str) -> Reply | None:
        if method == "POST":
            original.before = lambda _method, _path: None
            return 400, {"non_field_errors": ["Missing data for tests: black_time, test_unheard_of"]}, {}
        return None

    original.before = add
    assert sender.send(maker).trouble is None


def test_what_the_server_refuses_is_kept_for_a_person(
    original: OriginalQatrack, sender: Sender, maker: RunMaker
) -> None:
    reply: Reply = (400, {"comment": ["Not a valid string."]}, {})
    original.before = lambda method, _path: reply if method == "POST" else None
    trouble = sender.send(maker).trouble
    assert isinstance(trouble, DeliveryRejectedError)
    assert "400: comment: Not a valid string." in trouble.problem
    [record] = records(maker.folder)
    assert record["state"] == "rejected"
    assert record["body"]["tests"]["zap_time"] == {"value": 0.8}
    assert record["body"]["attachments"] == []


def test_a_failure_without_a_reference_there_is_told(
    original: OriginalQatrack, sender: Sender, maker: RunMaker
) -> None:
    original.references = {}
    assert "  NO FAILURE THERE: test_closes failed; give" in "\n".join(sender.send(maker).lines)


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({"Retry-After": "59"}, "Request was throttled. Expected available in 60 seconds.", 59),
        ({}, "Request was throttled. Expected available in 7 seconds.", 7),
        ({}, "Request was throttled.", 60),
        ({"Retry-After": "999999"}, "", 3600),
    ],
)
def test_a_server_that_is_throttled_says_when(
    original: OriginalQatrack, sender: Sender, maker: RunMaker, headers: dict[str, str], text: str, seconds: float
) -> None:
    original.before = lambda _method, _path: (429, {"detail": text}, headers)
    trouble = sender.send(maker).trouble
    assert isinstance(trouble, DeliveryPostponedError)
    assert trouble.seconds == seconds


def test_retry_after_is_obeyed_and_the_same_key_is_sent(
    original: OriginalQatrack, sender: Sender, maker: RunMaker
) -> None:
    asked: list[float] = []

    def throttle(method: str, _path: str) -> Reply | None:
        if method == "POST":
            asked.append(time.monotonic())
            return (429, {"detail": "Throttled."}, {"Retry-After": "1"}) if len(asked) == 1 else None
        return None

    original.before = throttle
    sending = RunSending(maker.folder, {"qatrack": sender.reporter(time_zone=ZONE)}, maker.run, maker.results, QUICK)
    first, _zap = sending.close(30)
    assert first.startswith("qatrack: tests/menu.py on living-room: ")
    assert asked[1] - asked[0] >= 1
    assert read_delivery(maker.folder, "qatrack").attempts == 2
    assert len(original.instances) == 1


QUICK = Pauses(first=0.01, longest=0.05)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_that_fails_after_it_has_stored_the_list_gets_it_once(
    original: OriginalQatrack, sender: Sender, maker: RunMaker, status: int
) -> None:
    """The answer is lost; the second time the key is taken, which is as good as 201."""

    def store_and_fail(method: str, _path: str) -> Reply | None:
        if method != "POST":
            return None
        original.before = lambda _method, _path: None
        original._post(body)
        return status, "<h1>Server Error (500)</h1>", {}

    sender.send(maker, time_zone=ZONE)
    [body] = original.posts
    original.instances.clear()
    (maker.folder / "qatrack.json").unlink()
    original.before = store_and_fail
    sending = RunSending(maker.folder, {"qatrack": sender.reporter(time_zone=ZONE)}, maker.run, maker.results, QUICK)
    lines = sending.close(30)
    assert lines[0] == f"qatrack: tests/menu.py on living-room (was there already): {original.url[:-4]}/qc/session/1"
    assert len(original.instances) == 1
    assert read_delivery(maker.folder, "qatrack").state == "sent"


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ((401, {"detail": "Invalid token."}, {}), "does not accept the token; it says 'Invalid token.'"),
        (
            (403, {"detail": "You do not have permission to perform this action."}, {}),
            "does not let the token's user",
        ),
        ((302, "", {"Location": "/accounts/login/"}), "leads to /accounts/login/"),
        ((200, "<html>Welcome</html>", {}), "is not QATrack+'s"),
        ((200, {"count": 1}, {}), "is not QATrack+'s"),
        ((404, "<h1>Not Found</h1>", {}), "answered 404: Not Found"),
        ((404, "<title>Not here</title><nav>Home</nav>", {}), "answered 404: Not here"),
    ],
)
def test_an_address_or_a_token_that_is_wrong_waits_for_a_person(
    original: OriginalQatrack, sender: Sender, maker: RunMaker, reply: Reply, problem: str
) -> None:
    maker.add("tests/other.py::test_x")
    asked: list[str] = []

    def note(_method: str, path: str) -> Reply:
        asked.append(path)
        return reply

    original.before = note
    trouble = sender.send(maker).trouble
    assert isinstance(trouble, DeliveryStoppedError)
    assert problem in trouble.problem
    assert trouble.advice
    assert len(asked) == 1, "of the other list it would have said the same"
    assert [record["state"] for record in records(maker.folder)] == ["pending", "pending"]


def test_a_server_that_is_not_there_means_later(maker: RunMaker, original: OriginalQatrack, sender: Sender) -> None:
    original.stop()
    sending = RunSending(maker.folder, {"qatrack": sender.reporter()}, maker.run, maker.results, QUICK)
    [line] = sending.close(0.5)
    assert line.startswith(f"qatrack: 1 run not delivered yet ({original.url} refuses the connection\n")
    assert read_delivery(maker.folder, "qatrack").state == "pending"
    assert TOKEN not in (maker.folder / "qatrack.json").read_text() + line
