"""Nodes as people look at them, take them and give them back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.peers.farm_people import OFFLINE, World

from qarunner.jobs.ownership import ReservationInfo
from qarunner.results import Outcome

EVIL = "**Mine** [x](javascript:alert(1)) <script>alert(1)</script> <b onclick=alert(1)>b</b> [y](https://example.com/)"


@pytest.fixture(autouse=True)
def free(world: World) -> Iterator[None]:
    """Leave the nodes free."""
    yield
    for holder in world.rig.farm.ownership.holders().values():
        assert holder.reservation is not None
        world.rig.farm.end(holder.reservation, holder.user)


def reservation(world: World, user: str, message: str = "EPG work", seconds: float | None = None) -> ReservationInfo:
    made: ReservationInfo = world.rig.farm.ownership.reserve([world.node], user, message, seconds)[0]
    return made


def test_a_node_is_reserved_extended_and_given_back(world: World) -> None:
    visitor, address = world.visitor("anna"), f"/app/nodes/{world.node}"
    page = visitor.get(address)
    assert "Nobody has it." in page.text
    assert visitor.post(f"{address}/reserve", csrf=page.csrf, message="EPG work", span="1 hour").location == address
    page = visitor.get(address)
    assert "Rack 3 <b> reserved" in page.text
    assert "Reserved by you since" in page.text
    assert "EPG work" in page.text
    assert "reservation of anna until" in visitor.get("/app/").text
    number = re.findall(r'name="reservation" value="(\d+)"', page.html)[0]
    before = world.rig.farm.ownership.reservation(int(number)).expires
    visitor.post(f"{address}/extend", reservation=number, span="4 hours")
    after = world.rig.farm.ownership.reservation(int(number)).expires
    assert before is not None
    assert after is not None
    assert (after - before).total_seconds() == 4 * 3600
    visitor.post(f"{address}/end", reservation=number)
    assert "Nobody has it." in visitor.get(address).text


def test_a_reservation_without_an_end_is_not_extended(world: World) -> None:
    visitor, address = world.visitor("mia"), f"/app/nodes/{world.node}"
    visitor.post(f"{address}/reserve", message="for long", span="")
    page = visitor.get(address)
    assert "until" not in page.text
    assert "Extend" not in page.text
    assert "End my reservation" in page.text


def test_an_interruption_reaches_the_owner_with_its_message_until_it_is_read(world: World) -> None:
    made = reservation(world, "anna")
    address = f"/app/nodes/{world.node}"
    page = world.visitor("ben").get(address)
    assert "Reserved by anna" in page.text
    assert "End anna's reservation" in page.text
    assert "needs a message" in world.visitor("ben").post(f"{address}/interrupt", 400, reservation=str(made.id)).text
    world.visitor("ben").post(f"{address}/interrupt", reservation=str(made.id), message=f"A release! {EVIL}")
    home = world.visitor("anna").get("/app/")
    assert re.search(r"ben ended your reservation of Rack 3|ben ended your reservation of " + world.node, home.text)
    assert "A release!" in home.text
    assert "<script>alert" not in home.html
    assert "release" not in world.visitor("ben").get("/app/").text
    world.visitor("ben").post(f"/app/interruptions/{made.id}/seen")
    assert "A release!" in world.visitor("anna").get("/app/").text, "only its owner puts it away"
    world.visitor("anna").post(f"/app/interruptions/{made.id}/seen")
    assert "A release!" not in world.visitor("anna").get("/app/").text


def test_a_refusal_is_said_on_the_page_and_what_was_typed_stays(world: World) -> None:
    made = reservation(world, "anna")
    address = f"/app/nodes/{world.node}"
    page = world.visitor("ben").post(f"{address}/reserve", 409, message="my <own> words", span="1 hour")
    assert f'role="alert">Node {world.node} reserved by @anna' in page.html
    assert "my &lt;own&gt; words</textarea>" in page.html
    page = world.visitor("ben").post(f"{address}/end", 403, reservation=str(made.id))
    assert "is @anna's. Only its owner can end it" in page.text.replace("&#39;", "'")
    assert world.visitor("ben").post(f"{address}/end", 404, reservation="99999").status == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"message": "", "span": "1 hour"}, "Say what the nodes are reserved for"),
        ({"message": "x", "span": "for ages"}, "is no time to choose"),
        ({"message": "x" * 10_001, "span": "1 hour"}, "10000 are allowed"),
    ],
)
def test_a_form_that_is_not_filled_in_well_changes_nothing(world: World, form: dict[str, str], said: str) -> None:
    assert said in world.visitor("anna").post(f"/app/nodes/{world.node}/reserve", 400, **form).text
    assert world.rig.farm.ownership.holder(world.node) is None


def test_what_a_reservation_says_is_harmless(world: World) -> None:
    reservation(world, "anna", EVIL)
    html = world.visitor("ben").get(f"/app/nodes/{world.node}").html
    told = html.partition('class="told">')[2].partition("</div>")[0]
    assert "<strong>Mine</strong>" in told
    assert '<a href="https://example.com/" rel="noopener noreferrer">y</a>' in told
    for word in ("<script", "onclick", 'href="javascript'):
        assert word not in told


@pytest.mark.parametrize(("person", "controls", "sees"), [("rita", False, True), ("mia", True, False)])
def test_each_role_sees_what_it_may(world: World, person: str, controls: bool, sees: bool) -> None:  # noqa: FBT001 - a table
    world.keep(Outcome.FAIL, testcase="tests/role.py::test_x", node=world.node)
    address = f"/app/nodes/{world.node}"
    page = world.visitor(person).get(address)
    assert ("Reserve" in page.text) == controls
    assert ("tests/role.py::test_x" in page.text, "Last 30 days" in page.text) == (sees, sees)
    for word in ("reserve", "extend", "end", "interrupt"):
        if not controls:
            world.visitor(person).post(f"{address}/{word}", 403, message="x", span="", reservation="1")


def test_an_offline_node_says_why_and_shows_no_picture(world: World) -> None:
    page = world.visitor().get(f"/app/nodes/{OFFLINE}")
    assert f"{OFFLINE} offline node '{OFFLINE}': no capture driver for 'nothing:'" in page.text
    assert "thumbnail.jpg" not in page.html


def test_a_node_that_left_the_farm_keeps_its_results(world: World) -> None:
    world.keep(Outcome.PASS, testcase="tests/left.py::test_x", node="left-the-farm")
    page = world.visitor().get("/app/nodes/left-the-farm")
    assert "This node is not in the farm any more." in page.text
    assert "tests/left.py::test_x" in page.text
    assert "/qarunner/api/v1/nodes/left-the-farm" not in page.links(), "which would be 404"
    assert "Reserve" not in page.text


@pytest.mark.parametrize("path", ["/app/nodes/nowhere", "/app/nodes/nowhere/reserve"])
def test_a_node_that_never_was_is_not_found(world: World, path: str) -> None:
    visitor = world.visitor()
    page = visitor.get(path, 404) if "reserve" not in path else visitor.post(path, 404, message="x", span="1 hour")
    assert "there is no node 'nowhere'" in page.text


def test_the_picture_of_a_node_is_what_it_shows_now(world: World) -> None:
    http = world.visitor("rita").http
    for name, kind, begin in (
        ("screenshot.png", "image/png", b"\x89PNG"),
        ("thumbnail.jpg", "image/jpeg", b"\xff\xd8"),
    ):
        answer = http.get(f"/qarunner/api/v1/nodes/{world.node}/{name}")
        assert (answer.status_code, answer.content_type, answer.headers["Cache-Control"]) == (200, kind, "no-store")
        assert answer.data.startswith(begin)
    assert http.get(f"/qarunner/api/v1/nodes/{OFFLINE}/thumbnail.jpg").status_code == 503
    assert http.get("/qarunner/api/v1/nodes/nowhere/thumbnail.jpg").status_code == 404
    with world.rig.store.read() as connection:
        used = connection.exec_driver_sql("SELECT last_used_by FROM nodes WHERE id = ?", (world.node,)).scalar()
    assert used != "rita", "to look is not to use"
