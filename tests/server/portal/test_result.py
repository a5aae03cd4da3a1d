"""The page of one result: all that is known of it, by whatever name somebody has."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec
import pytest
from tests.peers.farm_people import UID, Page, World

from qarunner.results import Failure, Measurement, Outcome, Phase, Step
from qarunner.store.retention import delete_result

EVIL = "</pre><script>alert(1)</script>\x1b[31m"
SAFE = "&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
LOG = b"2026-03-01T12:00:01.250000+00:00 DEBUG looking\nno time </pre><script>\n"


@pytest.fixture(scope="module")
def failed(world: World) -> str:
    """A result with everything, much of it hostile."""
    second = Failure(outcome=Outcome.ERROR, phase=Phase.TEARDOWN, kind="OSError", message="no power", traceback="at x")
    first = Failure(outcome=Outcome.FAIL, phase=Phase.CALL, kind="MatchTimeout", message=EVIL, traceback=f"> {EVIL}")
    return world.keep(
        Outcome.FAIL,
        job=UID,
        testcase="tests/whole.py::test_<b>",
        failures=(first, second),
        steps=(
            Step(keyword="Given", name=EVIL, status="passed", started=1.0, duration=0.5),
            Step(keyword="Then", name="it opens", status="failed", started=1.5, duration=2.0, message="it is shut"),
            Step(keyword="And", name="it stays", status="skipped"),
        ),
        measurements=(
            Measurement(name="zap_time", value=2.3456, unit="s", low=0.1, high=2.0, time=2.0),
            Measurement(name="level", value=-23.0, unit="dBFS"),
        ),
        tags={"firmware": EVIL, "smoke": ""},
        run_id="run-of-the-rack",
        run_tags={"rack": "3"},
        markers=("slow",),
        notes=("the video is cut: disk full",),
        attempt=2,
        video_start=0.25,
        files={"stbt.log": LOG, "video.mp4": b"0" * 100, "a/deep file.txt": b"x", "screenshot.png": b"p"},
    )


@pytest.fixture(scope="module")
def page(world: World, failed: str) -> Page:
    return world.visitor("rita").get(f"/app/results/{failed}")


def test_it_says_what_happened_and_why(page: Page) -> None:
    for text in (
        "fail tests/whole.py::test_<b>",
        "fail MatchTimeout in call </pre><script>alert(1)</script>",
        "error OSError in teardown no power",
        "Then it opens it is shut 0:01.2 2.0 s",
        "no zap_time 2.346 s 0.1 s 2 s 0:01.8",
        "yes level -23 dBFS",
        "Attempt 2",
        "Device T-1000 1.0",
        "rack 3",
        "smoke yes",
        "the video is cut: disk full",
    ):
        assert text in page.text


def test_what_a_testcase_wrote_is_text_and_never_a_page(page: Page) -> None:
    assert "\x1b" not in page.html
    scripts = re.findall(r"<script[^>]*>", page.html)
    assert len(scripts) == 1, "the page's own"
    assert "/app/assets/video.js" in scripts[0]
    assert page.html.count(SAFE) >= 4
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_it_leads_to_job_node_files_and_the_moments_of_the_video(page: Page, failed: str) -> None:
    files = f"/qarunner/api/v1/results/{failed}/artifacts"
    links = page.links()
    for address in (
        "/app/jobs/old-node/0a23/972",
        "/app/nodes/living-room",
        f"{files}/a/deep%20file.txt",
        f"{files}/video.mp4#t=1.25",
        f"{files}/video.mp4#t=1.00",
        "/app/results?filter=testcase:%22tests/whole.py::test_%3Cb%3E%22",
        f"/qarunner/api/v1/results/{failed}",
    ):
        assert address in links
    assert f'<a class="moment" href="{files}/video.mp4#t=1.00">12:00:01.250</a> DEBUG looking' in page.html
    assert f'src="{files}/video.mp4"' in page.html


def test_every_name_leads_to_the_same_page(world: World, failed: str) -> None:
    visitor = world.visitor("rita")
    row = visitor.json(f"/api/v2/results/{failed}")
    name = row["result_id"]
    assert row["triage_url"] == f"http://localhost/app/#/result/{name}"
    for address in (f"/app/results{name}", f"/app/results/{name}", f"/app/results/{failed}/"):
        assert "tests/whole.py::test_<b>" in visitor.get(address).text


def test_history_is_a_strip_with_this_result_marked(world: World) -> None:
    outcomes = (Outcome.PASS, Outcome.FAIL, Outcome.SKIP, Outcome.ERROR)
    names = [world.keep(one, number, testcase="tests/strip.py::test_x") for number, one in enumerate(outcomes)]
    html = world.visitor().get(f"/app/results/{names[1]}").html
    strip = re.findall(r'<li><a class="outcome (\w+)" href="/app/results/([^"]+)"[^>]*?( aria-current="true")?>', html)
    assert strip == [
        ("pass", names[0], ""),
        ("fail", names[1], ' aria-current="true"'),
        ("skip", names[2], ""),
        ("error", names[3], ""),
    ]


def test_a_long_log_is_shown_from_its_end(world: World) -> None:
    lines = [b"line %06d\n" % number for number in range(20_000)]
    name = world.keep(testcase="tests/long.py::test_x", files={"stbt.log": b"".join(lines)})
    page = world.visitor().get(f"/app/results/{name}")
    assert "line 019999" in page.html
    assert "line 000001" not in page.html
    assert "The first 174 kB are left out." in page.text
    assert len(page.html) < 100_000


def test_one_that_runs_has_a_page(world: World) -> None:
    name = world.keep(None, testcase="tests/runs.py::test_x", started=datetime.now(UTC))
    text = world.visitor().get(f"/app/results/{name}").text
    assert "running tests/runs.py::test_x" in text
    assert "Took" not in text
    assert "It left no files." in text


def test_a_skipped_one_says_why(world: World) -> None:
    name = world.keep(Outcome.SKIP, testcase="tests/skips.py::test_x", reason="not on this box")
    assert "Reason not on this box" in world.visitor().get(f"/app/results/{name}").text


def test_a_file_whose_bytes_have_not_come_is_not_linked(world: World) -> None:
    name = world.keep(testcase="tests/late.py::test_x", files={"video.mp4": b"1"})
    with world.rig.store.write() as connection:
        connection.exec_driver_sql("UPDATE artifacts SET sha256 = NULL WHERE path = 'video.mp4'")
    page = world.visitor().get(f"/app/results/{name}")
    assert "video.mp4 not delivered yet" in page.text
    assert "<video" not in page.html


def test_a_deleted_one_is_gone_by_every_name(world: World) -> None:
    name = world.keep(testcase="tests/gone.py::test_x")
    visitor = world.visitor()
    called = visitor.json(f"/api/v2/results/{name}")["result_id"]
    delete_result(world.rig.store, name, "retention")
    for address in (f"/app/results/{name}", f"/app/results{called}"):
        page = visitor.get(address, 410)
        assert f"This result was deleted on {datetime.now(UTC):%Y-%m-%d}" in page.text
        assert "(retention)" in page.text
        assert "/app/" in page.links()


@pytest.mark.parametrize("name", ["x", "0" * 36, "old-node/0a23/972/2026-03-01_12.00.00-999999", "..%2fx", "%00"])
def test_one_that_never_was_is_not_found(world: World, name: str) -> None:
    status = 400 if name == "%00" else 404
    page = world.visitor().get(f"/app/results/{name}", status)
    assert "To the first page" in page.text


def test_a_measurement_that_is_no_number_is_shown(world: World) -> None:
    nothing = Measurement(name="level", value=float("nan"), high=1.0)
    name = world.keep(testcase="tests/nan.py::test_x", measurements=(nothing,))
    assert msgspec.json.encode(nothing)
    assert "no level" in world.visitor().get(f"/app/results/{name}").text
