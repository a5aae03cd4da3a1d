"""The scripts of the specification run when only names and the host are changed."""

from __future__ import annotations

import base64

import requests
from tests.conformance.qatrack.site import Site, new_key

TIMEOUT = 60
PICTURE = base64.b64encode(b"\x89PNG").decode()


def signed_in(site: Site) -> tuple[str, dict[str, str]]:
    """Get a token, as every script begins."""
    root = site.target.url + "/api"
    name, password = site.target.people["writer"]
    resp = requests.post(root + "/get-token/", {"username": name, "password": password}, timeout=TIMEOUT)
    return root, {"Authorization": f"Token {resp.json()['token']}"}


def test_units_and_lists_are_listed_without_a_final_slash(site: Site) -> None:
    root, headers = signed_in(site)
    units = requests.get(root + "/units/units", headers=headers, timeout=TIMEOUT).json()
    assert "Conformance" in [unit["name"] for unit in units["results"]]
    listed = requests.get(root + "/qa/testlists", headers=headers, timeout=TIMEOUT).json()
    assert listed["count"] >= 7
    page = requests.get(root + "/qa/testlists/?limit=3&offset=0", headers=headers, timeout=TIMEOUT)
    names = {one["name"] for one in page.json()["results"]}
    while page.json()["next"] and len(names) < 50:
        page = requests.get(page.json()["next"], headers=headers, timeout=TIMEOUT)
        names |= {one["name"] for one in page.json()["results"]}
    assert "Conformance numbers" in names


def test_numbers_are_uploaded_and_read_back(site: Site) -> None:
    root, headers = signed_in(site)
    query = "/qa/unittestcollections/?unit__name=Conformance&test_list__name=Conformance numbers"
    utc_url = requests.get(root + query, headers=headers, timeout=TIMEOUT).json()["results"][0]["url"]
    data = {
        "unit_test_collection": utc_url,
        "in_progress": False,
        "work_started": "2018-07-6 10:00",
        "work_completed": "2018-07-6 11:00",
        "comment": "test list comment",
        "tests": {"number_1": {"value": 1, "comment": "hello number 1"}, "number_2": {"value": 2, "skipped": False}},
        "attachments": [],
        "user_key": new_key(),
    }
    resp = requests.post(root + "/qa/testlistinstances/", json=data, headers=headers, timeout=TIMEOUT)
    assert resp.status_code == 201
    assert resp.json()["tests"]["sum_of_two"]["value"] == 3.0
    params = {
        "unit_test_info__unit__name": "Conformance",
        "unit_test_info__test__name": "Conformance numbers::sum_of_two",
        "test_list_instance__user_key": data["user_key"],
        "ordering": "-work_completed",
    }
    payload = requests.get(root + "/qa/testinstances/", params, headers=headers, timeout=TIMEOUT).json()
    assert [(x["work_completed"][:19], x["value"]) for x in payload["results"]] == [("2018-07-06T11:00:00", 3.0)]


def test_files_are_uploaded(site: Site) -> None:
    root, headers = signed_in(site)
    query = {"unit__name": "Conformance", "name": "Conformance files"}
    found = requests.get(root + "/qa/unittestcollections/", query, headers=headers, timeout=TIMEOUT).json()
    data = {
        "unit_test_collection": found["results"][0]["url"],
        "work_started": "2018-07-6 10:00",
        "tests": {
            "picture": {"filename": "image.png", "value": PICTURE, "encoding": "base64"},
            "blink": {"skipped": True},
        },
        "attachments": [{"filename": "some_report.pdf", "value": PICTURE, "encoding": "base64"}],
    }
    resp = requests.post(root + "/qa/testlistinstances/", json=data, headers=headers, timeout=TIMEOUT)
    assert resp.status_code == 201, resp.text
    assert len(resp.json()["tests"]["picture"]["attachments"]) == 1


def test_the_official_pump_uploads_once(site: Site) -> None:
    """Qcpump asks by its key first, posts, marks as skipped what the server misses, and posts once more."""
    root, headers = signed_in(site)
    key = new_key()
    assert requests.get(root + "/auth/", headers=headers, timeout=TIMEOUT, allow_redirects=False).status_code == 200
    asked = requests.get(root + "/qa/testlistinstances/", {"user_key": key}, headers=headers, timeout=TIMEOUT)
    assert asked.json()["count"] == 0
    query = {"unit__number": "4711", "name": "Conformance types"}
    [found] = requests.get(root + "/qa/unittestcollections/", query, headers=headers, timeout=TIMEOUT).json()["results"]
    data = {
        "unit_test_collection": found["url"],
        "work_started": "2018-07-06 10:00:00.000000",
        "work_completed": "2018-07-06 10:05:00.250000",
        "user_key": key,
        "tests": {"zap_time": {"value": 990.5}},
    }
    sent = requests.post(root + "/qa/testlistinstances/", json=data, headers=headers, timeout=TIMEOUT)
    told = "Missing data for tests: "
    [sentence] = sent.json()["non_field_errors"]
    assert (sent.status_code, sentence[: len(told)]) == (400, told)
    data["tests"] |= {macro: {"skipped": True} for macro in sentence.removeprefix(told).split(", ")}
    assert (
        requests.post(root + "/qa/testlistinstances/", json=data, headers=headers, timeout=TIMEOUT).status_code == 201
    )
    assert len(site.sessions(key)) == 1
