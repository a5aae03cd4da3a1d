"""What the API says of results is what the store has."""

from __future__ import annotations

import csv
import hashlib
import io
from xml.etree import ElementTree

import pytest
from tests.dialects.stbt.conftest import FILES, SHA, UID, URL, World

from qarunner.results import Outcome
from qarunner.store.retention import delete_result

JOB = f"filter=job:{UID}"


def test_a_row_says_what_the_store_has(world: World) -> None:
    rows = {row["result_id"]: row for row in world.ask("GET", f"/api/v2/results?{JOB}").json or ()}
    name = world.results["fail"]
    assert rows[name] == {
        "result_id": name,
        "job_uid": UID,
        "result_url": f"{URL}/api/v2/results{name}",
        "triage_url": f"{URL}/app/#/result/{name}",
        "start_time": "2026-03-01T12:02:00.000000Z",
        "end_time": "2026-03-01T12:02:02.500000Z",
        "test_pack_sha": SHA,
        "test_case": "tests/epg.py::test_populated",
        "result": "fail",
        "failure_reason": rows[name]["failure_reason"],
    }
    assert rows[name]["failure_reason"].startswith("EPG is ")
    assert rows[world.results["pass"]]["failure_reason"] is None
    assert [row["result"] for row in rows.values()] == ["skip", "error", "fail", "pass"], "the newest is first"


def test_rows_sort_and_filter(world: World) -> None:
    def words(query: str) -> list[str]:
        return [row["result"] for row in world.ask("GET", f"/api/v2/results?{JOB}%20{query}").json or ()]

    assert words("result:fail") == ["fail"]
    assert words("&sort=date:asc") == ["pass", "fail", "error", "skip"]
    assert words("&sort=testcase:asc")[0] == "fail"
    assert words('date:>"2026-03-01 12:02:30"&sort=date:asc') == ["error", "skip"]
    assert words('date:>"2026-03-01 13:02:30"&tz=Europe/Berlin&sort=date:asc') == ["error", "skip"]


def test_a_filter_that_is_wrong_points_at_the_place(world: World) -> None:
    answer = world.ask("GET", "/api/v2/results?filter=result:fail%20colour:red")
    assert answer.status_code == 400
    assert answer.json is not None
    reason, shown, caret = answer.json["error"].split("\n")
    assert "column 13" in reason
    assert (shown, caret) == ("result:fail colour:red", " " * 12 + "^")


def test_a_result_has_every_documented_field(world: World) -> None:
    found = world.ask("GET", f"/api/v2/results{world.results['pass']}").json or {}
    assert found["test_pack_branch"] is None, "nobody said a branch"
    assert (found["username"], found["job_category"], found["traceback"]) == ("anna", "example", None)
    assert found["tags"] == {"model": "T-1000", "jenkins/BUILD_ID": "7"}
    expected = {path: (len(data), hashlib.md5(data).hexdigest()) for path, data in FILES.items()}  # noqa: S324 - the API's
    assert {path: (info["size"], info["md5"]) for path, info in found["artifacts"].items()} == expected


def test_a_result_without_a_job_has_a_place_of_its_own_and_its_id_finds_it_too(world: World) -> None:
    name = world.results["desk"]
    found = world.ask("GET", f"/api/v2/results{name}").json or {}
    assert (found["result_id"], found["job_uid"]) == (name, None)
    assert (world.ask("GET", f"/api/v2/results/{world.ids['desk']}").json or {})["result_id"] == name


@pytest.mark.parametrize(
    "path", ["/api/v2/results{}/", "/api/v2//results/{}", "/api/v2/results/{}/", "/api//v2/results{}"]
)
def test_slashes_may_be_single_double_or_missing(world: World, path: str) -> None:
    assert world.ask("GET", path.format(world.results["pass"])).status_code == 200


def test_the_log_is_shown_in_the_zone_that_was_asked_for(world: World) -> None:
    path = f"/api/v2/results{world.results['pass']}/stbt.log"
    answer = world.ask("GET", path)
    assert (answer.data, answer.content_type) == (FILES["stbt.log"], "text/plain; charset=utf-8")
    assert world.ask("GET", f"{path}?tz=America/Denver").text.splitlines() == [
        "2026-03-01T05:00:00.250000-07:00 hello",
        "2026-07-01T06:00:01.000000-06:00 café",
        "no time",
    ]


def test_csv_has_the_same_rows_and_formulas_are_made_harmless_on_request(world: World) -> None:
    rows = list(csv.DictReader(io.StringIO(world.ask("GET", f"/api/v2/results.csv?{JOB}&sort=date:asc").text)))
    assert [row["result"] for row in rows] == ["pass", "fail", "error", "skip"]
    assert rows[0]["failure_reason"] == ""
    assert rows[2]["failure_reason"] == "=cmd|' /C calc'!A0"
    safe = world.ask("GET", f"/api/v2/results.csv?{JOB}&sort=date:asc&neutralise=true").text
    assert list(csv.DictReader(io.StringIO(safe)))[2]["failure_reason"] == "'=cmd|' /C calc'!A0"


@pytest.mark.parametrize(("query", "ending"), [("include_tz=true", "+00:00"), ("include_tz=false", "00"), ("", "00")])
def test_xml_is_junit_and_well_formed_whatever_a_failure_says(world: World, query: str, ending: str) -> None:
    text = world.ask("GET", f"/api/v2/results.xml?{JOB}&{query}").text
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "testsuites"
    cases = list(root.iter("testcase"))
    assert sorted(child.tag for case in cases for child in case if child.tag != "system-out") == [
        "error",
        "failure",
        "skipped",
    ]
    for case in cases:
        stamp = case.get("timestamp", "")
        assert stamp.endswith(ending)
        assert ("+" in stamp) == (ending == "+00:00")
    assert {case.get("classname") for case in cases} == {"tests.menu", "tests.epg"}


def test_nothing_listed_is_still_xml(world: World) -> None:
    text = world.ask("GET", "/api/v2/results.xml?filter=job:/none/0000/1").text
    assert ElementTree.fromstring(text).tag == "testsuites"  # noqa: S314 - our own


def test_a_video_is_sent_in_ranges(world: World) -> None:
    path = f"/api/v2/results{world.results['pass']}/artifacts/video.mp4"
    whole = world.ask("GET", path)
    assert (whole.status_code, whole.content_type, whole.data) == (200, "video/mp4", FILES["video.mp4"])
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = world.ask("GET", path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, FILES["video.mp4"][10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(FILES['video.mp4'])}"
    assert world.ask("GET", path, headers={"Range": "bytes=999999-"}).status_code == 416
    assert world.ask("GET", path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert world.ask("HEAD", path).headers["Content-Length"] == str(len(FILES["video.mp4"]))


@pytest.mark.parametrize("name", ["evil.html", "evil.svg"])
def test_an_artifact_cannot_act_as_a_page_of_ours(world: World, name: str) -> None:
    headers = world.ask("GET", f"/api/v2/results{world.results['pass']}/artifacts/{name}").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"].startswith("attachment")


def test_a_file_in_a_folder_has_its_own_name(world: World) -> None:
    name = "a/file in a subdirectory/another.log"
    answer = world.ask("GET", f"/api/v2/results{world.results['pass']}/artifacts/{name}")
    assert (answer.data, answer.content_type) == (b"deep\n", "text/plain; charset=utf-8")
    assert "another.log" in answer.headers["Content-Disposition"]


def test_a_name_must_be_right_in_all_its_parts(world: World) -> None:
    right = world.results["pass"]
    for wrong in (right.replace("0a23", "0a24"), right.replace("12.01", "12.02"), right.replace("old-node", "x")):
        assert world.ask("GET", f"/api/v2/results{wrong}").status_code == 404


def test_a_deleted_result_is_gone_for_every_form(world: World) -> None:
    world.keep("soon gone", Outcome.FAIL, job="/old-node/0a23/973", number=9)
    name = world.results["soon gone"]
    assert world.ask("GET", f"/api/v2/results{name}").status_code == 200
    delete_result(world.rig.store, world.ids["soon gone"], "test")
    for form in ("", "/", "/stbt.log", "/screenshot.png", "/artifacts/", "/artifacts/x"):
        assert world.ask("GET", f"/api/v2/results{name}{form}").status_code == 410
    assert world.ask("GET", f"/api/v2/results/{world.ids['soon gone']}").status_code == 410


def test_at_most_two_thousand_are_listed(world: World) -> None:
    from tests.peers.sample_results import sample

    from qarunner.store.ingest import ingest_batch
    from qarunner.store.submission import Submission

    many = [Submission(result=sample(number), job="/old-node/0a23/974") for number in range(2003)]
    ingest_batch(world.rig.store, many)
    rows = world.ask("GET", "/api/v2/results?filter=job:/old-node/0a23/974&sort=date:asc").json or []
    assert len(rows) == 2000
    assert rows[0]["start_time"] == "2026-03-01T12:00:00.000000Z"
    assert world.ask("GET", "/api/v2/results.xml?filter=job:/old-node/0a23/974").text.count("<testcase ") == 2000
