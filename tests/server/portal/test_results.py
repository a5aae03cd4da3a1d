"""The list of results: what a filter finds, in which order, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.peers.farm_people import World

from qarunner.results import Outcome
from qarunner.server.portal import results


def listed(html: str) -> list[str]:
    """Return the testcases on a page, in their order."""
    return [part.partition("</a>")[0].rpartition(">")[2] for part in html.split('class="testcase">')[1:]]


def test_a_filter_finds_and_stays_in_its_box(world: World) -> None:
    world.keep(Outcome.FAIL, testcase="tests/box.py::test_a", node="box-1", reason="EPG is <empty>")
    world.keep(Outcome.PASS, testcase="tests/box.py::test_b", node="box-1")
    page = world.visitor("rita").get("/app/results", filter='result:fail node:"box-1"')
    assert listed(page.html) == ["tests/box.py::test_a"]
    assert "EPG is &lt;empty&gt;" in page.html
    assert 'value="result:fail node:&#34;box-1&#34;"' in page.html
    twin = world.visitor("rita").json(page.links()[-1])
    assert [row["testcase"] for row in twin["results"]] == ["tests/box.py::test_a"], "the same as JSON"


def test_a_wrong_filter_is_pointed_at_and_can_be_mended(world: World) -> None:
    page = world.visitor().get("/app/results", 400, filter="result:fail colour:<red>")
    assert "Column 13: there is no field 'colour'." in page.text
    assert "<pre>result:fail colour:&lt;red&gt;\n            ^</pre>" in page.html
    assert 'value="result:fail colour:&lt;red&gt;"' in page.html
    assert 'aria-invalid="true"' in page.html


@pytest.mark.parametrize(("query", "said"), [({"sort": "colour:asc"}, "colour"), ({"after": "x"}, "cursor")])
def test_what_no_page_leads_to_is_refused_in_words(world: World, query: dict[str, str], said: str) -> None:
    assert said in world.visitor().get("/app/results", 400, **query).text


def test_a_filter_that_finds_nothing_says_so(world: World) -> None:
    assert "No result fits this filter." in world.visitor().get("/app/results", filter="node:nowhere").text


def test_pages_follow_each_other_in_any_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "ROWS", 3)
    names = [f"tests/pages.py::test_{letter}" for letter in "dabecgf"]
    for number, name in enumerate(names):
        world.keep(number=number, testcase=name, node="paged")
    visitor, seen = world.visitor(), []
    page = visitor.get("/app/results?filter=node:paged")
    by_name = next(link for link in page.links() if "sort=testcase:asc" in link)
    page = visitor.get(by_name)
    while True:
        seen += listed(page.html)
        following = [link for link in page.links() if "after=" in link and link.startswith("/app/")]
        if not following:
            break
        page = visitor.get(following[0])
        assert "/app/results?filter=node:paged&sort=testcase:asc" in page.links(), "and back to the first"
    assert seen == sorted(names)


def test_the_column_a_list_is_sorted_by_says_so_and_turns_it_round(world: World) -> None:
    page = world.visitor().get("/app/results?sort=duration:desc")
    assert page.html.count("aria-sort") == 1
    assert 'aria-sort="descending"><a href="/app/results?filter=&amp;sort=duration:asc">Took' in page.html


def test_what_runs_is_listed_as_running(world: World) -> None:
    world.keep(None, testcase="tests/now.py::test_x", node="at-work", started=datetime.now(UTC) - timedelta(minutes=3))
    page = world.visitor().get("/app/results?filter=node:at-work")
    assert "running tests/now.py::test_x" in page.text
    assert "3 min ago" in page.text
