"""What a POST answers, key by key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.dialects.qatrack.conftest import URL, World
from tests.dialects.qatrack.session_bodies import (
    ABSENT,
    EVERYTHING,
    NUMBERS,
    SIMPLE,
    count,
    everything,
    post,
    posted,
    simple,
    stored,
)


def number_test(number: int, value: float, comment: str = "") -> dict[str, object]:
    """Return what the answer says of a number without limits."""
    return {
        "attachments": [],
        "comment": comment,
        "date_value": None,
        "datetime_value": None,
        "diff_display": "",
        "pass_fail": ["no_tol", "No Tol Set"],
        "reference": None,
        "skipped": False,
        "status": "/api/qc/testinstancestatus/1/",
        "string_value": "",
        "tolerance": None,
        "url": f"/api/qc/testinstances/{number}/",
        "value": value,
        "value_display": f"{value:g}",
    }


def test_the_example_of_the_specification(own_world: World) -> None:
    assert posted(own_world, simple(user_key="a")) == {
        "all_reviewed": False,
        "comment": "test list comment",
        "created_by": f"{URL}/api/auth/users/2/",
        "day": 0,
        "due_date": None,
        "flagged": False,
        "in_progress": False,
        "include_for_scheduling": True,
        "reviewed": None,
        "reviewed_by": None,
        "site_url": f"{URL}/app/qatrack/sessions/1",
        "test_list": f"{URL}/api/qc/testlists/1/",
        "tests": {
            "number_1": number_test(1, 1.0, "hello number 1"),
            "number_2": number_test(2, 2.0),
            "sum_of_two": number_test(3, 3.0),
        },
        "unit_test_collection": f"{URL}/api/qc/unittestcollections/1/",
        "url": f"{URL}/api/qc/testlistinstances/1/",
        "user_key": "a",
        "work_completed": "2018-07-06T11:00:00-04:00",
        "work_started": "2018-07-06T10:00:00-04:00",
    }


def test_it_is_read_back_as_it_was_answered(own_world: World) -> None:
    answer = posted(own_world, everything(comment="by hand"))
    session = stored(own_world, answer)
    assert {name: session[name] for name in ("day", "work_started", "created_by", "site_url")} == {
        name: answer[name] for name in ("day", "work_started", "created_by", "site_url")
    }
    assert session["modified_by"] == session["created_by"]
    assert [one["comment"] for one in session["comments"]] == ["by hand"]
    for test, told in zip(session["test_instances"], answer["tests"].values(), strict=True):
        assert test == own_world.get(told["url"])
        assert test["url"] == URL + told["url"]
        same = ("value", "string_value", "date_value", "datetime_value", "skipped", "comment")
        assert {name: test[name] for name in same} == {name: told[name] for name in same}
        assert test["pass_fail"] == told["pass_fail"][0]
        assert test["status"] == URL + told["status"]
        assert test["reference"] == (told["reference"] and URL + told["reference"])


def test_values_of_every_type(own_world: World) -> None:
    tests = posted(own_world, everything({"zap_time": {"value": 1150}, "sharpness": {"value": "Soft"}}))["tests"]
    shown = {
        macro: (test["value"], test["string_value"], test["value_display"], test["pass_fail"][0], test["diff_display"])
        for macro, test in tests.items()
        if macro != "picture"
    }
    assert shown == {
        "menu_opens": (1.0, "", "Yes", "ok", ""),
        "zap_time": (1150.0, "", "1150.0", "tolerance", "150"),
        "hue": (180.0, "", "180", "no_tol", ""),
        "sharpness": (None, "Soft", "Soft", "tolerance", ""),
        "lines": (1080.0, "", "1080", "no_tol", ""),
        "firmware": (None, "4.2.1", "4.2.1", "no_tol", ""),
        "built_on": (None, "", "01 Jul 2018", "no_tol", ""),
        "started_at": (None, "", "06 Jul 2018 09:59", "no_tol", ""),
        "verdict": (None, "slow", "slow", "no_tol", ""),
    }
    assert tests["built_on"]["date_value"] == "2018-07-01"
    assert tests["started_at"]["datetime_value"] == "2018-07-06T09:59:00-04:00"
    assert tests["menu_opens"]["reference"] == "/api/qc/references/1/"
    assert tests["zap_time"]["tolerance"] == "/api/qc/tolerances/1/"


def test_unknown_tests_are_told_and_nothing_else_changes(own_world: World) -> None:
    answer = post(own_world, simple(tests={**NUMBERS, "number_3": {"value": 1}, 'x"\r\nInjected: 1': {}}, nothing=1))
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["ignored_tests"] == ["number_3", 'x"\r\nInjected: 1']
    assert list(answer.json["tests"]) == ["number_1", "number_2", "sum_of_two"]
    assert answer.headers.getlist("Warning")[0] == '299 qarunner "test number_3 is unknown here and was ignored"'
    assert "Injected" not in answer.headers


def test_only_what_was_ignored_adds_a_key(own_world: World) -> None:
    answer = post(own_world, simple())
    assert "ignored_tests" not in (answer.json or {})
    assert "Warning" not in answer.headers


def test_a_date_that_nobody_can_read_is_lost_but_told(own_world: World) -> None:
    answer = post(own_world, everything({"built_on": {"value": "yesterday"}}))
    assert answer.status_code == 201
    assert answer.headers["Warning"] == (
        '299 qarunner "The value of built_on is no date in a known format and was not kept"'
    )


def test_what_may_be_left_out(own_world: World) -> None:
    body = simple(work_completed=ABSENT, comment=ABSENT, attachments=ABSENT, in_progress=ABSENT)
    answer = posted(own_world, body)
    completed = datetime.fromisoformat(answer["work_completed"])
    assert abs(datetime.now(UTC) - completed) < timedelta(minutes=5)
    assert stored(own_world, answer)["comments"] == []


def test_work_that_took_no_time_took_a_minute(own_world: World) -> None:
    answer = posted(own_world, simple(work_completed="2018-07-6 10:00"))
    assert answer["work_completed"] == "2018-07-06T10:01:00-04:00"


def test_a_collection_is_named_by_its_path_alone_or_on_another_host(own_world: World) -> None:
    for link in (
        "/api/qa/unittestcollections/1/",
        "http://127.0.0.1:8081/api/qc/unittestcollections/1/",
        "https://proxy.example.com/farm/api/qa/unittestcollections/1/?x=1",
        "/api/qa/unittestcollections/1",
    ):
        assert posted(own_world, simple(unit_test_collection=link))["unit_test_collection"].endswith("collections/1/")
    assert count(own_world) == 4


def test_tests_of_lists_within_a_list_count_as_its_own(own_world: World) -> None:
    answer = posted(own_world, simple(unit_test_collection=SIMPLE.replace("/1/", "/3/")))
    assert answer["tests"]["sum_of_two"]["value"] == 3.0
    assert answer["test_list"] == f"{URL}/api/qc/testlists/3/"


def test_iso_times_with_an_offset_mean_what_they_say(own_world: World) -> None:
    answer = posted(own_world, simple(work_started="2018-07-06T10:00:00Z", work_completed="2018-07-06T12:30:00+02:00"))
    assert answer["work_started"] == "2018-07-06T06:00:00-04:00"
    assert answer["work_completed"] == "2018-07-06T06:30:00-04:00"


def test_a_list_whose_unit_has_no_limits_yet_can_be_done(own_world: World) -> None:
    from sqlalchemy import delete, insert

    from qarunner.store.models import qatrack

    with own_world.store.write() as connection:
        connection.execute(delete(qatrack.UnitTestInfo).where(qatrack.UnitTestInfo.test.in_([1, 2, 3])))
        collection = {"unit": 6, "test_list": 1, "cycle": None, "frequency": None, "due_date": None,
                      "assigned_to": 2, "last_instance": None}  # fmt: skip
        connection.execute(insert(qatrack.Collection), collection | {"id": 9, "name": "On another unit"})
    for number in (9, 1):
        link = EVERYTHING.replace("/2/", f"/{number}/")
        assert posted(own_world, simple(unit_test_collection=link))["tests"]["sum_of_two"]["value"] == 3.0
    assert count(own_world, "qa/unittestinfos") == 16
