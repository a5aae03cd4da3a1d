from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.peers.rig_node import RigNode, eventually

from qarunner.errors import ConfigurationError, DeviceError, ExporterLostError, NodeBusyError
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.nodes import client
from qarunner.nodes.names import for_users

if TYPE_CHECKING:
    from tests.nodes.conftest import RigMaker


def test_an_unknown_driver_is_a_configuration_error_of_the_one_who_connects(rig: RigNode) -> None:
    config = NodeConfig(id=rig.config.id, capture=DriverConfig(uri="no-such-driver:"))
    with pytest.raises(ConfigurationError, match="no capture driver for 'no-such-driver:'"):
        client.connect(config, holder="the test")


def test_a_driver_whose_plugin_is_broken_is_an_error_that_tells_both(rig: RigNode, tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "wonder.py").write_text("import a_library_nobody_has", encoding="utf-8")
    config = NodeConfig(id=rig.config.id, capture=DriverConfig(uri="wonder:"), pack=str(tmp_path))
    with pytest.raises(ConfigurationError, match="no capture driver for 'wonder:'") as caught:
        client.connect(config, holder="the test")
    assert "a_library_nobody_has" in caught.value.advice


def test_a_driver_that_cannot_be_made_is_an_error_with_its_own_words(make_rig: RigMaker) -> None:
    with pytest.raises(DeviceError, match="the capture card is on fire") as caught:
        make_rig(capture={"fail_make": "the capture card is on fire"}).connect()
    assert caught.value.advice == "Mend it"


def test_a_capture_that_cannot_be_opened_is_told_and_the_rest_of_the_node_works(make_rig: RigMaker) -> None:
    with make_rig(capture={"fail_open": "there is no /dev/video9"}).connect() as node:
        eventually(lambda: "there is no /dev/video9" in node.frames.problem, "the reader is told")
        assert node.frames.newest(timeout=0.01) is None
        assert node.status().capture.signal == "lost"
        node.press("KEY_OK")


def test_an_exporter_that_crashes_at_its_start_is_an_error_with_the_end_of_its_log(make_rig: RigMaker) -> None:
    with pytest.raises(ExporterLostError, match="ended while it started") as caught:
        make_rig("tests.peers.fake_rig:crash").connect()
    assert "ZeroDivisionError: a mistake in a resolver" in caught.value.advice


def test_who_may_only_use_a_node_waits_for_its_exporter_and_knows_no_address(make_rig: RigMaker) -> None:
    rig = make_rig(linger=30.0)
    known = for_users(rig.config)
    assert known.capture == DriverConfig(uri="fake:")
    assert str(rig.log_path) not in repr(known)
    connected: list[int] = []

    def use() -> None:
        with client.connect(known, holder="a job") as node:
            connected.append(node.exporter_pid)

    user = threading.Thread(target=use)
    user.start()
    with rig.observe() as keeper:
        user.join(30)
        assert connected == [keeper.exporter_pid]


def test_an_idle_exporter_with_another_configuration_is_replaced(make_rig: RigMaker) -> None:
    rig = make_rig(linger=30.0)
    with rig.connect() as node:
        pass
    other = rig.configured(id=rig.config.id, capture={"width": 640, "height": 360})
    with rig.connect(other) as fresh:
        assert fresh.exporter_pid != node.exporter_pid
        fresh.frames.newest()
        assert fresh.status().capture.width == 640


def test_an_exporter_in_use_with_another_configuration_is_not_replaced(make_rig: RigMaker) -> None:
    rig = make_rig()
    other = rig.configured(id=rig.config.id, frame_size=(640, 360))
    with rig.connect(reason="the long night"), pytest.raises(NodeBusyError) as caught:
        rig.connect(other)
    assert "runs with another configuration and is leased by the test" in caught.value.problem
    assert "the long night" in caught.value.problem
    with rig.observe(), pytest.raises(NodeBusyError, match="another configuration and is in use by"):
        rig.connect(other)


def test_an_unusable_network_address_is_an_error_at_the_start(make_rig: RigMaker) -> None:
    with pytest.raises(ConfigurationError, match="is not understood"):
        make_rig(listen="somewhere").connect()


def test_an_unknown_user_to_share_with_is_an_error_at_the_start(make_rig: RigMaker) -> None:
    with pytest.raises(ConfigurationError, match="there is no user 'mr-nobody'"):
        make_rig(users=("mr-nobody",)).connect()
