from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.peers.rig_node import eventually

from qarunner.errors import ConfigurationError
from qarunner.node_config import DriverConfig, NodeConfig
from qarunner.nodes import error_names
from qarunner.nodes.hardware_locks import HardwareBusyError
from qarunner.nodes.names import LONGEST_NAME, fingerprint, lock_name, socket_name
from qarunner.nodes.peers import command_of, may_use, user_name, user_numbers


def test_names_are_abstract_readable_and_distinct() -> None:
    assert socket_name("living-room", "http") == b"\0qarunner/living-room/http"
    names = {socket_name(node, purpose) for node in ("a", "b") for purpose in ("http", "control")}
    assert len(names | {lock_name("a"), lock_name("b")}) == 6


def test_the_name_of_a_node_may_be_longer_than_a_socket_address() -> None:
    long = socket_name("wohnzimmer-" * 30, "control")
    assert len(long) <= LONGEST_NAME
    assert long != socket_name("wohnzimmer-" * 29, "control")


def test_the_fingerprint_tells_apart_configurations_and_not_ways_to_write_them() -> None:
    one = NodeConfig(id="a", linger=5, capture=DriverConfig(uri="virtual:", options={"b": 1, "a": (2, 3)}))
    same = NodeConfig(id="a", linger=5.0, capture=DriverConfig(uri="virtual:", options={"a": [2, 3], "b": 1}))
    other = NodeConfig(id="a", linger=5.0, capture=DriverConfig(uri="virtual:", options={"a": [2, 3], "b": 2}))
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


def test_packs_that_name_different_strategies_use_one_exporter() -> None:
    assert fingerprint(NodeConfig(id="a", strategy="here:box")) == fingerprint(NodeConfig(id="a"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([sys.executable, "-c", "input()"], "-c input()"),
        (["/bin/sh", "-c", "read line"], "-c read line"),
        (["/bin/cat", "-u"], "cat -u"),
    ],
)
def test_a_process_is_called_by_what_it_runs(command: list[str], words: str) -> None:
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        eventually(lambda: command_of(process.pid) == words, "its command line")
    assert command_of(process.pid) == ""


def test_users_are_given_by_name_or_number() -> None:
    assert user_numbers(["root", "1234"]) == {0, 1234}
    with pytest.raises(ConfigurationError, match="there is no user 'nobody-of-that-name'"):
        user_numbers(["nobody-of-that-name"])
    assert user_name(0) == "root"
    assert user_name(3_999_999_999) == "user 3999999999"


def test_the_same_user_root_and_those_named_may_use_a_node() -> None:
    mine = os.getuid()
    assert may_use(mine, frozenset())
    assert may_use(0, frozenset())
    assert not may_use(mine + 1, frozenset())
    assert may_use(mine + 1, frozenset({mine + 1}))


def test_errors_keep_their_class_from_process_to_process_as_far_as_it_is_known() -> None:
    error = HardwareBusyError("busy", "wait", "node")
    assert error_names.name_of(error) == "NodeBusyError"
    assert type(error_names.make("UnknownKeyError", "a", "b")).__name__ == "UnknownKeyError"
    assert type(error_names.make("Iterable", "a", "b")).__name__ == "DeviceError"
