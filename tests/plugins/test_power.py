"""Power outlets: over HTTP on a real server, over SNMP on a real agent, over USB with a program that is a fake."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.peers.certificates import make_certificate
from tests.peers.fake_program import FakeProgram
from tests.peers.http_box import Answer, HttpBox, Request
from tests.peers.power_peers import HUB, ON, Outlet, usb_hub
from tests.peers.snmp_agent import SnmpAgent

from qarunner import ConfigurationError, DeviceError, DeviceLostError
from qarunner.testing import DriverRig, check_power
from qarunner_plugins import power_http, power_none, power_snmp, power_usb

pytest_plugins = ["qarunner.testing"]


@pytest.fixture
def box() -> Iterator[HttpBox]:
    running = HttpBox()
    running.start()
    yield running
    running.stop()


def power(plugin: Any, uri: str, **options: Any) -> Any:
    """Return a driver that is not open yet."""
    return DriverRig(Path.cwd(), plugin).resolve("power", uri, **options).open()


def test_an_outlet_of_several_by_urls_of_ones_own(box: HttpBox) -> None:
    states = {"a": "1", "b": "1"}

    def answer(request: Request) -> Answer:
        outlet, _, word = request.path.removeprefix("/outlet/").partition("/")
        if request.method == "POST":
            states[outlet] = {"up": "1", "down": "0"}[word]
        return 200, json.dumps({"outlets": [{"name": name, "state": state} for name, state in states.items()]})

    box.answer = answer
    urls = {"on": "/outlet/{channel}/up", "off": "/outlet/{channel}/down", "state": "/outlets"}
    outlet = power(
        power_http, f"http://{box.address}", **urls, channel="b", method="POST", state_path="outlets.1.state"
    )
    outlet.open()
    outlet.off()
    assert states == {"a": "1", "b": "0"}
    assert outlet.is_on() is False


def test_an_outlet_without_a_state_cannot_tell(box: HttpBox) -> None:
    outlet = power(power_http, f"http://{box.address}", on="/on", off="/off")
    outlet.open()
    outlet.on()
    assert outlet.is_on() is None
    assert box.paths == ["GET /on"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, "<html>"), "tells its state not as JSON: '<html>'"),
        ((200, "{}"), "its answer has no POWER|POWER: {}"),
        ((200, '{"POWER": "HALF"}'), "tells the state 'HALF', which is neither on nor off"),
        ((401, ""), "refuses who asks: 401"),
        ((500, "burnt"), "with 500 Internal Server Error burnt"),
    ],
)
def test_an_answer_that_means_nothing_is_told(box: HttpBox, answer: Answer, words: str) -> None:
    box.answer = lambda _request: answer
    with pytest.raises(DeviceError, match=re.escape(words)) as told:
        power(power_http, f"http://somebody:geheim@{box.address}", kind="tasmota").open()
    assert box.address in told.value.problem
    assert "geheim" not in str(told.value)


def test_an_outlet_that_is_gone_is_lost(box: HttpBox) -> None:
    box.answer = Outlet("shelly").answer
    outlet = power(power_http, f"http://{box.address}", kind="shelly")
    outlet.open()
    box.stop()
    with pytest.raises(DeviceLostError, match=re.escape(f"power outlet http://{box.address}")):
        outlet.off()
    box.start()


def test_an_outlet_without_urls_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="kind custom needs the URLs `on` and `off`"):
        power(power_http, "http://192.0.2.1")


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnmpAgent]:
    with SnmpAgent(tmp_path_factory.mktemp("snmp")) as running:
        yield running


def test_an_outlet_whose_certificate_nobody_checks(tmp_path: Path, driver_rig: DriverRig) -> None:
    certificate, key = make_certificate(tmp_path)
    with HttpBox(Outlet("tasmota").answer, (certificate, key)) as outlet:
        uri = f"https://{outlet.address}"
        with pytest.raises(DeviceError, match="certificate"), driver_rig("power", uri, kind="tasmota"):
            pass
        with driver_rig("power", uri, kind="tasmota", verify=False) as opened:
            assert opened.is_on()


@pytest.mark.needs("snmp")
@pytest.mark.parametrize("version", ["1", "2c", "3"])
def test_an_outlet_that_speaks_snmp_keeps_the_rules(agent: SnmpAgent, version: str) -> None:
    secrets: dict[str, Any] = {"community": agent.community}
    if version == "3":
        secrets = {"user": "operator", "password": agent.password, "privacy": agent.password}
    check_power(f"snmp:{agent.address}/3", plugin=power_snmp, version=version, **secrets)
    assert agent.outlet == 1
    outlet = power(power_snmp, f"snmp:{agent.address}/3", version=version, **secrets)
    outlet.open()
    outlet.off()
    assert agent.outlet == 2


@pytest.mark.needs("snmp")
@pytest.mark.parametrize(
    ("outlet", "options", "words"),
    [
        (3, {"community": "wrong", "timeout": 1}, "cannot be used, snmpget says: .*Timeout: No Response"),
        (3, {"version": "3", "user": "operator", "password": "quite-another-one"}, "cannot be used, snmpget says: .*"),
        (9, {}, "is 'No Such Instance"),
    ],
)
def test_a_unit_that_refuses_is_named(agent: SnmpAgent, outlet: int, options: dict[str, Any], words: str) -> None:
    with pytest.raises(DeviceError, match=words) as told:
        power(power_snmp, f"snmp:{agent.address}/{outlet}", **{"community": agent.community, **options}).open()
    assert told.value.problem.startswith(f"outlet {outlet} of the power unit {agent.address}")


@pytest.mark.parametrize(
    ("uri", "options", "words"),
    [
        ("snmp:pdu", {}, "power snmp:pdu names no outlet"),
        ("snmp:-Ooption/3", {}, "names no outlet"),
        ("snmp:pdu/3", {"oid": "sysName.0; reboot"}, "is no object in numbers"),
    ],
)
def test_an_address_that_means_nothing_is_refused(uri: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        power(power_snmp, uri, **options)


@pytest.fixture
def uhubctl() -> Iterator[FakeProgram]:
    with usb_hub() as program:
        yield program


def test_a_port_of_a_usb_hub_is_switched(uhubctl: FakeProgram) -> None:
    outlet = power(power_usb, "usb:1-1/2", repeat=3)
    outlet.open()
    assert outlet.is_on()
    outlet.on()
    assert uhubctl.calls[-2:] == ["-l 1-1 -p 2 -a on", "-l 1-1 -p 2"]
    outlet.off()
    assert not outlet.is_on()
    assert "-l 1-1 -p 2 -a off -r 3" in uhubctl.calls


def test_a_hub_that_only_pretends_to_switch_is_told(uhubctl: FakeProgram) -> None:
    uhubctl.says_from("-a off", HUB.format(status=ON))
    outlet = power(power_usb, "usb:1-1/2")
    outlet.open()
    with pytest.raises(
        DeviceError, match="power of USB hub 1-1 port 2 was switched off, but the hub says that it is not"
    ):
        outlet.off()


def test_a_hub_that_is_gone_is_lost(uhubctl: FakeProgram) -> None:
    outlet = power(power_usb, "usb:1-1/2")
    outlet.open()
    uhubctl.stop()
    with pytest.raises(
        DeviceLostError, match="power of USB hub 1-1 port 2 cannot be used, uhubctl says: No compatible"
    ):
        outlet.on()


def test_uhubctl_that_is_missing_is_named_with_its_package() -> None:
    with pytest.raises(DeviceError, match="needs no-such-uhubctl, which is not installed") as told:
        power(power_usb, "usb:1-1/2", program="no-such-uhubctl").open()
    assert told.value.advice == "apt install uhubctl"


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="power usb:front is no port of a hub"):
        power(power_usb, "usb:front")


def test_a_node_without_an_outlet_says_so() -> None:
    outlet = power(power_none, "none:")
    outlet.open()
    assert outlet.is_on() is None
    with pytest.raises(DeviceError, match="has no power outlet that could be switched off"):
        outlet.off()
    outlet.close()
