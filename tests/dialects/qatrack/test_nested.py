"""Sessions show their tests, comments and files whole, as the original does, and ask the store as often as others."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dialects.qatrack.conftest import URL, World
from tests.dialects.qatrack.session_bodies import count, everything, posted, simple, stored
from tests.peers.statements import statements

from qarunner.dialects.qatrack.reading.paging import read_part
from qarunner.dialects.qatrack.resources import RESOURCES

MOST = 3
"""SQL statements of anything that is read, beside the look at the token that is due once a second."""
REPORT = {"filename": "report.txt", "value": "all is well", "encoding": "text"}


@pytest.fixture
def done(own_world: World) -> list[Any]:
    """Two sessions; the first has a file, a comment and a file of a test."""
    return [posted(own_world, everything(comment="by hand", attachments=[REPORT])), posted(own_world, simple())]


def test_a_script_reads_all_of_a_session_at_once(own_world: World, done: list[Any]) -> None:
    session = stored(own_world, done[0])
    values = {one["unit_test_info"]: one["value"] for one in session["test_instances"]}
    assert values[f"{URL}/api/qc/unittestinfos/105/"] == 1000
    assert [one["order"] for one in session["test_instances"]] == list(range(10))
    assert session["comments"] == [
        {
            "url": f"{URL}/api/comments/comments/1/",
            "user": f"{URL}/api/auth/users/2/",
            "submit_date": session["created"],
            "comment": "by hand",
            "testlistinstance": session["url"],
        }
    ]
    files = [one["attachments"] for one in (session, *session["test_instances"]) if one["attachments"]]
    assert [[file["label"] for file in several] for several in files] == [["report.txt"], ["picture.txt"]]
    assert [file["testinstance"] for [file] in files] == [None, session["test_instances"][8]["url"]]


def test_what_is_nested_is_what_stands_alone(own_world: World, done: list[Any]) -> None:
    for session in own_world.get("/api/qa/testlistinstances/")["results"]:
        parts = [*session["test_instances"], *session["comments"], *session["attachments"]]
        parts += [file for test in session["test_instances"] for file in test["attachments"]]
        assert len(parts) > 2
        for part in parts:
            assert part == own_world.get(part["url"].removeprefix(URL))


@pytest.mark.parametrize("query", ["", "?limit=1", "?limit=1&offset=1", "?offset=99", "?ordering=-id&id__gte=1"])
def test_whatever_is_read_takes_few_statements(own_world: World, done: list[Any], query: str) -> None:
    header = {"Authorization": f"Token {own_world.tokens['rita']}"}
    client = own_world.app.test_client()

    def read(address: str) -> Any:
        with statements() as asked:
            answer = client.get(address, headers=header)
        assert answer.status_code == 200
        mine = [one for one in asked if " FROM tokens" not in " ".join(one.split())]
        assert len(mine) <= MOST, (address, mine)
        return answer.json

    for path in RESOURCES:
        for row in read(f"/api/{path}/{query}")["results"][:1]:
            read(row["url"].removeprefix(URL))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("attachments__label=report.txt", [1]),
        ("attachments__label!=report.txt", [2]),
        ("comments__comment=by hand", [1]),
        ("comments__comment__icontains=LIST", [2]),
        ("test_instances__unit_test_info__test__slug=number_1", [2]),
        ("test_instances__unit_test_info__test__slug!=number_1", [1]),
    ],
)
def test_sessions_are_found_by_their_parts(own_world: World, done: list[Any], query: str, found: list[int]) -> None:
    page = own_world.get(f"/api/qa/testlistinstances/?ordering=id&{query}")
    assert [one["url"] for one in page["results"]] == [done[number - 1]["url"] for number in found]


def test_tests_are_found_by_their_files(own_world: World, done: list[Any]) -> None:
    wanted = "/api/qa/testinstances/?limit=1&attachments__label"
    all_of_them = count(own_world, "qa/testinstances")
    assert own_world.get(f"{wanted}=picture.txt")["count"] == 1
    assert own_world.get(f"{wanted}!=picture.txt")["count"] == all_of_them - 1
    assert own_world.get(f"{wanted}!=report.txt")["count"] == all_of_them, "that one is no test's"


def test_a_page_has_no_more_sessions_than_an_answer_can_hold() -> None:
    sessions = RESOURCES["qa/testlistinstances"]
    assert read_part([("limit", "1000000000")], sessions.page, sessions.largest) == (1000, 0)
    assert read_part([], sessions.page, sessions.largest) == (10, 0)
