"""Our own API reads definitions, says what one would change, and changes it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.definition.conftest import Bench, defined
from werkzeug.test import TestResponse

from qarunner.dialects.qatrack import qa_dialects
from qarunner.dialects.qatrack.definition.applying import apply, plan_for
from qarunner.dialects.qatrack.definition.completing import Part, complete
from qarunner.dialects.qatrack.definition.endpoints import LARGEST
from qarunner.dialects.qatrack.definition.kinds import KINDS
from qarunner.dialects.qatrack.definition.records import Definition
from qarunner.dialects.qatrack.definition.stored import read_current
from qarunner.dialects.qatrack.definition.writing import written
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects as own_dialects
from qarunner.store.engine import Store

ADDRESS = "/qarunner/api/v1/qatrack/definition"
SMALL = {"units": ["living-room-2"], "lists": [{"name": "Menu", "tests": ["opens", {"macro": "zap", "high": 2}]}]}


class Client:
    def __init__(self, world: World) -> None:
        self._world = world
        self.app = create_app(world.services, [*own_dialects(), *qa_dialects()])

    def as_user(self, user: str) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self._world.tokens[user]}"
        return client

    def get(self, user: str = "rita") -> Any:
        answer = self.as_user(user).get(ADDRESS)
        assert answer.status_code == 200, answer.text
        return answer.json

    def do(self, definition: Any, **more: Any) -> Any:
        answer = self.post(definition, **more)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, definition: Any, user: str = "ben", **more: Any) -> TestResponse:
        return self.as_user(user).post(ADDRESS, json={"definition": definition, **more})


@pytest.fixture
def client(own_world: World) -> Client:
    _go_on_counting(own_world.store)
    return Client(own_world)


def _go_on_counting(store: Store) -> None:
    """Let PostgreSQL number new rows after those of the world, which said their numbers themselves."""
    if store.is_sqlite:
        return
    with store.write() as connection:
        for kind in KINDS.values():
            if kind.numbered:
                table: Any = kind.table
                last = connection.scalar(select(func.max(table.id))) or 1
                sequence = func.pg_get_serial_sequence(table.__tablename__, "id")
                connection.execute(select(func.setval(sequence, last)))


def test_a_definition_is_shown_first_and_then_applied(client: Client) -> None:
    before = client.get()
    shown = client.do(SMALL)
    assert shown["applied"] is False
    assert "  + living-room-2: node living-room-2, type Device, number 3" in shown["lines"]
    assert client.get() == before
    done = client.do(SMALL, dry_run=False)
    assert done["applied"] is True
    assert done["lines"] == shown["lines"]
    [limits] = [one for one in done["changes"] if one["name"] == "Menu::zap on living-room-2"]
    assert limits == {
        "action": "create",
        "kind": "limits",
        "name": "Menu::zap on living-room-2",
        "values": {"reference": "2", "tolerance": "act_high +0", "active": "yes"},
        "before": {},
    }
    assert client.do(SMALL, dry_run=False)["changes"] == []
    after = client.get()
    assert [one["name"] for one in after["lists"]] == [*(one["name"] for one in before["lists"]), "Menu"]


def test_the_qatrack_api_shows_what_was_defined(client: Client, own_world: World) -> None:
    client.post(SMALL, dry_run=False)
    found = own_world.get("/api/qa/unittestcollections/?unit__name=living-room-2&test_list__name=Menu")
    assert found["count"] == 1
    infos = own_world.get("/api/qa/unittestinfos/?unit__name=living-room-2&test__slug=zap")
    assert infos["results"][0]["active"] is True
    assert own_world.get(infos["results"][0]["reference"].removeprefix("https://farm.example.com"))["value"] == 2.0


def test_what_is_given_back_changes_nothing_when_it_is_applied(client: Client) -> None:
    client.post(SMALL, dry_run=False)
    once = client.get()
    client.post(once, dry_run=False)  # lists that were made otherwise are numbered anew
    assert client.do(client.get())["changes"] == []
    assert client.get()["lists"] == once["lists"]


def test_readers_may_look_and_writers_may_define(client: Client) -> None:
    assert client.post(SMALL, user="rita").status_code == 403
    assert client.post(SMALL, user="rita", dry_run=False).status_code == 403
    assert client.app.test_client().get(ADDRESS).status_code == 401
    assert client.post(SMALL, user="anna").status_code == 200


@pytest.mark.parametrize(
    ("definition", "place", "said"),
    [
        ({"list": []}, "body $.definition", "unknown field `list`"),
        ({"tests": [{"macro": "a", "low": "1"}]}, "body $.definition.tests[0].low", "got `str`"),
        ({"lists": [{"name": "x"}, {"name": "x"}]}, "body $.definition.lists[1]", "the list 'x' is defined a second t"),
        ({"lists": [{"name": "x", "units": ["Unit 3"]}]}, "body $.definition.lists[0].units[0]", "Did you mean 'Unit "),
        ({"units": [{"node": "a", "number": 1}]}, "body $.definition.units[0]", "the number 1 is that of several unit"),
        ([], "body $.definition", "Expected `object`, got `array`"),
        ({"units": ["a"] * 1001}, "body $.definition.units", "length <= 1000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(client: Client, definition: Any, place: str, said: str) -> None:
    answer = client.post(definition, dry_run=False)
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["place"] == place
    assert said in answer.json["error"]


def test_too_much_is_refused(client: Client) -> None:
    assert client.as_user("ben").post(ADDRESS, data=b" " * (LARGEST + 1)).status_code == 413


def again(store: Store) -> Definition:
    with store.read() as connection:
        given = written(read_current(connection).things)
    return msgspec.json.decode(msgspec.json.encode(given), type=Definition)


EVERYTHING = """
    units:
    - {name: Living room, node: living-room, type: T-1000, site: Lab, modalities: [HDR, OLED], number: 4,
       location: Wall, serial_number: A1, install_date: 2026-01-02, date_acceptance: 2026-01-03}
    - {name: Old, node: old, active: false}
    unit_types:
    - {name: T-1000, vendor: Acme, unit_class: television, model: "55"}
    categories:
    - {name: Zap, parent: Speed, description: How quick}
    - {name: Speed}
    frequencies:
    - {name: Mondays, recurrences: "RRULE:FREQ=WEEKLY;BYDAY=MO", window_start: 2, window_end: 1}
    statuses:
    - {name: New, default: true, colour: "#fff"}
    - {name: Approved, requires_review: false, description: good}
    review_rules:
    - {name: Usual, default: true, rules: {ok: Approved, tolerance: New}}
    tolerances:
    - {name: tight, type: percent, act_low: -5, tol_low: -2, tol_high: 2, act_high: 5}
    tests:
    - {macro: zap, name: Zap time, display_name: Zap, category: Zap, reference: 2, tolerance: tight,
       formatting: "%.2f", per_unit: {Old: {low: 1, warn_high: 2, high: 3}}}
    - {macro: quiet, reference: false, flag_when: true, warning_only: true, per_unit: {Old: {reference: null}}}
    lists:
    - name: Menu
      description: All
      warning_message: Look
      frequency: Weekly
      units: [Living room, {unit: Old, frequency: "", assigned_to: read}]
      tests:
      - zap
      - quiet
      - {macro: total, calculation: result = zap * 2, hidden: true}
      - {macro: hue, wrap_low: 0, wrap_high: 360, reference: 10, warn_low: 5, warn_high: 15}
      - {macro: look, choices: [sharp, soft], passes: [sharp], warns: [soft]}
      - {macro: lines, constant: 1080}
      - {macro: text, type: string, require_comment: true}
      - {macro: day, type: date}
      - {macro: file, type: upload, skip_without_comment: true, display_image: true, chart_visibility: false}
    - {name: Outer, sublists: [{list: Menu, outline: true}], units: [], tests: [opens]}
    cycles:
    - {name: Turns, lists: [Menu, Outer, Menu], frequency: Mondays, day_option_text: tlname, units: [Living room]}
    """


def test_everything_that_can_be_said_is_given_back_as_it_was_said(bench: Bench) -> None:
    bench.apply(EVERYTHING)
    given = again(bench.store)
    wanted = complete([Part(given)])
    assert plan_for(bench.store, wanted).changes == ()
    with Store.open(bench.store.data.parent / "other") as other:
        apply(other, wanted)
        assert plan_for(other, defined(EVERYTHING)).changes == ()
        assert again(other) == given
