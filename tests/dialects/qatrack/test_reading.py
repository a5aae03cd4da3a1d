"""Lists and details: shapes, links, pages, filters and order, as the original answers them."""

from __future__ import annotations

import pytest
from tests.dialects.qatrack.conftest import URL, World


def test_units_are_listed_and_shown(world: World) -> None:
    page = world.get("/api/units/units/")
    assert (page["count"], page["next"], page["previous"]) == (2, None, None)
    unit = page["results"][0]
    assert unit == {
        "url": f"{URL}/api/units/units/5/",
        "number": 1,
        "name": "Unit 1",
        "serial_number": None,
        "location": None,
        "install_date": None,
        "date_acceptance": "2026-01-01",
        "active": True,
        "is_serviceable": False,
        "type": f"{URL}/api/units/unittypes/1/",
        "site": f"{URL}/api/units/sites/1/",
    }
    detail = world.get("/api/units/units/5/")
    assert detail == unit | {"modalities": [f"{URL}/api/units/modalities/{number}/" for number in (1, 2)]}


@pytest.mark.parametrize("prefix", ["qa", "qc"])
def test_both_words_for_the_tests_answer_and_links_say_qc(world: World, prefix: str) -> None:
    found = world.get(f"/api/{prefix}/testlists/?name__contains=Simple")["results"]
    assert [one["name"] for one in found] == ["Simple API Example"]
    assert found[0]["url"] == f"{URL}/api/qc/testlists/1/"
    assert found[0]["tests"] == [f"{URL}/api/qc/tests/{number}/" for number in (1, 2, 3)]
    assert found[0]["created"] == "2026-03-01T07:00:00-05:00"


def test_a_collection_is_found_by_names_of_its_unit_and_list(world: World) -> None:
    query = "unit__name=Unit 1&test_list__name=Simple API Example"
    page = world.get(f"/api/qa/unittestcollections/?{query}")
    assert page["count"] == 1
    [found] = page["results"]
    assert found["tests_object"] == found["next_test_list"] == f"{URL}/api/qc/testlists/1/"
    assert (found["next_day"], found["object_id"], found["last_instance"]) == (0, 1, None)
    assert found["visible_to"][0] == f"{URL}/api/auth/groups/1/"


def test_of_a_cycle_the_first_list_comes_next(world: World) -> None:
    found = world.get("/api/qa/unittestcollections/4/")
    assert found["tests_object"] == f"{URL}/api/qc/testlistcycles/1/"
    assert (found["next_day"], found["next_test_list"]) == (0, f"{URL}/api/qc/testlists/1/")


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("units/units", "name=Unit 1", ["Unit 1"]),
        ("units/units", "name!=Unit 1", ["Unit 2"]),
        ("units/units", "name__exact=unit 1", []),
        ("units/units", "name__icontains=UNIT", ["Unit 1", "Unit 2"]),
        ("units/units", "name__contains=UNIT", []),
        ("units/units", "name__contains=%25", []),
        ("units/units", "name__in=Unit 2,Unit 9", ["Unit 2"]),
        ("units/units", "number__gte=2", ["Unit 2"]),
        ("units/units", "number__lte=1", ["Unit 1"]),
        ("units/units", "number__in=1,2", ["Unit 1", "Unit 2"]),
        ("units/units", "site__name=Lab", ["Unit 1"]),
        ("units/units", "site__name!=Lab", ["Unit 2"]),
        ("units/units", "site=1", ["Unit 1"]),
        ("units/units", "active=false", []),
        ("units/units", "type__vendor__name=Acme", ["Unit 1", "Unit 2"]),
        ("units/units", "type__unit_class__name!=television", []),
        ("units/units", "modalities__name=OLED", ["Unit 1"]),
        ("units/units", "date_acceptance_min=2026-01-02", []),
        ("units/units", "date_acceptance_max=2026-01-01", ["Unit 1", "Unit 2"]),
        ("units/units", "unit__nmae=Unit 1", ["Unit 1", "Unit 2"]),
        ("units/units", "name__startswith=X", ["Unit 1", "Unit 2"]),
        ("units/units", "ordering=-number", ["Unit 2", "Unit 1"]),
        ("units/units", "ordering=active,-name", ["Unit 2", "Unit 1"]),
        ("units/units", "ordering=site__name", ["Unit 1", "Unit 2"]),
        ("qa/tests", "slug__in=hue,lines&ordering=-slug", ["Lines", "Hue"]),
        ("qa/tests", "type=boolean", ["Menu Opens"]),
        ("qa/testlists", "tests__slug=zap_time", ["Everything"]),
        ("qa/testlists", "test_lists__name=Simple API Example", ["Outer"]),
        ("qa/references", "created_min=2026-03-01 07:00&created_max=2026-03-01 07:00", ["Yes", "1000"]),
        ("qa/references", "created_min=2026-03-01 07:01", []),
        ("auth/groups", "", ["admin", "write", "read", "manual"]),
    ],
)
def test_filters_and_orders(world: World, path: str, query: str, names: list[str]) -> None:
    assert [one["name"] for one in world.get(f"/api/{path}/?{query}")["results"]] == names


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("unit__number=one", {"unit__number": ["Enter a number."]}),
        ("unit__number__in=1,x", {"unit__number__in": ["Enter a number."]}),
        ("unit__number=99999999999999999999", {"unit__number": ["Enter a number."]}),
        ("due_date_min=yesterday", {"due_date_min": ["Enter a valid date/time."]}),
        ("active=maybe", {"active": ["Enter true or false."]}),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_its_name(world: World, query: str, errors: object) -> None:
    answer = world.ask("GET", f"/api/qa/unittestcollections/?{query}")
    assert (answer.status_code, answer.json) == (400, errors)


def test_what_is_unknown_is_ignored_and_told(world: World) -> None:
    answer = world.ask("GET", "/api/units/units/?unit__nmae=x&ordering=type__name")
    assert answer.json is not None
    assert answer.json["count"] == 2
    assert answer.headers.getlist("Warning") == [
        '299 qarunner "filter unit__nmae is unknown here and was ignored"',
        '299 qarunner "ordering type__name is unknown here and was ignored"',
    ]
    assert world.ask("GET", "/api/units/units/?unit__nmae=x&strict=true").status_code == 400


def test_pages_lead_to_each_other_with_sorted_queries(world: World) -> None:
    first = world.get("/api/qa/tests/?ordering=slug&limit=5")
    assert (first["count"], len(first["results"]), first["previous"]) == (13, 5, None)
    assert first["next"] == f"{URL}/api/qa/tests/?limit=5&offset=5&ordering=slug"
    second = world.get(first["next"].removeprefix(URL))
    assert second["previous"] == f"{URL}/api/qa/tests/?limit=5&ordering=slug"
    third = world.get(second["next"].removeprefix(URL))
    assert (third["next"], len(third["results"])) == (None, 3)
    slugs = [one["slug"] for page in (first, second, third) for one in page["results"]]
    assert slugs == sorted(slugs)
    assert len(set(slugs)) == 13


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 4),
        ("limit=0", 4),
        ("limit=abc", 4),
        ("offset=-1", 4),
        ("limit=2", 2),
        ("offset=99", 0),
        ("limit=9999999", 4),
    ],
)
def test_a_limit_that_is_none_counts_as_not_said(world: World, query: str, rows: int) -> None:
    page = world.get(f"/api/qa/unittestcollections/?{query}")
    assert (page["count"], len(page["results"])) == (4, rows)


def test_a_missing_slash_leads_on_with_301(world: World) -> None:
    for method in ("GET", "POST"):
        answer = (
            world.ask(method, "/api/units/units?limit=1") if method == "GET" else world.ask(method, "/api/get-token")
        )
        assert answer.status_code == 301
        assert answer.headers["Location"].endswith(
            "/api/units/units/?limit=1" if method == "GET" else "/api/get-token/"
        )


def test_every_printed_link_leads_somewhere(world: World) -> None:
    seen: set[str] = set()
    waiting = [f"{URL}/api/"]
    while waiting and len(seen) < 500:
        address = waiting.pop()
        if address in seen or address.endswith(("get-token/", "schema/")):
            continue
        seen.add(address)
        answer = world.ask("GET", address.removeprefix(URL))
        assert answer.status_code == 200, address
        waiting += links_in(answer.json)
    assert len(seen) > 80


def links_in(value: object) -> list[str]:
    """Return all addresses of the API within a value."""
    if isinstance(value, dict):
        return [link for one in value.values() for link in links_in(one)]
    if isinstance(value, list):
        return [link for one in value for link in links_in(one)]
    return [value] if isinstance(value, str) and value.startswith(f"{URL}/api/") else []


def test_a_browser_gets_a_page_whose_links_can_be_followed(world: World) -> None:
    answer = world.ask("GET", "/api/units/units/?name__contains=<b>", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.content_type.startswith("text/html")
    assert "<b>" not in answer.text
    page = world.ask("GET", "/api/units/units/5/", headers={"Accept": "text/html"}).text
    assert f'<a href="{URL}/api/units/unittypes/1/">' in page
    assert "?format=json" in page
