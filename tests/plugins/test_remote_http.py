"""`http:`, with a real HTTP server: what arrives there for a press."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.http_box import HttpBox

from qarunner import ConfigurationError, DeviceError, DeviceLostError, HoldingRemote, UnknownKeyError
from qarunner.config import load
from qarunner.testing import DriverRig

pytest_plugins = ["qarunner.testing"]
TOKEN, RIGHT, WRONG = {"token": "s3cret"}, {"password": "right"}, {"password": "wrong-one"}


@pytest.fixture
def box() -> Iterator[HttpBox]:
    with HttpBox() as running:
        yield running


def test_a_key_is_put_into_the_url_and_cannot_leave_its_place(driver_rig: DriverRig, box: HttpBox) -> None:
    with driver_rig("remote", f"http://{box.address}/send?key={{key}}&from=qa", method="GET") as remote:
        assert remote.keys() is None
        remote.press("KEY_OK")
        remote.press("a&b=/c")
    assert box.paths == ["GET /send?key=KEY_OK&from=qa", "GET /send?key=a%26b%3D%2Fc&from=qa"]


def test_keys_have_the_words_of_the_box_and_urls_of_their_own(driver_rig: DriverRig, box: HttpBox) -> None:
    with driver_rig(
        "remote",
        f"http://{box.address}/rc/{{key}}",
        keys={"KEY_OK": "enter", "KEY_UP": "cursor up"},
        urls={"KEY_POWER": "/power/toggle"},
    ) as remote:
        assert set(remote.keys() or ()) == {"KEY_OK", "KEY_UP", "KEY_POWER"}
        for key in ("KEY_OK", "KEY_UP", "KEY_POWER"):
            remote.press(key)
        with pytest.raises(UnknownKeyError, match=r"(?s)no key 'KEY_UPP'.*'KEY_UP'"):
            remote.press("KEY_UPP")
    assert box.paths == ["POST /rc/enter", "POST /rc/cursor%20up", "POST /power/toggle"]


def test_a_json_body_stays_json_whatever_the_key_is_called(driver_rig: DriverRig, box: HttpBox) -> None:
    with driver_rig("remote", f"http://{box.address}/rc", body='{"press": {"key": "{key}"}}', method="PUT") as remote:
        remote.press('say "hi"')
    [request] = box.requests
    assert request.json == {"press": {"key": 'say "hi"'}}
    assert (request.method, request.headers["content-type"]) == ("PUT", "application/json")


def test_a_form_and_a_text_of_another_kind(driver_rig: DriverRig, box: HttpBox) -> None:
    with driver_rig("remote", f"http://{box.address}/rc", body="key={key}") as remote:
        remote.press("a&b")
    with driver_rig("remote", f"http://{box.address}/rc", body="<{key}/>", headers={"Content-Type": "text/xml"}) as rc:
        rc.press("KEY_OK")
    assert [(r.body, r.headers["content-type"]) for r in box.requests] == [
        ("key=a%26b", "application/x-www-form-urlencoded"),
        ("<KEY_OK/>", "text/xml"),
    ]


def test_a_box_that_knows_down_and_up_can_hold_keys(driver_rig: DriverRig, box: HttpBox) -> None:
    actions = {"press": "click", "down": "hold", "up": "release"}
    with driver_rig("remote", f"http://{box.address}/{{key}}/{{action}}", actions=actions) as remote:
        remote.press("KEY_OK")
        remote.keydown("KEY_UP")
        remote.keyup("KEY_UP")
        remote.keydown("KEY_DOWN")
    words = ["KEY_OK/click", "KEY_UP/hold", "KEY_UP/release", "KEY_DOWN/hold", "KEY_DOWN/release"]
    assert box.paths == [f"POST /{word}" for word in words]


def test_one_without_them_says_so_before_the_test(driver_rig: DriverRig, box: HttpBox) -> None:
    with driver_rig("remote", f"http://{box.address}/{{key}}") as remote:
        assert not isinstance(remote, HoldingRemote)


def test_a_token_is_sent_where_it_is_named_and_as_bearer_otherwise(driver_rig: DriverRig, box: HttpBox) -> None:
    with driver_rig("remote", f"http://{box.address}/{{key}}", probe="/status", **TOKEN) as remote:
        remote.press("KEY_OK")
    with driver_rig("remote", f"http://{box.address}/", headers={"X-Api": "{token} {key}"}, **TOKEN) as remote:
        remote.press("KEY_OK")
    assert box.paths == ["GET /status", "POST /KEY_OK", "POST /"]
    assert [request.headers.get("authorization") for request in box.requests] == ["Bearer s3cret"] * 2 + [None]
    assert box.requests[2].headers["x-api"] == "s3cret KEY_OK"


@pytest.mark.parametrize("probe", ["", "/status"])
def test_wrong_credentials_are_an_error_that_names_them_and_not_the_password(
    driver_rig: DriverRig, box: HttpBox, probe: str
) -> None:
    box.answer = lambda request: (200 if request.headers.get("authorization") == "Basic cWE6cmlnaHQ=" else 401, "")
    with driver_rig("remote", f"http://{box.address}/", probe=probe, user="qa", **RIGHT) as remote:
        remote.press("KEY_OK")
    with (
        pytest.raises(DeviceError, match=rf"(?s)http://{box.address} refuses who asks: 401.*`password`") as raised,
        driver_rig("remote", f"http://{box.address}/", probe=probe, user="qa", **WRONG) as remote,
    ):
        remote.press("KEY_OK")
    assert "wrong-one" not in str(raised.value)


def test_an_answer_that_is_none_of_success_is_told(driver_rig: DriverRig, box: HttpBox) -> None:
    box.answer = lambda _request: (404, "no such key")
    with (
        driver_rig("remote", f"http://{box.address}/rc/{{key}}?secret=x") as remote,
        pytest.raises(DeviceError, match="answers POST /rc/KEY_OK with 404 Not Found no such key") as raised,
    ):
        remote.press("KEY_OK")
    assert "secret" not in str(raised.value)


def test_a_redirect_is_not_taken_for_a_press(driver_rig: DriverRig, box: HttpBox) -> None:
    box.answer = lambda _request: (302, "")
    with driver_rig("remote", f"http://{box.address}/") as remote, pytest.raises(DeviceError, match="302 Found"):
        remote.press("KEY_OK")
    assert box.paths == ["POST /"]


def test_a_proxy_of_the_environment_is_not_asked(
    driver_rig: DriverRig, box: HttpBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with driver_rig("remote", f"http://{box.address}/") as remote:
        remote.press("KEY_OK")
    assert len(box.requests) == 1


def test_https_with_an_http_box_is_told_apart(driver_rig: DriverRig, box: HttpBox) -> None:
    with (
        driver_rig("remote", f"https://{box.address}/") as remote,
        pytest.raises(DeviceLostError, match="does not speak TLS at this port"),
    ):
        remote.press("KEY_OK")


@pytest.mark.parametrize(
    ("uri", "options", "said"),
    [
        ("http:box", {}, "is no URL of a box"),
        ("http://box:x/", {}, "is no URL of a box"),
        ("http://qa:pw@box/", {}, "has a user in it"),
    ],
)
def test_a_url_that_is_none_is_refused(driver_rig: DriverRig, uri: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as raised:
        driver_rig.resolve("remote", uri, **options).open()
    assert "pw@" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"actions": {"down": "1"}}, "both down and up"),
        ({"body": '{"key": {key}}'}, "looks like JSON and is none"),
        ({"method": "BREW"}, "method"),
    ],
)
def test_options_that_cannot_work_are_refused_before_anything_is_sent(
    driver_rig: DriverRig, options: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        driver_rig.resolve("remote", "http://box/{key}", **options)


def test_nodes_may_share_a_box_when_their_urls_differ(driver_rig: DriverRig) -> None:
    one, two, same = (
        list(driver_rig.resolve("remote", f"http://box/send?out={n}&token=abc").resources()) for n in (1, 2, 1)
    )
    assert one == same != two
    assert "abc" not in one[0]


def test_secrets_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_PASSWORD", "from outside")
    (tmp_path / "qarunner.toml").write_text(
        '[nodes.box]\nremote = {uri = "http://box/send?key={key}", user = "qa", password = {env = "BOX_PASSWORD"}}\n'
    )
    monkeypatch.chdir(tmp_path)
    remote = load({}, None, tmp_path).node("box").remote
    assert remote is not None
    assert remote.options == {"user": "qa", "password": "from outside"}
    assert os.environ["BOX_PASSWORD"]
