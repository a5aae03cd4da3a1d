"""The scripts of the specification run when only the host name is changed, and no link in their answers dangles."""

from __future__ import annotations

import base64
from typing import Any

import requests
from tests.dialects.qatrack.conftest import PASSWORD, World

TIMEOUT = 60


def signed_in(root: str) -> dict[str, str]:
    """Get a token, as every script begins."""
    resp = requests.post(root + "/get-token/", {"username": "ben", "password": PASSWORD}, timeout=TIMEOUT)
    return {"Authorization": f"Token {resp.json()['token']}"}


def test_numbers_are_uploaded_and_read_back(served: World) -> None:
    root = served.url + "/api"
    headers = signed_in(root)
    query = "/qa/unittestcollections/?unit__name=Unit 1&test_list__name=Simple API Example"
    utc_url = requests.get(root + query, headers=headers, timeout=TIMEOUT).json()["results"][0]["url"]
    data = {
        "unit_test_collection": utc_url,
        "in_progress": False,
        "work_started": "2018-07-6 10:00",
        "work_completed": "2018-07-6 11:00",
        "comment": "test list comment",
        "tests": {
            "number_1": {"value": 1, "comment": "hello number 1"},
            "number_2": {"value": 2, "skipped": False},
        },
        "attachments": [],
    }
    resp = requests.post(root + "/qa/testlistinstances/", json=data, headers=headers, timeout=TIMEOUT)
    assert resp.status_code == 201
    assert resp.json()["tests"]["sum_of_two"]["value"] == 3.0
    params = {
        "unit_test_info__unit__name": "Unit 1",
        "unit_test_info__test__name": "Sum Of Two",
        "ordering": "-work_completed",
    }
    payload = requests.get(root + "/qa/testinstances/", params, headers=headers, timeout=TIMEOUT).json()
    assert [(x["work_completed"], x["value"]) for x in payload["results"]] == [("2018-07-06T11:00:00-04:00", 3.0)]


def test_files_are_uploaded(served: World) -> None:
    root = served.url + "/api"
    headers = signed_in(root)
    picture = base64.b64encode(b"\x89PNG").decode()
    query = {"unit__name": "Unit 1", "name": "Everything"}
    found = requests.get(root + "/qa/unittestcollections/", query, headers=headers, timeout=TIMEOUT).json()
    skipped = {"skipped": True}
    macros = ("menu_opens", "zap_time", "hue", "sharpness", "firmware", "built_on", "started_at", "verdict")
    data = {
        "unit_test_collection": found["results"][0]["url"],
        "work_started": "2018-07-6 10:00",
        "tests": dict.fromkeys(macros, skipped)
        | {"picture": {"filename": "image.png", "value": picture, "encoding": "base64"}},
        "attachments": [{"filename": "some_report.pdf", "value": picture, "encoding": "base64"}],
    }
    resp = requests.post(root + "/qa/testlistinstances/", json=data, headers=headers, timeout=TIMEOUT)
    assert resp.status_code == 201, resp.text
    path = resp.json()["tests"]["picture"]["attachments"][0]
    assert requests.get(served.url + path, headers=headers, timeout=TIMEOUT).content == b"\x89PNG"
    crawled = crawl(served.url, headers)
    assert {"/api/qc/testlistinstances/1/", "/api/attachments/files/2/some_report.pdf"} <= crawled


def crawl(url: str, headers: dict[str, str]) -> set[str]:
    """Follow every link from the first page; return the paths. None of them may dangle."""
    seen: set[str] = set()
    waiting = [f"{url}/api/"]
    while waiting and len(seen) < 500:
        address = waiting.pop()
        path = address.removeprefix(url)
        if path in seen or path.endswith(("get-token/", "schema/")):
            continue
        seen.add(path)
        answer = requests.get(address, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        assert answer.status_code == 200, address
        if answer.headers["Content-Type"] == "application/json":
            waiting += links_in(url, answer.json())
    return seen


def links_in(url: str, value: Any) -> list[str]:
    """Return all addresses of the API within a value."""
    if isinstance(value, dict):
        return [link for one in value.values() for link in links_in(url, one)]
    if isinstance(value, list):
        return [link for one in value for link in links_in(url, one)]
    return [value] if isinstance(value, str) and value.startswith(f"{url}/api/") else []
