"""The first page: nodes, jobs and results, for those who may see them."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.peers.farm_people import OFFLINE, UID, Visitor, World

from qarunner.results import Outcome
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects


def test_nodes_have_their_name_state_and_picture(world: World) -> None:
    page = world.visitor().get("/app/")
    assert "Rack 3 &lt;b&gt;" in page.html, "what a pack says is text"
    assert f"Rack 3 <b> free {world.node} roku" in page.text
    assert f"no picture {OFFLINE} offline" in page.text
    assert "no capture driver for 'nothing:'" in page.text
    links = page.links()
    assert f"/app/nodes/{world.node}" in links
    assert f'src="/qarunner/api/v1/nodes/{world.node}/thumbnail.jpg"' in page.html
    assert "/qarunner/api/v1/nodes" in links, "every page names its JSON twin"


def test_who_only_controls_nodes_sees_no_results(world: World) -> None:
    name = world.keep(Outcome.FAIL, testcase="tests/hidden.py::test_x", reason="secret failure", job=UID)
    assert f"/app/results/{name}" in world.visitor("rita").get("/app/").links()
    page = world.visitor("mia").get("/app/")
    assert "Rack 3" in page.text
    for word in ("hidden.py", "secret failure", "Results", "Jobs", UID):
        assert word not in page.text


def test_a_server_that_keeps_results_only_has_a_first_page_too(world: World) -> None:
    nothing: Any = None
    services = dataclasses.replace(world.services, jobs=nothing, farm=nothing, packs=nothing)
    page = Visitor(create_app(services, qa_dialects()), world.services.access, "anna").get("/app/")
    assert "This server keeps results only" in page.text
    assert "Results" in page.text


def test_nobody_is_led_to_sign_in_and_back(world: World) -> None:
    page = world.visitor("").get("/app/results?filter=result:fail%20x", 302)
    assert page.location == "/app/login?to=/app/results?filter%3Dresult:fail%2520x"
