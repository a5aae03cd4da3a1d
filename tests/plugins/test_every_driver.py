"""No driver of ours is left out of the conformance suites."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.peers import capture_devices, power_peers, remote_peers

from qarunner.plugins import Plugins

HERE = Path(__file__).parent
SUITES = {
    "capture": {*capture_devices.DEVICES, *capture_devices.PEERLESS},
    "remote": {*remote_peers.BENCHES, *remote_peers.PEERLESS},
    "power": {*power_peers.BENCHES, *power_peers.PEERLESS},
}
"""What the suites of this folder, `test_CAPABILITY_conformance.py`, are tried on; `http-shelly` is one of `http`."""
ELSEWHERE = {
    ("capture", "browser"): ("browser_selenium/test_page.py", 'check_capture(f"browser:'),
    ("remote", "browser"): ("browser_selenium/test_page.py", 'check_remote(f"browser:'),
    ("power", "none"): ("test_power.py", 'power(power_none, "none:")'),
}
"""Drivers with a test of their own: a browser is ended by its driver, and `none` refuses what the rules ask for."""


def schemes(capability: str) -> set[str]:
    """Return the schemes of our own drivers."""
    return {scheme for kind, scheme in Plugins().drivers() if kind == capability}


@pytest.mark.parametrize("capability", SUITES)
def test_each_driver_is_tried_against_the_rules_of_its_capability(capability: str) -> None:
    tried = {name.partition("-")[0] for name in SUITES[capability]}
    tried |= {scheme for kind, scheme in ELSEWHERE if kind == capability}
    assert tried == schemes(capability)


@pytest.mark.parametrize(("file", "call"), ELSEWHERE.values())
def test_what_is_tried_elsewhere_is_there(file: str, call: str) -> None:
    assert call in (HERE / file).read_text(encoding="utf-8")
