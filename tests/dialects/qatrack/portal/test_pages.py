"""Who sees which page, that they say what is, and that nothing users wrote acts on them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update
from tests.dialects.qatrack.conftest import EDITED
from tests.dialects.qatrack.portal.conftest import People, make_people
from tests.dialects.qatrack.sessions_done import do_series, do_session
from tests.peers.sample_results import sample
from tests.peers.stores import EmptyStores
from tests.server.portal.test_queries import counted

from qarunner.dialects.qatrack import qa_dialects
from qarunner.dialects.spec import Binding, PageLink
from qarunner.errors import PluginError
from qarunner.results import Outcome, Run
from qarunner.server.app import create_app
from qarunner.server.builtin import qa_dialects as builtin_dialects
from qarunner.store.artifacts import record_contents
from qarunner.store.engine import Store
from qarunner.store.ingest import ingest
from qarunner.store.models import qatrack
from qarunner.store.submission import Submission

EVIL = "</title></td><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}"
ZAP = 5
PAGES = ("/app/qatrack", "/app/qatrack/sessions", "/app/qatrack/sessions/1", "/app/qatrack/history")
DRAWN = "/app/qatrack/history?unit=1&test=zap_time"


def attach(people: People, session: int, label: str, data: bytes = b"x", test: int | None = None) -> None:
    with people.store.contents.stage([data]) as staged, people.store.write() as connection:
        record_contents(connection, [staged])
        row = {"list_instance": session, "test_instance": test, "label": label, "content": staged.sha256}
        more = {"size": staged.size, "created": people.now, "created_by": 1}
        connection.execute(insert(qatrack.Attachment).values(row | more))
        people.store.contents.put(staged)


@pytest.mark.parametrize("path", [*PAGES, DRAWN])
def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(people: People, path: str) -> None:
    found = people.visitor("").get(path, 302)
    assert found.location.startswith("/app/login?to=/app/qatrack")
    assert people.visitor("").get(found.location).html.count(path.replace("&", "&amp;")) == 1


@pytest.mark.parametrize("path", [*PAGES, DRAWN])
def test_each_role_sees_what_it_may(people: People, path: str) -> None:
    do_session(people.store, people.now, {ZAP: (1000.0, "ok")})
    for name in ("anna", "ben", "rita"):
        assert 'aria-current="' in people.visitor(name).get(path).html
    refused = people.visitor("mia").get(path, 403)
    assert "the role manual may not do this: see results" in refused.text
    assert "Units" not in refused.text, "no link to what they may not see"


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/app/qatrack/sessions/99", 404, "there is no session 99"),
        ("/app/qatrack/sessions/99999999999999999999999", 404, "there is no session"),
        ("/app/qatrack/nothing", 404, "there is nothing at /app/qatrack/nothing"),
        ("/app/qatrack?state=late", 400, "state='late': there are overdue, due, never done"),
        ("/app/qatrack?after=x", 400, "Start with the first page"),
        ("/app/qatrack/sessions?review=done", 400, "there is only 'waiting'"),
        ("/app/qatrack/sessions?after=x", 400, "after='x' is not a number"),
        ("/app/qatrack/sessions?collection=-1", 400, "collection='-1' is not a number"),
        ("/app/qatrack/history?unit=7&test=zap_time", 404, "there is no unit '7'"),
        (f"{DRAWN}&since=soon", 400, "since='soon' is no time"),
    ],
)
def test_what_is_not_there_is_told_on_a_page(people: People, path: str, status: int, reason: str) -> None:
    found = people.visitor().get(path, status)
    assert reason in found.text
    assert "To the first page" in found.text


def test_the_first_page_says_of_each_list_how_it_stands(people: People) -> None:
    last = do_session(people.store, people.now, {ZAP: (1300.0, "action"), 4: (1, "ok"), 9: ("x", "no_tol")})
    with people.store.write() as connection:
        for number, days in ((2, -9), (1, -1)):
            due = update(qatrack.Collection).where(qatrack.Collection.id == number)
            connection.execute(due.values(due_date=people.now + timedelta(days=days)))
    page = people.visitor().get("/app/qatrack")
    rows = re.findall(r"<tr>(.*?)</tr>", page.html, re.DOTALL)
    told = {re.findall(r">([^<>]+)</a>", row)[0]: " ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows[1:]}
    assert told["Everything"].startswith("overdue Everything Weekly")
    assert told["Everything"].endswith("just now not reviewed 1 action, 1 ok, 1 no limits")
    assert told["Simple API Example"].startswith("due Simple API Example Weekly")
    assert told["Outer"] == "never done Outer as needed never"
    assert "overdue 1 due 1 never done 2" in page.text
    assert f"/app/qatrack/sessions/{last}" in page.links()
    assert "Unit 1 unit 1, Lab" in page.text


def test_units_without_lists_are_named(people: People) -> None:
    with people.store.write() as connection:
        for number, active in ((70, True), (71, False)):
            unit = {"number": number, "name": f"Idle {number}", "active": active, "type": 1}
            connection.execute(insert(qatrack.Unit).values(unit | {"date_acceptance": people.now.date()}))
    visitor = people.visitor()
    page = visitor.get("/app/qatrack").text
    assert "Idle 70" in page
    assert "Idle 71" not in page
    assert "Idle 70" not in visitor.get("/app/qatrack?state=overdue").text


def test_units_are_found_by_number_or_name_and_lists_by_their_state(people: People) -> None:
    with people.store.write() as connection:
        connection.execute(insert(qatrack.Collection).values(name="Elsewhere", unit=6, test_list=2, frequency=1))
    visitor = people.visitor()
    assert "Unit 2" in visitor.get("/app/qatrack").text
    for asked in ("2", "unit 2"):
        found = visitor.get("/app/qatrack", unit=asked).text
        assert ("Elsewhere" in found, "By turns" in found) == (True, False)
    assert "No list of this kind" in visitor.get("/app/qatrack", state="overdue").text
    assert "By turns" in visitor.get("/app/qatrack", state="never done").text


def test_units_beyond_the_first_fifty_are_on_the_next_page(people: People) -> None:
    with people.store.write() as connection:
        for number in range(100, 160):
            unit = {
                "id": number,
                "number": number,
                "name": f"TV {number}",
                "type": 1,
                "date_acceptance": people.now.date(),
            }
            connection.execute(insert(qatrack.Unit).values(unit))
            connection.execute(insert(qatrack.Collection).values(name="L", unit=number, test_list=2, frequency=1))
    first = people.visitor().get("/app/qatrack")
    [following] = [link for link in first.links() if "after=" in link]
    second = people.visitor().get(following)
    assert ("TV 148" in first.text, "TV 149" in first.text) == (True, False)
    assert ("TV 148" in second.text, "TV 149" in second.text, "TV 159" in second.text) == (False, True, True)
    assert "To the first page" in second.text


def test_a_session_says_what_was_measured_and_what_is_left_of_it(people: People) -> None:
    run = Run(id="run-1", started=sample().started)
    result = sample(1, Outcome.FAIL, testcase="tests/zap.py::test_zap")
    ingest(people.store, Submission(result=result, run=run, user="ben"))
    number = do_session(
        people.store,
        people.now,
        {
            ZAP: (1150.0, "tolerance"),
            4: (0, "action"),
            7: ("soft", "tolerance"),
            8: (1080, "no_tol"),
            6: (None, "not_done"),
        },
        user_key="run 7",
        flagged=True,
        tests={ZAP: {"comment": "it rained", "result": result.id}},
    )
    with people.store.write() as connection:
        remark = {"list_instance": number, "user": 2, "submit_date": people.now, "comment": "look at the cable"}
        connection.execute(insert(qatrack.Comment).values(remark))
    attach(people, number, "menu.png", test=1)
    attach(people, number, "farm log.txt", b"y")
    attach(people, number, "drawing.svg", b"z")
    page = people.visitor().get(f"/app/qatrack/sessions/{number}")
    for text in (
        "Everything 1 action, 2 tolerance, 1 no limits, 1 not done flagged",
        "Done by ben",
        "Key run 7",
        "5 of 5 tests wait",
        "tolerance Zap Time 1150.0 +150 1000 ok: 900 to 1100 action: below 800, above 1200 it rained",
        "Result fail tests/zap.py::test_zap",
        "action Menu Opens No Yes",
        "tolerance Sharpness soft ok: sharp tolerance: soft",
        "not done Hue Skipped",
        "look at the cable ben,",
        "farm log.txt 1 bytes",
    ):
        assert text in page.text
    assert f"/app/results/{result.id}" in page.links()
    assert "/app/qatrack/history?unit=Unit+1&test=Zap+Time" in page.links()
    pictures = re.findall(r'<img src="([^"]+)"', page.html)
    assert [address.rpartition("/")[2] for address in pictures] == ["menu.png"], "an SVG is no picture to show in place"
    for address in (*pictures, *(link for link in page.links() if link.endswith(("farm%20log.txt", "drawing.svg")))):
        found = people.visitor().get(address)
        assert "sandbox" in found.headers["Content-Security-Policy"]


def test_files_of_a_session_are_there_where_the_api_has_its_own_host(empty_stores: EmptyStores, tmp_path: Path) -> None:
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as store:
        people = make_people(store, api_host="qa.example.com")
        number = do_session(store, people.now, {4: (1, "ok")})
        attach(people, number, "menu 1.png", b"picture")
        visitor = people.visitor()
        assert visitor.http.get("/api/units/units/", buffered=True).status_code == 404
        [address] = re.findall(r'<img src="([^"]+)"', visitor.get(f"/app/qatrack/sessions/{number}").html)
        found = visitor.http.get(address, buffered=True)
        assert (found.status_code, found.mimetype, found.data) == (200, "image/png", b"picture")
        assert visitor.http.get(address.replace("menu", "other"), buffered=True).status_code == 404
        assert people.visitor("mia").http.get(address, buffered=True).status_code == 403, "of the role manual"


def test_the_address_that_the_api_gives_out_leads_to_the_session(people: People) -> None:
    number = do_session(people.store, people.now, {ZAP: (1000.0, "ok")})
    address: str = people.visitor().json(f"/api/qa/testlistinstances/{number}/")["site_url"]
    assert "Zap Time" in people.visitor().get(address.removeprefix("http://localhost")).text


@pytest.mark.parametrize("path", ["", "/sessions", "/history"])
def test_each_page_says_which_clock_its_times_are_of(people: People, path: str) -> None:
    assert f"times of {people.services.zone}" in people.visitor().get(f"/app/qatrack{path}").text


def test_a_session_does_not_repeat_its_list_before_each_test(people: People) -> None:
    number = do_session(people.store, people.now, {4: (1, "ok")})
    with people.store.write() as connection:
        row = update(qatrack.Test).where(qatrack.Test.id == 4).values(name="Everything::test_x", display_name="")
        connection.execute(row)
    page = people.visitor().get(f"/app/qatrack/sessions/{number}")
    assert "ok test_x Yes" in page.text
    assert "/app/qatrack/history?unit=Unit+1&test=Everything::test_x" in page.links()


def test_a_review_status_that_does_not_count_is_seen(people: People) -> None:
    number = do_session(people.store, people.now, {ZAP: (1000.0, "ok")}, status=3)
    assert '<tr id="test-1" class="void">' in people.visitor().get(f"/app/qatrack/sessions/{number}").html


def test_the_history_has_chart_table_and_the_same_as_json_and_csv(people: People) -> None:
    do_series(people.store, people.now - timedelta(days=9), timedelta(days=1), [(1000.0, "ok"), (1150.0, "tolerance")])
    page = people.visitor().get(DRAWN)
    assert page.html.count("<use ") == 2
    assert "tolerance 1" in page.text
    assert "limits now: ok: 900 to 1100; action: below 800, above 1200" in page.text
    addresses = [link for link in page.links() if link.startswith("/qarunner/api/v1/qatrack/history")]
    shown, table = (people.visitor().http.get(address) for address in sorted(set(addresses), key=len))
    assert [point["value"] for point in shown.get_json()["points"]] == [1000.0, 1150.0]
    assert table.mimetype == "text/csv"


def test_a_page_of_history_asks_for_unit_and_then_for_test(people: People) -> None:
    first = people.visitor().get("/app/qatrack/history")
    assert "Unit 2" in first.text
    assert 'name="test"' not in first.html
    assert '<option value="Zap Time">' in people.visitor().get("/app/qatrack/history?unit=1").html
    assert "Nothing is tested on a unit of that name" in people.visitor().get("/app/qatrack/history?unit=2").text
    assert "No value was taken yet" in people.visitor().get(DRAWN).text


def test_texts_have_a_table_but_no_chart_and_angles_go_round(people: People) -> None:
    people.limits(6, 1.0, (-20, -10, 10, 20))
    do_session(people.store, people.now, {9: ("4.2.1", "no_tol"), 6: (355.0, "ok"), 4: (1, "ok")})
    text = people.visitor().get("/app/qatrack/history?unit=1&test=firmware")
    assert "Its values are no numbers" in text.text
    assert "4.2.1" in text.text
    angle = people.visitor().get("/app/qatrack/history?unit=1&test=hue").html
    ticks = re.findall(r'<text class="tick" [^>]*>([^<]+)</text>', angle)
    assert "350" in ticks and "10" in ticks  # noqa: PT018 - one axis
    yes_no = people.visitor().get("/app/qatrack/history?unit=1&test=menu_opens").html
    assert re.findall(r'<text class="tick" [^>]*>([^<]+)</text>', yes_no) == ["No", "Yes"]


def test_nothing_that_users_wrote_acts_on_a_page(people: People) -> None:
    number = do_session(
        people.store, people.now, {ZAP: (1000.0, "ok"), 9: (EVIL, "no_tol")}, user_key=EVIL,
        tests={ZAP: {"comment": EVIL}},
    )  # fmt: skip
    attach(people, number, "a<b>\"'.png", test=1)
    form = f"%.1f {EVIL.replace('{', '').replace('}', '')}"
    test = {"name": EVIL, "display_name": EVIL, "description": EVIL, "formatting": form}
    with people.store.write() as connection:
        for model, where, values in (
            (qatrack.Unit, qatrack.Unit.id == 5, {"name": EVIL, "location": EVIL}),
            (qatrack.Test, qatrack.Test.id == ZAP, test),
            (qatrack.TestList, qatrack.TestList.id == 2, {"name": EVIL, "warning_message": EVIL}),
            (qatrack.Collection, qatrack.Collection.id == 2, {"name": EVIL}),
            (qatrack.Frequency, qatrack.Frequency.id == 1, {"name": EVIL}),
            (qatrack.Status, qatrack.Status.id == 1, {"name": EVIL}),
        ):  # fmt: skip
            connection.execute(update(model).where(where).values(values))
        remark = {"list_instance": number, "user": 2, "submit_date": people.now, "comment": EVIL}
        connection.execute(insert(qatrack.Comment).values(remark))
    seen = 0
    for path in (*PAGES[:2], f"/app/qatrack/sessions/{number}", "/app/qatrack/history?unit=1", DRAWN):
        html = people.visitor().get(path).html
        assert "<script>" not in html
        assert "<img src=x" not in html
        assert "49" not in re.findall(r"&amp;([^&{<]{0,3})", html)
        assert "a<b>" not in html
        seen += html.count("&lt;script&gt;")
    assert seen > 25
    policy = people.visitor().get(DRAWN).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_no_page_asks_a_query_per_row(people: People) -> None:
    visitor = people.visitor()
    first = do_session(people.store, people.now, {ZAP: (1000.0, "ok")})
    pages = ["/app/qatrack", "/app/qatrack/sessions", f"/app/qatrack/sessions/{first}", DRAWN]

    def ask(pages: list[str]) -> list[int]:
        found = []
        for page in pages:
            visitor.get(page)
            with counted() as seen:
                visitor.get(page)
                found.append(seen())
        return found

    few = ask(pages)
    with people.store.write() as connection:
        for number in range(20):
            cycle = {"id": 10 + number, "name": f"C{number}", "slug": f"c{number}", **EDITED}
            connection.execute(insert(qatrack.Cycle).values(cycle))
            listed = {"name": f"L{number}", "unit": 6, "cycle": 10 + number, "last_instance": first}
            connection.execute(insert(qatrack.Collection).values(listed))
    many = do_session(
        people.store, people.now, {4: (1, "ok"), **dict.fromkeys((1, 2, 3, 5, 6, 8), (1.0, "ok")), 9: ("x", "no_tol")}
    )
    for number in range(8):
        attach(people, many, f"{number}.png", bytes([number]))
    do_series(people.store, people.now, timedelta(minutes=1), [(1.0, "ok")] * 30)
    pages[2] = f"/app/qatrack/sessions/{many}"
    assert ask(pages) == few
    assert max(few) <= 12


def test_without_the_portal_the_pages_have_a_plain_frame(people: People) -> None:
    number = do_session(people.store, people.now, {ZAP: (1000.0, "ok")})
    app = create_app(people.services, qa_dialects())
    http = app.test_client()
    access = people.services.access
    http.set_cookie("qarunner_session", access.begin_session(access.sign_in("ben", "correct horse")).secret)
    for path in (*PAGES[:2], f"/app/qatrack/sessions/{number}", DRAWN):
        answer = http.get(path)
        assert answer.status_code == 200, answer.text
        assert "<main" in answer.text
    refused = app.test_client().get("/app/qatrack")
    assert refused.status_code == 401
    assert "this needs a token or a password" in refused.text


def test_a_dialects_link_is_on_every_page_for_those_who_may(people: People) -> None:
    def links(name: str, **changes: Any) -> str:
        dialects = [replace(one, **changes) if one.name == "qatrack-pages" else one for one in qa_dialects()]
        people.app = create_app(
            replace(people.services, external_url="http://localhost"), [*builtin_dialects(), *dialects]
        )
        people.visitors.clear()
        return people.visitor(name).get("/app/").html

    assert '<a href="/app/qatrack">Units</a>' in links("rita")
    assert "/app/qatrack" not in links("mia")
    assert "/app/qatrack" not in links("ben", navigation=(PageLink("Units", "/app/qatrack", "manage server"),))
    elsewhere = Binding(host="units.example.com", shared=False)
    assert "/app/qatrack" not in links("ben", binding=elsewhere), "it would lead nowhere here"
    with pytest.raises(PluginError, match="'qatrack-pages' has a link 'U' for those who may 'fly'"):
        links("ben", navigation=(PageLink("U", "/app/qatrack", "fly"),))


def test_a_browser_that_asks_the_api_is_told_on_a_page_what_is_wrong(people: People) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    visitor = people.visitor()
    for path, reason in (("/api/nowhere/", "Not found."), ("/api/units/units/99/", "Not found.")):
        page = visitor.http.get(path, headers=browser, buffered=True)
        assert (page.status_code, page.mimetype, page.headers["Vary"]) == (404, "text/html", "Accept")
        assert reason in page.text
        assert visitor.http.get(path, buffered=True).json == {"detail": "Not found."}
    led = people.visitor("").http.get("/api/units/units/?limit=2", headers=browser, buffered=True)
    assert (led.status_code, led.location) == (302, "/app/login?to=/api/units/units/?limit%3D2")
    assert 'name="to" value="/api/units/units/?limit=2"' in people.visitor("").get(led.location).html
    assert people.visitor("").http.get("/api/units/units/", buffered=True).status_code == 401
