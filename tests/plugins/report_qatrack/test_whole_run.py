"""Whole runs of pytest that report to a server in a process of its own: by both reporters, and while it dies."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.peers.api_server import ApiServer
from tests.peers.pack_run import Pack
from tests.peers.qatrack_lists import ListedTest, ListMaker, yes
from tests.peers.qatrack_run import Sender, records
from tests.peers.results_store import wait_until
from tests.peers.run_directory import RunMaker

from qarunner import Measurement
from qarunner.outbox.courier import Pauses
from qarunner.outbox.deliver import deliver
from qarunner.outbox.delivery_state import add_to_plan, read_delivery
from qarunner.store.engine import Store

TESTS = """
    import pytest

    pytestmark = pytest.mark.qa_list("Menu checks")

    def test_opens(measure):
        measure("zap_time", 1.6, unit="s", high=2)

    def test_closes():
        pass

    @pytest.mark.parametrize("way", ["next", "previous"])
    def test_zap(way):
        assert way == "next"

    def test_breaks():
        raise ValueError("no such page")

    def test_later():
        pytest.skip("no outlet")

    @pytest.mark.xfail(reason="known")
    def test_known():
        assert False
"""
FEATURE = """
    @qa_list:Menus
    Feature: Menu
      Scenario: It is there
        Given it is there
"""
STEPS = """
    from behave import given

    @given("it is there")
    def there(context):
        pass
"""
MACROS = (
    "it_is_there",
    "test_opens",
    "test_closes",
    "test_zap_next",
    "test_zap_previous",
    "test_breaks",
    "test_later",
    "test_known",
)
ZAP = ListedTest("zap_time", "simple", 1.0, (-0.5, -0.2, 0.2, 0.5))
WORDS = {"ok": "pass", "action": "fail"}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    (tmp_path / "pack").mkdir()
    pack = Pack(tmp_path / "pack")
    pack.write("tests/menu.py", TESTS)
    pack.write("features/menu.feature", FEATURE)
    pack.write("features/steps/menu.py", STEPS)
    return pack


def server_for(tmp_path: Path, pack: Pack) -> ApiServer:
    server = ApiServer(tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        maker = ListMaker(store)
        maker.unit(1, "Unit 1", node=pack.node)
        maker.test_list(1, "Menu checks", [*yes(*MACROS), ZAP])
    server.start()
    return server


def configure(pack: Pack, server: ApiServer, *lines: str) -> None:
    unit = f'units = {{"{pack.node}" = 1}}'
    lists = 'lists = {"Menus" = "Menu checks"}'  # a tag of behave has no blanks
    table = ["[reporters.qatrack]", f'url = "{server.url}/api"', 'time_zone = "UTC"', unit, lists, *lines]
    pack.write("qarunner.toml", "\n".join(table))


def test_one_run_by_both_reporters_has_equal_counts_in_either_api(tmp_path: Path, pack: Pack) -> None:
    server = server_for(tmp_path, pack)
    configure(pack, server)
    try:
        finished = pack.run(
            f"--qa-server={server.url}", QARUNNER_SERVER_TOKEN=server.token, QARUNNER_QATRACK_TOKEN=server.token
        )
        assert finished.code == 1, finished.output
        sender = Sender(f"{server.url}/api", server.token)
        [record] = records(pack.latest)
        page = sender.get("qa/testlistinstances", user_key=record["user_key"])
        [instance] = page["results"]
        tests = sender.tests(instance)
        results = stb_results(server)
        here = Counter(str(result.outcome) for result in finished.directory.results)
        assert here == {"pass": 4, "fail": 1, "error": 1, "skip": 2}
        assert Counter(result["result"] for result in results) == here
        assert Counter(outcome(tests[macro]) for macro in MACROS) == here
        assert verdict(tests["zap_time"]) == "action"
        ids = {result.id for result in finished.directory.results}
        assert len(results) == len(ids), "a result by two reporters is one result"
        shown = [line for line in finished.output.splitlines() if "zap_time" in line or "qatrack:" in line]
        assert shown[0] == f"qatrack: Menu checks on Unit 1: {instance['site_url']}"
        assert shown[1] == "  zap_time = 1.6 s: action; here: ok"
    finally:
        server.kill()


def outcome(row: dict[str, Any]) -> str:
    """Return the outcome that a boolean test instance stands for."""
    if row["skipped"]:
        return str(row["comment"]).partition(":")[0].replace("skipped", "skip")
    return WORDS[verdict(row)]


def verdict(row: dict[str, Any]) -> str:
    """Return the server's verdict on a test instance."""
    return str(row["pass_fail"])


def stb_results(server: ApiServer) -> list[dict[str, Any]]:
    """Return all results as the Stb-tester API lists them."""
    headers = {"Authorization": f"token {server.token}"}
    answer = requests.get(f"{server.url}/api/v2/results", headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()
    return results


@pytest.mark.parametrize(("fail_on", "code"), [("", 0), ("action", 1)])
def test_an_action_of_the_server_fails_a_run_that_passed_only_where_that_is_asked_for(
    tmp_path: Path, pack: Pack, fail_on: str, code: int
) -> None:
    server = server_for(tmp_path, pack)
    configure(pack, server, f'fail_on = "{fail_on}"')
    try:
        finished = pack.run("-k", "opens", QARUNNER_QATRACK_TOKEN=server.token)
    finally:
        server.kill()
    assert finished.code == code, finished.output
    assert finished.directory.run is not None
    assert finished.directory.run.exit_code == code
    assert ('fails the run (fail_on = "action"): Menu checks: zap_time' in finished.output) == bool(fail_on)
    assert finished.outcomes() == {"test_opens": "pass"}


def test_a_server_that_is_down_changes_no_exit_code_and_gets_the_run_later(tmp_path: Path, pack: Pack) -> None:
    server = server_for(tmp_path, pack)
    server.kill()
    configure(pack, server, 'fail_on = "action"')
    finished = pack.run("-k", "opens", QARUNNER_QATRACK_TOKEN=server.token, QARUNNER_DELIVERY_WAIT="2")
    assert finished.code == 0, finished.output
    assert "qatrack: 1 run not delivered yet (" in finished.output
    assert "`qarunner deliver` sends what is left" in finished.output
    server.start()
    try:
        sent = send_all(pack.latest.parent, server, units={pack.node: 1})
        assert any("zap_time = 1.6 s: action; here: ok" in line for line in sent)
        assert read_delivery(pack.latest, "qatrack").state == "sent"
    finally:
        server.kill()


def send_all(root: Path, server: ApiServer, **options: Any) -> list[str]:
    """Do what `qarunner deliver` does; return what it says."""
    said: list[str] = []
    reporter = Sender(f"{server.url}/api", server.token).reporter(**options)
    summary = deliver(root, {"qatrack": reporter}, quiet=120, pauses=Pauses(0.02, 0.1), say=said.append)
    assert summary.exit_code == 0, said
    return said


@pytest.mark.parametrize("kills", [4, pytest.param(25, marks=pytest.mark.soak)])
def test_a_server_that_is_killed_again_and_again_gets_each_list_once(tmp_path: Path, kills: int) -> None:
    server = ApiServer(tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        lists = ListMaker(store)
        lists.unit(1, "living-room")
        for number in range(3):
            lists.test_list(1, f"tests/list_{number}.py", [*yes("test_x"), ZAP])
    runs = []
    for number in range(2 * kills):
        maker = RunMaker(tmp_path / "results", f"run-{number:02}")
        for one in range(3):
            zap = Measurement(name="zap_time", value=number + one / 10)
            maker.add(f"tests/list_{one}.py::test_x", measurements=(zap,), files={"stbt.log": "log" * 500})
        add_to_plan(maker.folder, ["qatrack"])
        runs.append(maker.finish())
    chance = random.Random(kills)
    server.start()
    delivering = threading.Thread(target=send_all, args=(tmp_path / "results", server), kwargs={"evidence_of": "all"})
    delivering.start()
    for _kill in range(kills):
        wait_for_more(runs)
        time.sleep(chance.random() * 0.3)  # the kill comes at another moment each time
        server.kill()
        server.start()
    delivering.join(240)
    assert not delivering.is_alive()
    try:
        sender = Sender(f"{server.url}/api", server.token)
        page = sender.get("qa/testlistinstances", limit=1000)
        keys = Counter(row["user_key"] for row in page["results"])
        assert keys == {f"{maker.run.id}:1:tests/list_{one}.py": 1 for maker in runs for one in range(3)}
        values = sender.get("qa/testinstances", limit=1000, unit_test_info__test__slug="zap_time")["results"]
        assert len(values) == len(keys)
        assert all(read_delivery(maker.folder, "qatrack").state == "sent" for maker in runs)
        assert all(len(row["attachments"]) == 1 for row in page["results"])
    finally:
        server.kill()


def wait_for_more(runs: list[RunMaker]) -> None:
    before = lists_sent(runs)
    wait_until(lambda: lists_sent(runs) > before, 120)


def lists_sent(runs: list[RunMaker]) -> int:
    """Return how many lists are known to have arrived."""
    known = [record for maker in runs if (maker.folder / "qatrack.json").exists() for record in records(maker.folder)]
    return sum(record["state"] == "sent" for record in known)
