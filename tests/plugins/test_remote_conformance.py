"""Every remote driver keeps the rules, with the most real peer that runs here, on good days and on bad ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.bench import Bench
from tests.peers.ports import free_port
from tests.peers.remote_peers import BENCHES, PEERLESS

from qarunner import HoldingRemote, Remote
from qarunner.testing import DriverRig, check_remote, check_trouble, check_unreachable

pytest_plugins = ["qarunner.testing"]


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.needs(*programs)] if programs else [])
        for name, (_, programs) in BENCHES.items()
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    make, _programs = BENCHES[request.param]
    with make() as made:
        yield made


def press(bench: Bench, remote: Remote) -> None:
    remote.press(bench.key)


def test_it_keeps_the_rules_and_is_back_after_its_device_has_died(bench: Bench) -> None:
    check_remote(bench.uri, key=bench.key, **bench.options)
    check_trouble(
        "remote",
        bench.uri,
        use=lambda remote: press(bench, remote),
        trouble=bench.peer.stop,
        mend=bench.peer.start,
        mentions=[bench.mentions],
        **bench.options,
    )
    bench.peer.stop()
    check_unreachable("remote", bench.uri, mentions=[bench.mentions], **bench.options)


def test_a_device_that_hangs_is_noticed_in_time(bench: Bench) -> None:
    check_trouble(
        "remote",
        bench.uri,
        use=lambda remote: press(bench, remote),
        trouble=bench.peer.hang,
        mentions=[bench.mentions],
        **bench.options,
    )
    check_unreachable("remote", bench.uri, mentions=[bench.mentions], **bench.options)


def test_closing_takes_no_longer_than_allowed_when_the_device_hangs_with_a_key_down(
    bench: Bench, driver_rig: DriverRig
) -> None:
    with driver_rig("remote", bench.uri, **bench.options) as remote:
        if isinstance(remote, HoldingRemote):
            remote.keydown(bench.key)
        bench.peer.hang()
        started = time.monotonic()
        remote.close()
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("scheme", PEERLESS)
def test_a_remote_without_a_peer_keeps_the_rules(scheme: str, tmp_path: Path) -> None:
    with PEERLESS[scheme](tmp_path) as uri:
        check_remote(uri, key="KEY_OK", pack=tmp_path)


@pytest.mark.parametrize(
    "uri",
    [
        *("lirc:living room", "lirc:host:99999:attic", "roku:", "roku:http://box", "kodi:box:99999", "vnc:", "vnc:::1"),
        *("adb:two words", "irnetbox:box?signals=x", "cec:cec0", "ir:lirc0?keymap=x", "http:box", "https://"),
    ],
)
def test_a_bad_address_is_refused_before_anything_is_tried(uri: str) -> None:
    check_unreachable("remote", uri, mentions=["'test-node'", uri, "Write"])


def test_a_port_where_nobody_listens_is_told_apart_from_a_host_that_is_not_known() -> None:
    port = free_port()
    check_unreachable("remote", f"lirc:127.0.0.1:{port}:attic", mentions=[f"127.0.0.1:{port}", "refuses", "port"])
    check_unreachable("remote", "lirc:no-such-host.invalid:8765:attic", mentions=["no-such-host.invalid:8765", "name"])
