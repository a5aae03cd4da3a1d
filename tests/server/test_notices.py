"""People are told what happened, each cause once, and again until it is taken."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from qarunner.errors import DeliveryRejectedError
from qarunner.notifiers import Notice
from qarunner.results import Outcome, Result, new_id
from qarunner.server.live.notices import Notices
from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.models import Job, JobState, Node, NotificationDelivery
from qarunner.store.submission import Submission
from qarunner_plugins.notify_mail import MailOptions, message
from qarunner_plugins.notify_webhook import WebhookNotifier, WebhookOptions, signature

NOTICE = Notice(
    "test:1", "job finished", "Job /n/1 finished", "It is over.", datetime(2026, 1, 1, tzinfo=UTC), "http://x/"
)


class Notebook:
    """A notifier that writes down what it is told, and fails when it should."""

    def __init__(self, *errors: Exception) -> None:
        self.told: list[Notice] = []
        self._errors = list(errors)

    def send(self, notice: Notice) -> None:
        if self._errors:
            raise self._errors.pop(0)
        self.told.append(notice)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def notices(store: Store, notebook: Notebook) -> Iterator[Notices]:
    made = Notices(store, {"notebook": notebook}, lambda: "https://farm", every=0.02)
    yield made
    made.close()


def wait_for(condition: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def states(store: Store) -> list[tuple[str, int, str]]:
    columns = (NotificationDelivery.state, NotificationDelivery.attempts, NotificationDelivery.answer)
    with store.read() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(select(*columns))]


def deliver(store: Store, outcome: Outcome, node: str = "living-room", second: int = 0) -> str:
    name = new_id()
    result = Result(
        id=name,
        run_id="run",
        folder="x",
        testcase="tests/menu.py::test_opens",
        node=node,
        started=datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC),
        duration=1.0,
        finished=True,
        outcome=outcome,
    )
    ingest(store, Submission(result=result))
    return name


def test_a_job_that_ends_a_new_failure_and_a_node_that_leaves_are_told_once(
    store: Store, notices: Notices, notebook: Notebook
) -> None:
    with store.write() as connection:
        connection.execute(insert(Node).values(id="kitchen", config={}, online=True, first_seen=now()))
        row = {"uid": "/n/1", "node": "kitchen", "state": JobState.RUNNING, "user": "ada", "created": now()}
        connection.execute(insert(Job).values(row))
    notices.start()
    with store.write() as connection:
        done = {"state": JobState.EXITED, "ending": "finished", "pass_count": 2, "fail_count": 1}
        connection.execute(update(Job).values(done))
    wait_for(lambda: len(notebook.told) == 1)
    assert (notebook.told[0].cause, notebook.told[0].title) == (
        "job finished:/n/1",
        "Job /n/1 finished: 2 pass, 1 fail",
    )
    with store.write() as connection:
        connection.execute(update(Node).values(online=False, offline_reason="no power"))
    wait_for(lambda: len(notebook.told) == 2)
    assert (notebook.told[1].kind, notebook.told[1].text) == ("node offline", "Reason: no power.")
    failed = deliver(store, Outcome.FAIL, second=1)
    wait_for(lambda: len(notebook.told) == 3)
    assert notebook.told[2].cause == f"new failure:{failed}"
    assert notebook.told[2].url == f"https://farm/app/results/{failed}"
    deliver(store, Outcome.FAIL, second=2)  # the same failure again is no news
    deliver(store, Outcome.PASS, second=3)
    again = deliver(store, Outcome.FAIL, second=4)
    wait_for(lambda: len(notebook.told) == 4)
    assert notebook.told[3].cause == f"new failure:{again}"


def test_a_node_that_nobody_looked_at_yet_is_not_offline_and_one_that_is_is_told_once(
    store: Store, notices: Notices, notebook: Notebook
) -> None:
    notices.start()
    with store.write() as connection:
        connection.execute(insert(Node).values(id="new", config={}, online=False, first_seen=now()))
        connection.execute(insert(Node).values(id="kitchen", config={}, online=True, first_seen=now(), last_seen=now()))
    for reason in ("no power", "no power at all", "it does not answer"):
        with store.write() as connection:
            gone = {"online": False, "offline_reason": reason}
            connection.execute(update(Node).where(Node.id == "kitchen").values(gone))
        wait_for(lambda: len(notebook.told) >= 1)
    time.sleep(0.2)  # whatever becomes known of it meanwhile is no news
    assert len(notebook.told) == 1
    with store.write() as connection:
        back = {"online": True, "offline_reason": None, "last_seen": now() + timedelta(minutes=5)}
        connection.execute(update(Node).where(Node.id == "kitchen").values(back))
        connection.execute(update(Node).where(Node.id == "new").values(offline_reason="no driver"))
    wait_for(lambda: len(notebook.told) == 2)
    with store.write() as connection:
        connection.execute(update(Node).where(Node.id == "kitchen").values(gone))
    wait_for(lambda: len(notebook.told) == 3)
    assert [(one.data["node"], one.text) for one in notebook.told] == [
        ("kitchen", "Reason: no power."),
        ("new", "Reason: no driver."),
        ("kitchen", "Reason: it does not answer."),
    ]
    assert notebook.told[0].url == "https://farm/app/nodes/kitchen"


def test_one_cause_is_noted_once(store: Store, notices: Notices, notebook: Notebook) -> None:
    assert notices.tell(NOTICE)
    assert not notices.tell(NOTICE)
    assert notices.send_due() == 1
    assert notices.send_due() == 0
    assert notebook.told == [NOTICE]


def test_what_could_not_be_sent_is_sent_later_also_by_the_next_server(store: Store) -> None:
    failing = Notices(store, {"notebook": Notebook(OSError("no network"))}, str)
    failing.tell(NOTICE)
    assert failing.send_due() == 0
    assert states(store) == [("pending", 1, "OSError: no network")]
    assert failing.send_due() == 0, "not at once"
    with store.write() as connection:
        connection.execute(update(NotificationDelivery).values(next_attempt=now()))
    fresh = Notebook()
    assert Notices(store, {"notebook": fresh}, str).send_due() == 1
    assert fresh.told == [NOTICE]
    assert states(store) == [("sent", 2, "")]


def test_what_is_rejected_is_not_sent_again(store: Store) -> None:
    notices = Notices(store, {"notebook": Notebook(DeliveryRejectedError("no such channel"))}, str)
    notices.tell(NOTICE)
    notices.send_due()
    assert states(store) == [("rejected", 1, "no such channel")]


class Receiver:
    """A webhook's other end."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_webhook_gets_the_notice_signed(receiver: Receiver) -> None:
    WebhookNotifier(WebhookOptions(url=receiver.url, secret="shared secret")).send(NOTICE)  # noqa: S106 - of this test
    [(headers, body)] = receiver.got
    assert msgspec.json.decode(body, type=Notice) == NOTICE
    moment = headers["X-Qarunner-Time"]
    # As a receiver computes it who has read the documentation, and RFC 2104 for what an HMAC is.
    inner, outer = (bytes(byte ^ pad for byte in b"shared secret".ljust(64, b"\0")) for pad in (0x36, 0x5C))
    digest = hashlib.sha256(inner + f"{moment}.".encode() + body).digest()
    assert headers["X-Qarunner-Signature"] == f"sha256={hashlib.sha256(outer + digest).hexdigest()}"
    assert abs(int(moment) - time.time()) < 60
    assert signature("other", moment, body) != signature("shared secret", moment, body)


@pytest.mark.parametrize(("status", "error"), [(404, DeliveryRejectedError), (302, DeliveryRejectedError),
                                               (429, ConnectionError), (503, ConnectionError)])  # fmt: skip
def test_a_webhooks_answer_says_whether_to_try_again(receiver: Receiver, status: int, error: type[Exception]) -> None:
    receiver.status = status
    with pytest.raises(error):
        WebhookNotifier(WebhookOptions(url=receiver.url, secret="shared secret")).send(NOTICE)  # noqa: S106 - of this test


def test_only_the_kinds_that_are_wanted_are_posted(receiver: Receiver) -> None:
    options = WebhookOptions(url=receiver.url, secret="shared secret", kinds=["node offline"])  # noqa: S106 - of this test
    WebhookNotifier(options).send(NOTICE)
    assert receiver.got == []


def test_a_title_with_line_ends_adds_no_header_to_a_mail() -> None:
    options = MailOptions(host="localhost", sender="farm@example.com", to=["ada@example.com", "bob@example.com"])
    mail = message(msgspec.structs.replace(NOTICE, title="a\r\nBcc: eve@example.com\n\nb"), options)
    assert mail["Subject"] == "a Bcc: eve@example.com b"
    assert mail["Bcc"] is None
    assert mail["To"] == "ada@example.com, bob@example.com"
    assert "It is over.\n\nhttp://x/" in mail.get_content()
