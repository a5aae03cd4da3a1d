"""Odd query strings: what scripts, forms and strangers send is answered as in the original, or with a reason."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

import pytest
from tests.dialects.qatrack.conftest import World
from tests.dialects.qatrack.session_bodies import posted, simple

UNITS, SESSIONS = "/api/units/units/", "/api/qa/testlistinstances/"


def told(answer: Any) -> list[str]:
    """Return what the answer warns of."""
    return [one.partition('"')[2].rstrip('"') for one in answer.headers.getlist("Warning")]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        # Of a name that is there twice, the last counts.
        ("name=Unit 1&name=Unit 2", ["Unit 2"]),
        ("limit=1&limit=2", ["Unit 1", "Unit 2"]),
        ("ordering=name&ordering=-name", ["Unit 2", "Unit 1"]),
        ("ordering=-name,name,-name", ["Unit 2", "Unit 1"]),
        ("ordering=,,", ["Unit 1", "Unit 2"]),
        # A spreadsheet says 1.0, and a form leaves blanks.
        ("number=1.0", ["Unit 1"]),
        ("number__in=1.0,,2e0", ["Unit 1", "Unit 2"]),
        ("number__in=,", []),
        ("name= Unit 1 ", ["Unit 1"]),
        ("type= 1", ["Unit 1", "Unit 2"]),
        ("number=99999999999", []),
        ("number__lte=99999999999", ["Unit 1", "Unit 2"]),
        ("number=9223372036854775807", []),
        ("date_acceptance_min=2026-01-01T00:00:00", ["Unit 1", "Unit 2"]),
        ("date_acceptance=2026-01-01T00:00:00", ["Unit 1", "Unit 2"]),
    ],
)
def test_a_query_is_read_as_it_is_meant(world: World, query: str, names: list[str]) -> None:
    answer = world.ask("GET", f"{UNITS}?{query}")
    assert [one["name"] for one in (answer.json or {})["results"]] == names
    assert told(answer) == []


@pytest.mark.parametrize("name", ["name", "name__in", "name__icontains", "number", "active", "type", "site__name!"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_filter_without_a_value_is_passed_over_and_told(world: World, name: str, value: str) -> None:
    answer = world.ask("GET", f"{UNITS}?{name}={value}")
    assert (answer.status_code, (answer.json or {})["count"]) == (200, 2)
    assert told(answer) == [f"filter {name} is empty and was ignored"]
    strict = world.ask("GET", f"{UNITS}?{name}={value}&strict=true")
    assert (strict.status_code, strict.json) == (400, {"detail": f"filter {name} is empty"})


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("number=1.5", {"number": ["Enter a number."]}),
        ("number=1e999999999", {"number": ["Enter a number."]}),
        ("number__in=1,nan", {"number__in": ["Enter a number."]}),
        (f"number={'9' * 5000}", {"number": ["Enter a number."]}),
        ("type=1e99", {"type": ["Enter a number."]}),
        (f"name__in={'a,' * 1001}", {"name__in": ["Enter at most 1000 values."]}),
        ("date_acceptance_min=9999-12-31 23:59", {"date_acceptance_min": ["Enter a valid date/time."]}),
        ("date_acceptance_min=0001-01-01T00:00:00%2B14:00", {"date_acceptance_min": ["Enter a valid date/time."]}),
        ("date_acceptance_max=9999-12-31T23:59:59-14:00", {"date_acceptance_max": ["Enter a valid date/time."]}),
    ],
)
def test_what_is_no_value_is_told(world: World, query: str, errors: object) -> None:
    answer = world.ask("GET", f"{UNITS}?{query}")
    assert (answer.status_code, answer.json) == (400, errors)


@pytest.mark.parametrize(
    "query",
    [
        "active__gte=1",
        "name__gte=x",
        "number__contains=1",
        "json_value__lte=1",
        "pass_fail__",
        "!=1",
        "__=1",
        f"{'type__' * 50}name=1",
        f"{'a' * 50_000}=1",
        f"name={quote(chr(0x2028))}",
        "name=%ff%fe",
        f"ordering={'name,' * 5000}",
        f"ordering={'-site,number,' * 2000}",
        "limit=1e9&offset=-5",
        f"limit={'9' * 5000}&offset={'9' * 5000}",
        "offset=999999999999999999",
        "value__gte=1e308",
        "order=99999999999",
        "test_list_instance__test_instances__test_list_instance__test_instances__value__gte=0",
    ],
)
def test_no_query_is_too_odd(world: World, query: str) -> None:
    for path in (UNITS, "/api/qa/testinstances/", "/api/auth/groups/", "/api/contenttypes/contenttypes/"):
        assert world.ask("GET", f"{path}?{query}").status_code == 200


def test_there_is_an_end_to_filters(world: World) -> None:
    relations = ("", "unit__", "unit__type__", "unit__site__", "last_instance__", "frequency__")
    names = [
        "".join(words) for words in itertools.product(relations, ("id", "id__gte", "id__lte", "id__in"), ("", "!"))
    ]
    names += ["name", "name__contains", "name__icontains"]
    assert len(names) == 51

    def ask(several: list[str]) -> Any:
        return world.ask("GET", f"/api/qa/unittestcollections/?{'&'.join(f'{name}=1' for name in several)}")

    assert ask(names[1:]).status_code == 200
    answer = ask(names)
    assert (answer.status_code, answer.json) == (400, {"detail": "There are more than 50 filters."})


@pytest.mark.parametrize(
    ("path", "query", "count"),
    [
        ("qa/unittestcollections", "assigned_to__name=write", 4),
        ("qa/unittestcollections", "assigned_to__name=read", 0),
        ("qa/unittestcollections", "assigned_to__name!=read", 4),
        ("qa/unittestcollections", "assigned_to__name__in=read,write", 4),
        ("qa/unittestcollections", "content_type=1", 3),
        ("qa/unittestcollections", "content_type__model=testlistcycle", 1),
        ("qa/unittestcollections", "content_type__model__icontains=TESTLIST", 4),
        ("qa/testlists", "utcs__unit__name=Unit 1", 3),
        ("qa/testlists", "utcs__unit__name=Unit 2", 0),
        ("qa/testlists", "utcs__name!=Outer", 2),
        ("qa/testlistcycles", "utcs__unit__number=1", 1),
        ("auth/groups", "name=write", 1),
        ("auth/groups", "name__icontains=RE", 1),
        ("auth/groups", "name!=write", 3),
        ("auth/groups", "id__in=1,2", 2),
        ("contenttypes/contenttypes", "model=testlist&app_label=qa", 1),
    ],
)
def test_relations_that_the_original_has_lead_on(world: World, path: str, query: str, count: int) -> None:
    answer = world.ask("GET", f"/api/{path}/?strict=true&{query}")
    assert (answer.status_code, (answer.json or {})["count"]) == (200, count)


def test_groups_have_an_order_and_tell_what_they_pass_over(world: World) -> None:
    answer = world.ask("GET", "/api/auth/groups/?ordering=-name,size&colour=red&limit=2")
    assert [one["name"] for one in (answer.json or {})["results"]] == ["write", "read"]
    assert told(answer) == [
        "filter colour is unknown here and was ignored",
        "ordering size is unknown here and was ignored",
    ]
    assert world.ask("GET", "/api/auth/groups/?colour=red&strict=true").status_code == 400


def test_a_group_shows_its_members_and_a_user_what_they_may_do(world: World) -> None:
    group = world.get("/api/auth/groups/2/")
    assert (group["name"], len(group["user_set"])) == ("write", 1)
    user = world.get(group["user_set"][0].removeprefix("https://farm.example.com"))
    assert (user["username"], user["permissions"]) == ("ben", group["permissions"])
    assert "permissions" not in world.get("/api/auth/users/")["results"][0]


def test_a_moment_without_an_offset_is_the_servers(own_world: World) -> None:
    posted(own_world, simple(work_completed="2018-07-06 11:00"))
    for moment, count in (("11:00:00", 1), ("11:00:01", 0), ("15:00:00Z", 1), ("15:00:01%2B00:00", 0)):
        page = own_world.get(f"{SESSIONS}?work_completed_min=2018-07-06T{moment}")
        assert page["count"] == count, moment


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "text/html", "text/html"),
        ("?format=api", "application/json", "text/html"),
        ("?format=json", "text/html", "application/json"),
        ("?format=xml", "application/json", "application/json"),
        ("", "application/json; indent=4", "application/json"),
        ("", "application/xml", "application/json"),
        ("", "garbage;q=x,,", "application/json"),
        ("", "", "application/json"),
    ],
)
def test_a_page_or_json_as_asked(world: World, query: str, accept: str, kind: str) -> None:
    answer = world.ask("GET", f"{UNITS}{query}", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, kind)
