"""The pad on a node's page: the keys of its remote, for who may press them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.peers.farm_people import HOLDING, OFFLINE, World
from tests.peers.pack_run import until
from tests.server.portal.conftest import Visit

from qarunner.server.portal.pad_keys import pad

if TYPE_CHECKING:
    from tests.peers.browser import Browser


@pytest.fixture(autouse=True)
def free(world: World) -> Iterator[None]:
    """Begin with remotes that are known, and leave the nodes free."""
    for node in (world.node, HOLDING):
        until(lambda node=node: remote_of(world, node)["keys"], "the keys")  # type: ignore[misc]  # a loop's variable
    yield
    for holder in world.rig.farm.ownership.holders().values():
        assert holder.reservation is not None
        world.rig.farm.end(holder.reservation, holder.user)


def remote_of(world: World, node: str, name: str = "anna") -> dict[str, object]:
    found: dict[str, object] = world.ask("GET", f"/qarunner/api/v1/nodes/{node}/remote", name)
    return found


def test_the_keys_of_a_remote_lie_in_groups() -> None:
    groups = pad(["KEY_OK", "KEY_7", "KEY_F12", "KEY_RED", "KEY_UP", "KEY_VOLUMEUP", "KEY_PLAY", "KEY_POWER", "odd"])
    lying = [(group.kind, [(key.name, key.label, key.place) for key in group.keys]) for group in groups]
    assert lying == [
        ("row", [("KEY_POWER", "Power", "")]),
        (
            "cross",
            [("KEY_VOLUMEUP", "Vol +", "volumeup"), ("KEY_UP", "\u2191", "up"), ("KEY_OK", "OK", "middle")],
        ),
        ("digits", [("KEY_7", "7", "")]),
        ("colours", [("KEY_RED", "Red", "red")]),
        ("row", [("KEY_PLAY", "Play", "")]),
        ("row", [("KEY_F12", "F12", ""), ("odd", "Odd", "")]),
    ]


@pytest.mark.parametrize("middle", ["KEY_SELECT", "KEY_ENTER"])
def test_what_chooses_is_in_the_middle_of_the_cross(middle: str) -> None:
    [cross] = pad([middle, "KEY_LEFT"])
    assert [(key.name, key.place) for key in cross.keys] == [("KEY_LEFT", "left"), (middle, "middle")]


def test_each_key_is_there_once_and_none_is_made_up() -> None:
    names = ["KEY_OK", "KEY_ENTER", "KEY_SELECT", "KEY_HOME", "KEY_HOME"]
    assert sorted(key.name for group in pad(names) for key in group.keys) == sorted(set(names))
    usual = [key.name for group in pad(None) for key in group.keys]
    assert len(usual) == len(set(usual)) > 30
    assert pad([]) == []


def test_a_key_is_pressed_without_a_script(world: World) -> None:
    visitor, address = world.visitor("mia"), f"/app/nodes/{world.node}"
    page = visitor.get(address)
    assert '<button name="key" value="KEY_RED" data-key="KEY_RED"' in page.html
    assert "This remote sends short presses only" in page.text
    assert visitor.post(f"{address}/press", key="KEY_RED").location == address
    visitor.post(f"{address}/press", key="KEY_RED")
    assert "has no key" in visitor.post(f"{address}/press", 400, key="KEY_BLUE").text
    assert "is no name of a key" in visitor.post(f"{address}/press", 400).text


def test_only_our_own_pages_press_keys(world: World) -> None:
    visitor = world.visitor("anna")
    assert "CSRF" in visitor.post(f"/app/nodes/{world.node}/press", 403, csrf="wrong", key="KEY_OK").text
    answer = visitor.http.post(f"/qarunner/api/v1/nodes/{world.node}/remote", json={"key": "KEY_OK"})
    assert answer.status_code == 403


def test_who_may_not_control_nodes_sees_no_pad(world: World) -> None:
    page = world.visitor("rita").get(f"/app/nodes/{world.node}")
    assert "Remote control" not in page.text
    world.visitor("rita").post(f"/app/nodes/{world.node}/press", 403, key="KEY_OK")
    world.ask("POST", f"/qarunner/api/v1/nodes/{world.node}/remote", "rita", 403, json={"key": "KEY_OK"})


def test_a_node_of_somebody_else_says_so_and_its_keys_cannot_be_pressed(world: World) -> None:
    world.rig.farm.reserve([world.node], "ben", "EPG work")
    page = world.visitor("anna").get(f"/app/nodes/{world.node}")
    assert f"Node {world.node} reserved by @ben: keys are not sent." in page.text
    assert "<fieldset disabled>" in page.html
    world.visitor("anna").post(f"/app/nodes/{world.node}/press", 409, key="KEY_OK")
    assert "keys are not sent" not in world.visitor("ben").get(f"/app/nodes/{world.node}").text
    assert remote_of(world, world.node)["refusal"] == f"Node {world.node} reserved by @ben"


def test_a_node_that_is_offline_has_no_pad(world: World) -> None:
    assert "Remote control" not in world.visitor("anna").get(f"/app/nodes/{OFFLINE}").text


def test_the_same_as_json(world: World) -> None:
    keys = ["KEY_UP", "KEY_DOWN", "KEY_OK", "KEY_RED"]
    assert remote_of(world, world.node) == {"keys": keys, "can_hold": False, "problem": "", "refusal": ""}
    address = f"/qarunner/api/v1/nodes/{world.node}/remote"
    assert world.ask("POST", address, json={"key": "KEY_OK"}) == {"key": "KEY_OK", "action": "press"}
    for body, status in (
        ({"key": "KEY_BLUE"}, 400),
        ({"key": ""}, 400),
        ({"key": "KEY_OK", "action": "hammer"}, 400),
        ({"key": "KEY_OK", "action": "keydown"}, 400),
        ({"key": "KEY_OK", "action": "keyup"}, 400),
    ):
        world.ask("POST", address, "anna", status, json=body)
    world.ask("GET", "/qarunner/api/v1/nodes/nowhere/remote", "anna", 404)


def test_the_packs_own_drawing_is_the_pad_and_the_list_is_below_it(world: World) -> None:
    html = world.visitor("mia").get(f"/app/nodes/{HOLDING}").html
    drawing = html.partition('<svg class="drawing"')[2].partition("</svg>")[0]
    assert 'data-key="KEY_RED" role="button" tabindex="0" aria-label="Red"' in drawing
    assert "KEY_NONE" not in drawing, "which the remote does not have"
    assert "<summary>All keys</summary>" in html
    assert 'class="drawing"' not in world.visitor("mia").get(f"/app/nodes/{world.node}").html


RED = "document.querySelector('.drawing [data-key=KEY_RED]')"


@pytest.mark.needs("chromium")
def test_a_short_touch_presses_and_a_long_one_holds(world: World, browser: Browser, visit: Visit) -> None:
    from selenium.webdriver import ActionChains

    visit(f"/app/nodes/{HOLDING}", "mia")
    browser.wait_for(f"Boolean({RED})")
    key = browser.find(".drawing [data-key=KEY_RED]")
    said = "document.getElementById('sent').textContent"
    ActionChains(browser.driver).move_to_element(key).click().perform()
    browser.wait_for(f"{said} === 'KEY_RED'")
    ActionChains(browser.driver).move_to_element(key).click_and_hold().perform()
    browser.wait_for(f"{said} === 'KEY_RED is held down'")
    ActionChains(browser.driver).release().perform()
    browser.wait_for(f"{said} === 'KEY_RED is released'")
    browser.run(f"{RED}.focus()")
    browser.run("document.getElementById('sent').textContent = ''")
    browser.type("\ue007")  # Enter
    browser.wait_for(f"{said} === 'KEY_RED'")
    assert browser.run("document.querySelector('img[data-picture]').dataset.picture") == "0.2"
    assert browser.complaints() == []


@pytest.mark.needs("chromium")
def test_a_key_that_is_down_is_released_when_the_page_is_left(world: World, browser: Browser, visit: Visit) -> None:
    from selenium.webdriver import ActionChains

    visit(f"/app/nodes/{HOLDING}", "mia")
    key = browser.find(".drawing [data-key=KEY_RED]")
    ActionChains(browser.driver).move_to_element(key).click_and_hold().perform()
    browser.wait_for("document.getElementById('sent').textContent === 'KEY_RED is held down'")
    assert world.rig.farm.remote.held(HOLDING) == ["KEY_RED"]
    browser.driver.get("about:blank")
    until(lambda: not world.rig.farm.remote.held(HOLDING), "the release")
    ActionChains(browser.driver).release().perform()


@pytest.mark.needs("chromium")
def test_what_the_server_refuses_is_said_on_the_page(world: World, browser: Browser, visit: Visit) -> None:
    visit(f"/app/nodes/{world.node}", "anna")
    browser.find("#pad [data-key=KEY_OK]")
    browser.run("document.querySelector('#pad [data-key=KEY_OK]').dataset.key = 'KEY_BLUE'")
    browser.find("#pad [data-key=KEY_BLUE]").click()
    browser.wait_for("document.getElementById('sent').textContent.includes(\"has no key 'KEY_BLUE'\")")
    assert browser.run("document.getElementById('sent').className") == "failed"
