"""Signing in and out, as a person meets it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from tests.peers.farm_people import PASSWORD, Visitor, World

from qarunner.access.limits import PasswordLimit

OWN = {"Origin": "http://localhost"}


def sign_in(visitor: Visitor, name: str, password: str, to: str = "") -> tuple[int, str, str]:
    form = {"name": name, "password": password, "to": to}
    answer = visitor.http.post("/app/login", data=form, headers=OWN)
    return answer.status_code, answer.location or "", answer.text


def test_who_is_led_to_sign_in_arrives_where_they_wanted_to_go(world: World) -> None:
    visitor = Visitor(world.app, world.services.access, "")
    led = urlsplit(visitor.get("/app/jobs?node=a%20b", 302).location)
    assert led.path == "/app/login"
    [to] = parse_qs(led.query)["to"]
    assert sign_in(visitor, "anna", PASSWORD, to)[:2] == (303, "/app/jobs?node=a%20b")
    assert "anna write" in visitor.get("/app/jobs").text


@pytest.mark.parametrize("name", ["anna", "nobody-of-this-name"])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(world: World, name: str) -> None:
    status, _location, page = sign_in(Visitor(world.app, world.services.access, ""), name, "wrong", "/app/jobs")
    assert status == 401
    assert '<p class="problem" role="alert">Name or password is wrong.</p>' in page
    assert f'name="name" value="{name}"' in page, "only the password is typed again"
    assert 'name="to" value="/app/jobs"' in page
    assert "wrong" not in page.replace("is wrong.", "")


def test_after_too_many_wrong_passwords_the_form_says_how_long_to_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.services.access, "_wrong", PasswordLimit(most=3))
    visitor = Visitor(world.app, world.services.access, "")
    assert [sign_in(visitor, "anna", "wrong")[0] for _try in range(3)] == [401] * 3
    answer = visitor.http.post("/app/login", data={"name": "anna", "password": PASSWORD}, headers=OWN)
    assert answer.status_code == 429
    seconds = int(answer.headers["Retry-After"])
    assert 1 <= seconds <= 60
    assert f"There were too many wrong passwords. Try again in {seconds} s." in answer.text


def test_who_signed_out_is_asked_again_and_the_old_cookie_is_worth_nothing(world: World) -> None:
    visitor = Visitor(world.app, world.services.access, "")
    sign_in(visitor, "anna", PASSWORD)
    cookie = visitor.http.get_cookie("qarunner_session")
    assert cookie is not None
    assert visitor.post("/app/logout", csrf=visitor.get("/app/").csrf).location == "/app/login"
    visitor.http.set_cookie("qarunner_session", cookie.value)
    assert visitor.get("/app/", 302).location.startswith("/app/login")


@pytest.mark.parametrize(
    "path", ["/app/logout", "/app/nodes/{}/reserve", "/app/nodes/{}/end", "/app/jobs/{}/0000/1/stop"]
)
@pytest.mark.parametrize("csrf", ["", "guess"])
def test_a_form_of_another_page_changes_nothing_and_is_told_why(world: World, path: str, csrf: str) -> None:
    page = world.visitor("anna").post(path.format(world.node), 403, csrf=csrf, message="x", span="1 hour")
    assert "only from our own pages" in page.text
    assert world.rig.farm.ownership.holder(world.node) is None
    assert world.visitor("anna").get("/app/").status == 200, "still signed in"
