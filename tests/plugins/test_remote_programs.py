"""`cec:` and `ir:`, with fakes of cec-ctl and ir-ctl on PATH, and with the real programs as far as they go."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.peers.fake_program import FakeProgram

from qarunner import ConfigurationError, DeviceError
from qarunner.testing import DriverRig
from qarunner_plugins import remote_cec, remote_ir_kernel
from qarunner_plugins.remote_cec import KEYS

pytest_plugins = ["qarunner.testing"]
KEYMAP = """
[[protocols]]
name = "box"
protocol = "nec"
[protocols.scancodes]
0x40bf = "KEY_OK"
0x50af = "KEY_UP"
[[protocols]]
name = "raw"
protocol = "raw"
[[protocols.raw]]
keycode = "KEY_RED"
raw = [9000, 4500, 560]
"""


@pytest.fixture
def cec_ctl() -> Iterator[FakeProgram]:
    with FakeProgram("cec-ctl") as fake:
        yield fake


@pytest.fixture
def ir_ctl() -> Iterator[FakeProgram]:
    with FakeProgram("ir-ctl") as fake:
        yield fake


def test_cec_takes_an_address_and_passes_keys_on(driver_rig: DriverRig, cec_ctl: FakeProgram) -> None:
    with driver_rig("remote", "cec:/dev/cec3?to=8&role=tv", keys={"KEY_ANGLE": "angle"}) as remote:
        remote.press("KEY_OK")
        remote.press("KEY_ANGLE")
    sent = "-d /dev/cec3 --skip-info --to 8 --user-control-pressed ui-cmd={} --user-control-released"
    assert cec_ctl.calls == ["-d /dev/cec3 --tv --skip-info", sent.format("select"), sent.format("angle")]


def test_a_key_that_nobody_acknowledges_is_an_error(driver_rig: DriverRig, cec_ctl: FakeProgram) -> None:
    with driver_rig("remote", "cec:") as remote:
        cec_ctl.says(
            "Transmit from TV to Playback Device 1 (0 to 4):\n\tSequence: 1 Tx, Not Acknowledged (4), Max Retries\n"
        )
        with pytest.raises(
            DeviceError, match=r"(?s)/dev/cec0: no device with logical address 4 takes KEY_OK.*topology"
        ):
            remote.press("KEY_OK")


@pytest.mark.needs("v4l-utils")
def test_the_real_cec_ctl_knows_every_key_of_the_table() -> None:
    asked = (["cec-ctl", "--help"], ["cec-ctl", "--help-all"])
    told = "".join(subprocess.run(words, capture_output=True, text=True, check=True).stdout for words in asked)
    known = set(re.findall(r"^\s+([a-z0-9-]+) \(0x[0-9a-f]{2}\)$", told, re.MULTILINE))
    assert len(known) > 80
    assert set(KEYS.values()) <= known
    for option in (
        "--user-control-pressed",
        "--user-control-released",
        "--skip-info",
        "--tv",
        "--playback",
        "--to <la>",
    ):
        assert option in told


@pytest.mark.needs("v4l-utils")
@pytest.mark.parametrize("scheme", ["cec", "ir"])
def test_the_real_programs_say_that_no_device_is_there(driver_rig: DriverRig, scheme: str) -> None:
    options = {"scancodes": {"KEY_OK": "nec:0x40bf"}} if scheme == "ir" else {}
    said = "(?s)/dev/no-such-device cannot be used, .* says: .*No such file.*group video"
    with pytest.raises(DeviceError, match=said), driver_rig("remote", f"{scheme}:/dev/no-such-device", **options):
        pass


def test_infrared_is_sent_by_keymap_and_by_scancode(driver_rig: DriverRig, ir_ctl: FakeProgram, tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text(KEYMAP, encoding="utf-8")
    ir_ctl.says("Send features /dev/lirc1:\n - Device can send raw IR\n")
    scancodes = {"KEY_POWER": "rc5:0x1e0c"}
    with driver_rig(
        "remote", "ir:/dev/lirc1?keymap=box.toml", scancodes=scancodes, carrier=36000, emitters=[1, 2]
    ) as remote:
        assert list(remote.keys() or ()) == ["KEY_OK", "KEY_UP", "KEY_RED", "KEY_POWER"]
        remote.press("KEY_RED")
        remote.press("KEY_POWER")
    with_all = "-d /dev/lirc1 --carrier 36000 --emitters 1,2"
    assert ir_ctl.calls == [
        "-d /dev/lirc1 --features",
        f"{with_all} --keymap {tmp_path}/box.toml --keycode KEY_RED",
        f"{with_all} --scancode rc5:0x1e0c",
    ]


def test_a_receiver_is_no_sender(driver_rig: DriverRig, ir_ctl: FakeProgram) -> None:
    ir_ctl.says("Send features /dev/lirc0:\n - Device cannot send\n")
    said = "/dev/lirc0 can only receive"
    with pytest.raises(DeviceError, match=said), driver_rig("remote", "ir:", scancodes={"KEY_OK": "nec:0x1"}):
        pass


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read"), ("[", "is no keymap"), ("protocols = 3", "has no keys"), ("", "has no keys")],
)
def test_a_keymap_that_is_none_is_told(
    driver_rig: DriverRig, ir_ctl: FakeProgram, tmp_path: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "box.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DeviceError, match=f"box.toml {said}"), driver_rig("remote", "ir:?keymap=box.toml"):
        pass


@pytest.mark.parametrize(
    ("uri", "options", "said"),
    [
        ("ir:", {}, "give a keymap or scancodes"),
        ("ir:", {"scancodes": {"KEY_A": "nec"}}, "none such as nec:0x40bf"),
        ("cec:", {"keys": {"KEY_A": "up,play-mode=1"}}, "no user control code"),
    ],
)
def test_options_that_cannot_work_are_refused(
    driver_rig: DriverRig, uri: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        driver_rig.resolve("remote", uri, **options)


@pytest.mark.parametrize("scheme", ["cec", "ir"])
def test_a_device_is_a_path_and_locked_by_it(driver_rig: DriverRig, scheme: str, tmp_path: Path) -> None:
    options = {"scancodes": {"KEY_OK": "nec:0x1"}} if scheme == "ir" else {}
    (tmp_path / "by-id").symlink_to("/dev/null")
    assert list(driver_rig.resolve("remote", f"{scheme}:{tmp_path}/by-id", **options).resources()) == ["/dev/null"]
    with pytest.raises(ConfigurationError, match="no path of a device"):
        driver_rig.resolve("remote", f"{scheme}:cec0", **options).open()


@pytest.mark.parametrize(
    ("module", "program", "device", "uri"),
    [(remote_cec, "cec-ctl", "cec1", "cec:{}"), (remote_ir_kernel, "ir-ctl", "lirc1", "ir:{}?keymap=")],
)
def test_a_device_is_found_where_its_program_is_installed(
    module: ModuleType, program: str, device: str, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / device).touch()
    monkeypatch.setattr(module, "DEVICES", tmp_path)
    [driver] = module.qa_drivers()
    with FakeProgram(program):
        [found] = driver.discover()
    assert found.uri == uri.format(tmp_path / device)
    assert ("keymap" in found.asks) == uri.endswith("=")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(driver.discover()) == []
