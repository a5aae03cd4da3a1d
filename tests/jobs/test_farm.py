"""The farm: nodes that answer or not, pictures, keys, and reservations around them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.peers.farm_rig import FarmRig
from tests.peers.pack_run import until
from tests.peers.stores import EmptyStores

from qarunner.errors import NodeBusyError, UnknownKeyError, UnknownNodeError
from qarunner.jobs.errors import BadRequestError, NodeInUseError, NodeOfflineError
from qarunner.jobs.rules import Holder
from qarunner.nodes.client import connect
from qarunner.store.clock import now
from qarunner.store.engine import Store
from qarunner.store.models import Job, JobState


@pytest.fixture
def rig(empty_stores: EmptyStores, tmp_path: Path) -> Iterator[FarmRig]:
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as opened:
        made = FarmRig(tmp_path, opened)
        yield made
        made.close()


def test_a_node_is_described_from_the_pack_and_its_exporter(rig: FarmRig):
    text = "[node]\nfriendly_name = Rack 3\n[device_under_test]\ndevice_type = roku\n"
    rig.pack.write(f"config/test-farm/{rig.node}.conf", text)
    rig.pack.commit()
    rig.packs.pushed()
    rig.packs.fetch()
    rig.farm.sync()
    node = rig.farm.node(rig.node)
    assert (node.friendly_name, node.device_type) == ("Rack 3", "roku")
    assert node.config["device_under_test"] == {"device_type": "roku"}
    assert (node.online, node.available, node.not_available_reason) == (True, True, None)
    assert [each.id for each in rig.farm.nodes()] == [rig.node]


def test_looking_and_pressing_note_who_used_the_node(rig: FarmRig):
    assert rig.farm.screenshot(rig.node, "anna").startswith(b"\x89PNG")
    assert rig.farm.node(rig.node).last_used_by == "anna"
    assert rig.farm.thumbnail(rig.node, "ben").startswith(b"\xff\xd8")
    rig.farm.remote.press(rig.node, "KEY_OK", "cleo")
    assert rig.farm.node(rig.node).last_used_by == "cleo"
    with pytest.raises(UnknownKeyError):
        rig.farm.remote.press(rig.node, "KEY_NOTHING", "cleo")
    with pytest.raises(UnknownNodeError):
        rig.farm.screenshot("nothing")


def test_a_node_without_its_hardware_is_offline_and_says_why(rig: FarmRig, tmp_path: Path):
    rig.close()
    rig.pack.git("rm", "--quiet", "-r", "plugins")
    rig.pack.commit()
    rig.open()
    node = rig.farm.node(rig.node)
    assert not node.online
    assert "pattern" in node.offline_reason
    assert node.not_available_reason is not None
    assert "offline" in node.not_available_reason
    rig.pack.write("tests/a.py", "def test_a(): pass\n")
    rig.pack.commit()
    for act in (lambda: rig.farm.screenshot(rig.node), lambda: rig.run("tests/a.py::test_a")):
        with pytest.raises(NodeOfflineError):
            act()


def test_anothers_reservation_refuses_and_ones_own_allows(rig: FarmRig):
    rig.pack.write("tests/a.py", "import time\ndef test_a(): time.sleep(600)\n")
    rig.pack.commit()
    with pytest.raises(BadRequestError):
        rig.farm.reserve([rig.node], "anna", " ")
    with pytest.raises(UnknownNodeError):
        rig.farm.reserve([rig.node, "nothing"], "anna", "soak")
    made = rig.farm.reserve([rig.node], "anna", "soak", 600)[0]
    for act in (
        lambda: rig.run("tests/a.py::test_a", user="ben"),
        lambda: rig.farm.remote.press(rig.node, "KEY_OK", "ben"),
        lambda: rig.farm.reserve([rig.node], "ben", "mine"),
    ):
        with pytest.raises(NodeInUseError, match="reserved by @anna"):
            act()
    rig.farm.remote.press(rig.node, "KEY_OK", "anna")
    node = rig.farm.node(rig.node)
    assert (node.available, node.not_available_reason) == (False, f"Node {rig.node} reserved by @anna")
    job = rig.run("tests/a.py::test_a", user="anna")
    with pytest.raises(NodeInUseError, match="reserved by @anna"):
        rig.jobs.stop(job.uid, "ben")
    assert rig.jobs.job(job.uid).running
    rig.farm.interrupt(made.id, "ben", "Fire!")
    assert rig.jobs.stop(job.uid, "ben").stop_user == "ben"
    assert rig.farm.node(rig.node).available


def test_a_lease_taken_at_a_desk_makes_the_node_busy(rig: FarmRig):
    rig.pack.write("tests/a.py", "def test_a(): pass\n")
    rig.pack.commit()
    handle = connect(rig.farm.config(rig.node), holder="dora", reason="looking into it")
    until(lambda: not rig.farm.node(rig.node).available, "the lease is seen")
    reason = rig.farm.node(rig.node).not_available_reason
    assert reason is not None
    assert "at a desk" in reason
    with pytest.raises(NodeInUseError):
        rig.farm.reserve([rig.node], "anna", "mine")
    with pytest.raises(NodeInUseError, match="at a desk"):
        rig.run("tests/a.py::test_a")
    with pytest.raises(NodeInUseError):
        rig.farm.remote.press(rig.node, "KEY_OK", "anna")
    handle.close()
    until(lambda: rig.farm.node(rig.node).available, "the end of the lease is seen")


def test_a_reserved_node_cannot_be_driven_from_a_desk(rig: FarmRig):
    made = rig.farm.reserve([rig.node], "anna", "soak\nall night")[0]
    config = rig.farm.config(rig.node)
    with pytest.raises(NodeBusyError, match=f"@anna.*reservation {made.id}: soak"):
        connect(config, holder="dora")
    with pytest.raises(NodeInUseError):
        rig.farm.lend(rig.node, "dora")
    rig.farm.remote.press(rig.node, "KEY_OK", "anna")
    rig.farm.lend(rig.node, "anna")
    connect(config, holder="anna").close()
    rig.farm.end(made.id, "anna")
    connect(config, holder="dora").close()


def test_a_look_at_the_owner_from_before_a_reservation_does_not_take_its_guard_away(
    rig: FarmRig, monkeypatch: pytest.MonkeyPatch
):
    rig.farm.screenshot(rig.node)
    ask, asked, reserved = rig.farm.ownership.holder, threading.Event(), threading.Event()

    def slow_holder(node: str) -> Holder | None:
        holder = ask(node)
        if not asked.is_set():
            asked.set()
            reserved.wait(1)
        return holder

    monkeypatch.setattr(rig.farm.ownership, "holder", slow_holder)
    watcher = threading.Thread(target=rig.farm.guard, args=(rig.node,))
    watcher.start()
    assert asked.wait(10)
    rig.farm.reserve([rig.node], "anna", "soak")
    reserved.set()
    watcher.join(10)
    with pytest.raises(NodeBusyError, match="@anna"):
        connect(rig.farm.config(rig.node), holder="dora")


def test_all_nodes_are_described_at_once_each_with_its_latest_job(rig: FarmRig) -> None:
    rig.pack.write("config/test-farm/other-node.conf", "[node]\ncapture = nothing:\nremote = nothing:\n")
    rig.pack.commit()
    rig.packs.pushed()
    rig.packs.fetch()
    rig.farm.sync()
    with rig.store.write() as connection:
        for number, node in ((3, rig.node), (5, rig.node), (4, "gone")):
            row = {"node": node, "host": "h", "state": JobState.EXITED, "user": "anna", "created": now()}
            connection.execute(insert(Job).values(number=number, uid=f"/{node}/0000/{number}", **row))
    rig.farm.ownership.reserve(["other-node"], "anna", "mine")
    asked = {node.id: node for node in rig.farm.nodes()}
    assert [node.id for node in asked.values()] == sorted([rig.node, "other-node"])
    assert [node.job and node.job.number for node in (asked[rig.node], asked["other-node"])] == [5, None]
    assert [node.available for node in (asked[rig.node], asked["other-node"])] == [True, False]
    assert asked["other-node"].holder == rig.farm.node("other-node").holder
    assert asked[rig.node] == rig.farm.node(rig.node)
