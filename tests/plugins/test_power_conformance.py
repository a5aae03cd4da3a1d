"""Every power driver keeps the rules, with the most real peer that runs here, on good days and on bad ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.peers.bench import Bench
from tests.peers.power_peers import BENCHES, PEERLESS

from qarunner import Power
from qarunner.testing import DriverRig, check_power, check_trouble, check_unreachable
from qarunner_plugins import power_usb

pytest_plugins = ["qarunner.testing"]


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.needs(*programs)] if programs else [])
        for name, (_, programs) in BENCHES.items()
    ]
)
def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(power_usb, "TIMEOUT", 1.5)
    make, _programs = BENCHES[request.param]
    with make() as made:
        yield made


def look(power: Power) -> None:
    power.is_on()


def test_it_keeps_the_rules_and_is_back_after_its_device_has_died(bench: Bench) -> None:
    check_power(bench.uri, **bench.options)
    check_trouble(
        "power",
        bench.uri,
        use=look,
        trouble=bench.peer.stop,
        mend=bench.peer.start,
        mentions=[bench.mentions],
        **bench.options,
    )
    bench.peer.stop()
    check_unreachable("power", bench.uri, mentions=[bench.mentions], **bench.options)


def test_a_device_that_hangs_is_noticed_in_time(bench: Bench) -> None:
    check_trouble("power", bench.uri, use=look, trouble=bench.peer.hang, mentions=[bench.mentions], **bench.options)
    check_unreachable("power", bench.uri, mentions=[bench.mentions], **bench.options)


def test_closing_takes_no_longer_than_allowed_when_the_device_hangs(bench: Bench, driver_rig: DriverRig) -> None:
    with driver_rig("power", bench.uri, **bench.options) as power:
        power.off()
        bench.peer.hang()
        started = time.monotonic()
        power.close()
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("scheme", PEERLESS)
def test_an_outlet_without_a_peer_keeps_the_rules(scheme: str) -> None:
    check_power(f"{scheme}:")


@pytest.mark.parametrize("uri", ["snmp:pdu", "usb:front", "https:outlet"])
def test_a_bad_address_is_refused_before_anything_is_tried(uri: str) -> None:
    options: dict[str, Any] = {"kind": "tasmota"} if uri.startswith("http") else {}
    check_unreachable("power", uri, mentions=[uri, "Write it as"], **options)
