"""Notices by mail through a real mail server: taken, refused, deferred, slow, away, encrypted."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.peers.exim import PASSWORD, USER, Exim
from tests.peers.pack_run import until
from tests.peers.served_farm import ServedFarm

from qarunner.notifiers import Notice
from qarunner.server.live.notices import Notices
from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.models import NotificationDelivery
from qarunner_plugins import notify_mail
from qarunner_plugins.notify_mail import MailNotifier, MailOptions

pytestmark = pytest.mark.needs("smtp")


@pytest.fixture(scope="module")
def served() -> Iterator[Exim]:
    server = Exim()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def exim(served: Exim) -> Exim:
    """It is up; what arrived before stays there."""
    return served


Tell = Callable[..., tuple[str, int, str]]
NUMBERS = iter(range(1000))


@pytest.fixture
def tell(store: Store, exim: Exim) -> Tell:
    """Tell something by mail; return the state of its delivery, the attempts and the answer."""

    def told(*to: str, **options: Any) -> tuple[str, int, str]:
        chosen: dict[str, Any] = {"host": "127.0.0.1", "port": exim.port, "encryption": "none"} | options
        notifier = MailNotifier(MailOptions(to=list(to), sender="farm@example.com", **chosen))
        notices = Notices(store, {"mail": notifier}, str)
        notices.tell(notice(f"to {' '.join(to)}"))
        notices.send_due()
        return state(store)

    return told


def notice(title: str) -> Notice:
    """Return one of a cause of its own."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    text = "Grüße.\n.\nEnd."
    return Notice(cause=f"test:{next(NUMBERS)}", kind="job finished", title=title, text=text, time=moment)


def state(store: Store) -> tuple[str, int, str]:
    columns = (NotificationDelivery.state, NotificationDelivery.attempts, NotificationDelivery.answer)
    with store.read() as connection:
        row = connection.execute(select(*columns).order_by(NotificationDelivery.notification.desc())).first()
    assert row is not None
    return row.state, row.attempts, row.answer


def arrived(exim: Exim, title: str) -> list[Any]:
    return [mail for mail in exim.mails() if mail["Subject"] == title]


def test_a_mail_arrives_as_it_was_written(exim: Exim, tell: Tell) -> None:
    assert tell("ada@example.com", "bob@example.com") == ("sent", 1, "")
    until(lambda: len(arrived(exim, "to ada@example.com bob@example.com")) == 2, exim.log())
    mail, other = arrived(exim, "to ada@example.com bob@example.com")
    assert {one["Envelope-to"] for one in (mail, other)} == {"ada@example.com", "bob@example.com"}
    assert (mail["From"], mail["To"]) == ("farm@example.com", "ada@example.com, bob@example.com")
    assert mail.get_content().replace("\r", "") == "Grüße.\n.\nEnd.\n"
    assert mail["X-Qarunner-Cause"].startswith("test:")


def test_what_the_server_refuses_for_good_is_not_sent_again(tell: Tell) -> None:
    assert tell("unknown@example.com") == ("rejected", 1, "the mail server takes none of the recipients: 550")


def test_what_it_refuses_for_now_is_sent_again(tell: Tell) -> None:
    how, attempts, answer = tell("later@example.com")
    assert (how, attempts) == ("pending", 1)
    assert "451" in answer
    assert tell("later@example.com", "unknown@example.com")[0] == "pending", "one of them may take it"


def test_one_wrong_address_does_not_keep_it_from_the_others(exim: Exim, tell: Tell) -> None:
    assert tell("unknown@example.com", "eve@example.com") == ("sent", 1, "")
    until(lambda: arrived(exim, "to unknown@example.com eve@example.com"), exim.log())


def test_a_slow_server_is_waited_for(exim: Exim, tell: Tell) -> None:
    assert tell("slow@example.com") == ("sent", 1, "")
    until(lambda: arrived(exim, "to slow@example.com"), exim.log())


def test_a_silent_server_is_given_up_for_now(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify_mail, "TIME_LIMIT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        how, attempts, answer = tell("ada@example.com", port=silent.getsockname()[1])
    assert (how, attempts) == ("pending", 1)
    assert answer.endswith("timed out")


def test_what_cannot_be_sent_while_the_server_is_away_arrives_when_it_is_back(store: Store) -> None:
    away = Exim()
    try:
        options = MailOptions(host="127.0.0.1", port=away.port, encryption="none", sender="a@b", to=["ada@example.com"])
        notices = Notices(store, {"mail": MailNotifier(options)}, str)
        notices.tell(notice("later"))
        assert notices.send_due() == 0
        assert state(store)[0] == "pending"
        assert state(store)[2].startswith("ConnectionRefusedError")
        away.start()
        with store.write() as connection:
            connection.execute(update(NotificationDelivery).values(next_attempt=now()))
        assert notices.send_due() == 1
        assert state(store) == ("sent", 2, "")
        until(lambda: arrived(away, "later"), away.log())
    finally:
        away.remove()


def test_a_password_goes_only_to_a_server_whose_certificate_is_known(
    exim: Exim, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {"user": USER, "password": PASSWORD, "encryption": "starttls"}
    how, _attempts, answer = tell("tls@example.com", **secrets)
    assert (how, "CERTIFICATE_VERIFY_FAILED" in answer) == ("pending", True)
    monkeypatch.setenv("SSL_CERT_FILE", str(exim.certificate))
    assert tell("tls@example.com", **secrets) == ("sent", 1, "")
    until(lambda: arrived(exim, "to tls@example.com"), exim.log())
    how, _attempts, answer = tell("tls@example.com", **(secrets | {"password": "wrong"}))
    assert (how, "535" in answer) == ("pending", True), "until somebody mends the configuration"


def test_a_server_tells_of_a_job_and_of_a_new_failure(exim: Exim, tmp_path: Path) -> None:
    mail = f'host = "127.0.0.1"\nport = {exim.port}\nencryption = "none"\nsender = "farm@example.com"\n'
    farm = ServedFarm(tmp_path, more=f'[notifiers.mail]\n{mail}to = ["team@example.com"]\n')
    try:
        farm.start()
        job = farm.run("tests/menu.py::test_fail")

        def told() -> dict[str, Any]:
            mails = [one for one in exim.mails() if one["To"] == "team@example.com"]
            return {one["X-Qarunner-Cause"].partition(":")[0]: one for one in mails}

        until(lambda: len(told()) == 2, exim.log() + farm.said())
        by_cause = told()
        assert by_cause.keys() == {"job finished", "new failure"}
        assert by_cause["job finished"]["Subject"] == f"Job {job['job_uid']} finished: 1 fail"
        assert f"{farm.url}/app/jobs{job['job_uid']}" in by_cause["job finished"].get_content()
        [row] = farm.ask("GET", "/qarunner/api/v1/results").json()["results"]
        assert by_cause["new failure"]["Subject"] == f"tests/menu.py::test_fail fails on {farm.node}"
        assert f"{farm.url}/app/results/{row['id']}" in by_cause["new failure"].get_content()
    finally:
        farm.stop()


def test_no_mail_goes_anywhere_else(exim: Exim) -> None:
    queue = subprocess.run(["ls", str(exim.certificate.parent / "spool" / "input")], check=False, capture_output=True)
    assert queue.stdout.split() == [], "each was delivered into the folder"
