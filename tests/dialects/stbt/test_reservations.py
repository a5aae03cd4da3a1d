"""Reservations through the API, and what they do to others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.dialects.stbt.conftest import OFFLINE, World

from qarunner.dialects.markdown import safe_html

KEYS = {
    "reservation_id",
    "node_id",
    "username",
    "start_time",
    "expires",
    "message",
    "message_html",
    "reserved_by_you",
}


@pytest.fixture
def reserved(world: World) -> Iterator[dict[str, Any]]:
    """A reservation of anna's for an hour."""
    yield reserve(world, duration_secs=3600)
    node = world.ask("GET", f"/api/v2/nodes/{world.node}").json or {}
    if node["reservation"]:
        identifier = node["reservation"]["reservation_id"]
        world.ask("POST", f"/api/v2/reservations/{identifier}/interrupt", json={"message": "clean up"})


def reserve(world: World, user: str = "anna", **more: Any) -> dict[str, Any]:
    body = {"node_ids": [world.node], "message": "Overnight *soak*\n\nSee JIRA-1", **more}
    answer = world.ask("POST", "/api/v2/reservations", user, json=body)
    assert answer.status_code == 200, answer.text
    [made] = (answer.json or {})["reservations"]
    found: dict[str, Any] = made
    return found


def test_a_reservation_says_whose_it_is_and_until_when(world: World, reserved: dict[str, Any]) -> None:
    assert reserved.keys() == KEYS
    assert reserved["message_html"] == "<p>Overnight <em>soak</em></p>\n<p>See JIRA-1</p>"
    assert (reserved["username"], reserved["reserved_by_you"]) == ("anna", True)
    assert reserved["start_time"].endswith("+00:00")
    mine = world.ask("GET", f"/api/v2/nodes/{world.node}").json or {}
    assert mine["reservation"] == reserved
    assert (mine["available"], mine["not_available_reason"]) == (False, f"Node {world.node} reserved by @anna")
    assert (mine["last_used_by"], mine["friendly_name"], mine["device_type"]) == ("anna", "Rack 3, Node 1", "roku")
    assert mine["config"]["device_under_test"]["ip_address"] == "192.168.1.108"
    other = world.ask("GET", f"/api/v2/nodes/{world.node}", "ben").json or {}
    assert other["reservation"]["reserved_by_you"] is False


def test_a_node_that_is_offline_says_why(world: World) -> None:
    node = world.ask("GET", f"/api/v2/nodes/{OFFLINE}").json or {}
    assert (node["online"], node["available"], node["job"], node["reservation"]) == (False, False, None, None)
    assert node["not_available_reason"].startswith(f"Node {OFFLINE} is offline: ")
    assert {row["node_id"] for row in world.ask("GET", "/api/v2/nodes").json or []} == {world.node, OFFLINE}


def test_all_nodes_are_reserved_or_none(world: World) -> None:
    first = reserve(world)
    both = {"node_ids": [OFFLINE, world.node], "message": "both"}
    assert world.ask("POST", "/api/v2/reservations", json=both).status_code == 409
    assert (world.ask("GET", f"/api/v2/nodes/{OFFLINE}").json or {})["reservation"] is None
    assert world.ask("DELETE", f"/api/v2/reservations/{first['reservation_id']}").status_code == 204


def test_it_refuses_others_whatever_they_want(world: World, reserved: dict[str, Any]) -> None:
    run = {"node_id": world.node, "test_pack_revision": "main", "test_cases": ["tests/menu.py::test_pass"]}
    for path, body in (
        ("/api/v2/run_tests", run),
        (f"/api/v2/nodes/{world.node}/press", {"key": "KEY_OK"}),
        ("/api/v2/reservations", {"node_ids": [world.node], "message": "mine"}),
    ):
        answer = world.ask("POST", path, "ben", json=body)
        assert (answer.status_code, "@anna" in answer.text) == (409, True), path
    number = reserved["reservation_id"]
    assert (
        world.ask("POST", f"/api/v2/reservations/{number}/extend", "ben", json={"duration_secs": 1}).status_code == 403
    )
    assert world.ask("DELETE", f"/api/v2/reservations/{number}", "ben").status_code == 403
    assert world.ask("POST", f"/api/v2/nodes/{world.node}/press", json={"key": "KEY_OK"}).status_code == 200


def test_it_is_extended_and_ended_by_its_owner(world: World, reserved: dict[str, Any]) -> None:
    number = reserved["reservation_id"]
    extend = f"/api/v2/reservations/{number}/extend"
    answer = world.ask("POST", extend, data=b'{"duration_secs": 600}')
    assert (answer.status_code, answer.data) == (204, b"")
    after = (world.ask("GET", f"/api/v2/nodes/{world.node}").json or {})["reservation"]
    assert after["expires"] > reserved["expires"]
    for wrong in ({"duration_secs": 0}, {"duration_secs": -5}, {"duration_secs": "5"}, {}):
        assert world.ask("POST", extend, json=wrong).status_code == 400
    assert world.ask("DELETE", f"/api/v2/reservations/{number}").status_code == 204
    assert world.ask("DELETE", f"/api/v2/reservations/{number}").status_code == 204, "ended already"
    assert world.ask("POST", extend, json={"duration_secs": 5}).status_code == 400
    assert (world.ask("GET", f"/api/v2/nodes/{world.node}").json or {})["reservation"] is None


def test_an_endless_one_cannot_be_extended(world: World) -> None:
    made = reserve(world)
    assert made["expires"] is None
    number = made["reservation_id"]
    assert world.ask("POST", f"/api/v2/reservations/{number}/extend", json={"duration_secs": 5}).status_code == 400
    assert world.ask("DELETE", f"/api/v2/reservations/{number}").status_code == 204


def test_anybody_can_interrupt_it_with_a_message_that_reaches_the_owner(world: World, reserved: dict[str, Any]) -> None:
    path = f"/api/v2/reservations/{reserved['reservation_id']}/interrupt"
    assert world.ask("POST", path, "ben", json={"message": ""}).status_code == 400
    assert world.ask("POST", path, "ben", json={"message": "emergency"}).status_code == 204
    assert world.ask("POST", path, "ben", json={"message": "again"}).status_code == 204
    told = world.rig.farm.ownership.interruptions("anna")
    assert [found.interruption for found in told if found.id == reserved["reservation_id"]] == ["emergency"]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=alert(1)>", "![x](data:text/html,x)"],
)
def test_a_message_cannot_carry_a_script(text: str) -> None:
    html = safe_html(text)
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<img src=x" not in html or "onerror" not in html
    assert 'src="data:' not in html
