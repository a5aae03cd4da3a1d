"""Lists and details: envelope, pages, filters, order, links (section 2 of the observations, reading)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.conformance.qatrack.cases import CRASH, Case, Reply, Request, refused
from tests.conformance.qatrack.conftest import Try
from tests.conformance.qatrack.expectations import A_LINK, Like, Only, containing
from tests.conformance.qatrack.site import UNIT, Site

UNITS, TESTS, COLLECTIONS = "/api/units/units/", "/api/qa/tests/", "/api/qa/unittestcollections/"
OF_TYPE, OF_UNIT = "type__name=Conformance Box", f"unit__name={UNIT}"
NAMES = ["Conformance", "Conformance Spare"]
SEVERAL = Like("more than one", lambda count: count > 1)


def reads(path: str, query: str = "") -> Request:
    return Request("GET", f"{path}?{query}" if query else path)


def named(*names: str) -> Reply:
    """Return the reply with these rows, in this order."""
    return Reply(200, {"count": len(names), "results": [{"name": name} for name in names]})


FILTERS = [
    Case("a name", reads(UNITS, "name=Conformance"), named("Conformance")),
    Case("a name, exact", reads(UNITS, "name__exact=conformance"), named()),
    Case("a part of a name", reads(UNITS, f"{OF_TYPE}&name__contains=Spare"), named("Conformance Spare")),
    Case("a part of a name in any letters", reads(UNITS, f"{OF_TYPE}&name__icontains=sPARE"),
         named("Conformance Spare")),
    Case("one of several names", reads(UNITS, "name__in=Conformance Spare,No such unit"), named("Conformance Spare")),
    Case("not a name", reads(UNITS, f"{OF_TYPE}&name!=Conformance"), named("Conformance Spare")),
    Case("a number", reads(UNITS, "number=4711"), named("Conformance")),
    Case("numbers from", reads(TESTS, "name__contains=Conformance&constant_value__gte=1080"),
         named("Conformance types::lines")),
    Case("numbers to", reads(TESTS, "name__contains=Conformance&constant_value__lte=10"),
         named("Conformance sums::step")),
    Case("one of several numbers", reads(UNITS, f"{OF_TYPE}&number__in=4711,4712&ordering=name"), named(*NAMES)),
    Case("across a relation", reads(UNITS, f"{OF_TYPE}&site__name=Conformance Site"), named("Conformance")),
    Case("across two relations", reads(UNITS, "type__vendor__name=Conformance Vendor&ordering=name"), named(*NAMES)),
    Case("not across a relation", reads(UNITS, f"{OF_TYPE}&site__name!=Conformance Site"), named("Conformance Spare")),
    Case("several relations at once",
         reads(COLLECTIONS, f"{OF_UNIT}&test_list__name=Conformance numbers"), named("Conformance numbers")),
    Case("a collection of a unit's number",
         reads(COLLECTIONS, "unit__number=4711&name=Conformance types"), named("Conformance types")),
    Case("nothing there", reads(UNITS, "name=No such unit"),
         Reply(200, Only(count=0, next=None, previous=None, results=[]))),
    Case("a verdict that is none", reads("/api/qa/testinstances/", "pass_fail=perhaps"), Reply(200, {"count": 0})),
    Case("a filter that is none", reads(UNITS, "unit__nmae=x&limit=1"),
         Reply(200, {"count": SEVERAL}, {"Warning": containing("unit__nmae")}),
         original=Reply(200, {"count": SEVERAL})),
    Case("a lookup that is none", reads(UNITS, "name__startswith=x&limit=1"),
         Reply(200, {"count": SEVERAL}, {"Warning": containing("name__startswith")}),
         original=Reply(200, {"count": SEVERAL})),
    Case("a number that is none", reads(COLLECTIONS, "unit__number=one"), refused(unit__number=["Enter a number."])),
    Case("a date that is none", reads(COLLECTIONS, "due_date_min=yesterday"),
         refused(due_date_min=["Enter a valid date/time."]), original=CRASH),
]  # fmt: skip

PAGES = [
    Case("descending", reads(UNITS, f"{OF_TYPE}&ordering=-number"), named(*reversed(NAMES))),
    Case("several orders", reads(UNITS, f"{OF_TYPE}&ordering=active,-name"), named(*reversed(NAMES))),
    Case("limit", reads(UNITS, f"{OF_TYPE}&ordering=name&limit=1"),
         Reply(200, Only(count=2, next=A_LINK, previous=None, results=[{"name": "Conformance"}]))),
    Case("offset", reads(UNITS, f"{OF_TYPE}&ordering=name&limit=1&offset=1"),
         Reply(200, Only(count=2, next=None, previous=A_LINK, results=[{"name": "Conformance Spare"}]))),
    Case("offset past the end", reads(UNITS, f"{OF_TYPE}&offset=9"),
         Reply(200, {"count": 2, "results": [], "previous": A_LINK})),
    Case("limit of nothing", reads(UNITS, f"{OF_TYPE}&limit=0&ordering=name"), named(*NAMES)),
    Case("limit that is none", reads(UNITS, f"{OF_TYPE}&limit=abc&ordering=name"), named(*NAMES)),
    Case("offset below nothing", reads(UNITS, f"{OF_TYPE}&offset=-1&ordering=name"), named(*NAMES)),
    Case("order by a relation is passed over", reads(UNITS, "name=Conformance&ordering=site__name"),
         named("Conformance")),
]  # fmt: skip


@pytest.mark.parametrize("case", FILTERS + PAGES)
def test_case(case: Case, try_case: Try) -> None:
    assert try_case(case) == []


@pytest.mark.parametrize(("path", "rows"), [(TESTS, 100), (COLLECTIONS, 10), ("/api/qa/testlistinstances/", 10)])
def test_so_many_rows_are_on_a_page(site: Site, path: str, rows: int) -> None:
    page = site.target.get(path)
    assert len(page["results"]) == min(rows, page["count"])


@pytest.mark.parametrize("prefix", ["qa", "qc"])
def test_pages_lead_on_with_prefix_filters_and_order(site: Site, prefix: str) -> None:
    first = site.target.get(f"/api/{prefix}/tests/?ordering=slug&limit=5&name__contains=Conformance")
    parts = urlsplit(first["next"])
    assert parts.path == f"/api/{prefix}/tests/"
    query = [("limit", "5"), ("name__contains", "Conformance"), ("offset", "5"), ("ordering", "slug")]
    assert parse_qsl(parts.query) == query
    second = site.target.get(first["next"])
    assert parse_qsl(urlsplit(second["previous"]).query) == [one for one in query if one[0] != "offset"]
    slugs = [one["slug"] for page in (first, second) for one in page["results"]]
    assert slugs == sorted(slugs)
    assert len(set(slugs)) == 10


def test_links_say_qc_whatever_was_asked(site: Site) -> None:
    assert "/api/qc/testlists/" in site.find("list", "Conformance numbers")["url"]


def test_a_unit_in_the_list_and_alone(site: Site) -> None:
    row = site.find("unit", UNIT)
    assert (row["number"], row["active"], row["serial_number"], row["location"]) == (4711, True, None, None)
    assert "modalities" not in row
    detail = site.target.get(row["url"])
    assert detail == row | {"modalities": detail["modalities"]}
    assert [site.target.get(url)["name"] for url in detail["modalities"]] == ["Conformance HDR"]


def test_a_list_names_its_tests_and_lists_in_order(site: Site) -> None:
    tests = site.find("list", "Conformance types")["tests"]
    assert [site.target.get(url)["slug"] for url in tests][:3] == ["menu_opens", "only_seen", "zap_time"]
    outer = site.find("list", "Conformance outer")
    assert outer["test_lists"] == [site.address("list", "Conformance numbers")]


def test_a_browser_gets_a_page(site: Site) -> None:
    answer = site.target.send("GET", UNITS, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def test_no_printed_link_dangles(site: Site) -> None:
    """Follow the links of the first page and of ours, not more than a few of each kind."""
    collections = [site.address("collection", f"Conformance {name}") for name in ("numbers", "by turns")]
    waiting = [f"{site.target.url}/api/", site.address("unit", UNIT), *collections]
    seen: set[str] = set()
    kinds: dict[str, int] = {}
    while waiting and len(seen) < 400:
        address = waiting.pop()
        kind = "/".join(part for part in urlsplit(address).path.split("/") if not part.isdigit())
        kinds[kind] = kinds.get(kind, 0) + 1
        if address in seen or kinds[kind] > 8 or any(word in kind for word in _ELSEWHERE):
            continue
        seen.add(address)
        answer = site.target.send("GET", address)
        if answer.status_code == 301:  # the first page prints its links without a final slash
            answer = site.target.send("GET", answer.headers["Location"])
        assert answer.status_code == 200, address
        if answer.headers["Content-Type"].startswith("application/json"):
            waiting += _links_in(answer.json(), site.target.url)
    assert len(kinds) > 15


_ELSEWHERE = ("get-token", "schema", "faults", "parts", "servicelog", "media")


def _links_in(value: object, url: str) -> list[str]:
    if isinstance(value, dict):
        return [link for one in value.values() for link in _links_in(one, url)]
    if isinstance(value, list):
        return [link for one in value for link in _links_in(one, url)]
    return [value] if isinstance(value, str) and value.startswith(f"{url}/api/") else []
