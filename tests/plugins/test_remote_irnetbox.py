"""`irnetbox:`, with a fake that speaks the box's protocol over a real socket. Not yet tried on hardware."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.wire_box import FakeIrNetBox

from qarunner import ConfigurationError, DeviceError
from qarunner.testing import DriverRig

pytest_plugins = ["qarunner.testing"]
SIGNALS = """Device Box

Note: The data is of the form <signal name> MOD_SIG <max_num_lengths> <byte_array_in_ascii_hex>.

UP\tMOD_SIG\t16 000174FAFF6000
KEY_OK MOD_SIG 16 0A0B
RED\tDMOD_SIG\tsignal1\t16 0002BC
RED\tDMOD_SIG\tsignal2\t16 FFFFFF
BROKEN\tMOD_SIG\t16 000
"""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[FakeIrNetBox]:
    (tmp_path / "box.config").write_text(SIGNALS, encoding="utf-8")
    with FakeIrNetBox() as running:
        yield running


def test_presses_send_the_signals_of_the_file_through_one_output(driver_rig: DriverRig, box: FakeIrNetBox) -> None:
    uri = f"irnetbox:{box.address}:16?signals=box.config"
    with driver_rig("remote", uri, keys={"KEY_SELECT": "KEY_OK"}, strength=40) as remote:
        assert list(remote.keys() or ()) == ["KEY_UP", "KEY_OK", "KEY_RED", "KEY_SELECT"]
        for key in ("KEY_UP", "KEY_RED", "KEY_SELECT"):
            remote.press(key)
    assert box.sent == [(16, 40, bytes.fromhex(text)) for text in ("000174FAFF6000", "0002BC", "0A0B")]


def test_a_signal_that_the_box_does_not_take_is_an_error(driver_rig: DriverRig, box: FakeIrNetBox) -> None:
    with driver_rig("remote", f"irnetbox:{box.address}:1", signals="box.config") as remote:
        box.refuses = 9
        with pytest.raises(DeviceError, match=rf"irNetBox {box.address} does not take .* KEY_UP: error code 9"):
            remote.press("KEY_UP")


@pytest.mark.parametrize(("model", "said"), [(2, "is a Mark I\n"), (7, "is a Mark II\n")])
def test_a_box_that_is_too_old_is_told(driver_rig: DriverRig, box: FakeIrNetBox, model: int, said: str) -> None:
    box.model = model
    uri = f"irnetbox:{box.address}:1?signals=box.config"
    with pytest.raises(DeviceError, match=said), driver_rig("remote", uri):
        pass


def test_a_file_without_signals_is_told_before_the_box_is_asked(driver_rig: DriverRig, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("Device Box\n", encoding="utf-8")
    with pytest.raises(DeviceError, match="empty has no signals"), driver_rig("remote", "irnetbox:b:1?signals=empty"):
        pass
    with pytest.raises(DeviceError, match="cannot be read"), driver_rig("remote", "irnetbox:b:1?signals=none"):
        pass


def test_each_output_belongs_to_a_node_of_its_own(driver_rig: DriverRig) -> None:
    one = driver_rig.resolve("remote", "irnetbox:box:3?signals=x").resources()
    same = driver_rig.resolve("remote", "irnetbox:box:10001:3?signals=x").resources()
    assert list(one) == list(same) == ["irnetbox box:10001 output 3"]
    for wrong in ("box", "box:17", "box:0", ":1"):
        with pytest.raises(ConfigurationError, match="irnetbox"):
            driver_rig.resolve("remote", f"irnetbox:{wrong}?signals=x").open()
