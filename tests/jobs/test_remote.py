"""The remotes of a farm: what they can send, and keys that are held by people elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy
import pytest
from tests.peers.farm_rig import FarmRig
from tests.peers.pack_run import until
from tests.peers.stores import EmptyStores

from qarunner.errors import UnknownKeyError
from qarunner.jobs import remote as farm_remote
from qarunner.jobs.errors import BadRequestError, NodeInUseError
from qarunner.jobs.remote import FarmRemote
from qarunner.store.engine import Store


class HoldingRig(FarmRig):
    """Its picture is red while KEY_RED is down."""

    remote = "holding:"

    @property
    def keys(self) -> FarmRemote:
        """The farm's remotes."""
        return self.farm.remote

    def is_red(self) -> bool:
        png = numpy.frombuffer(self.farm.screenshot(self.node), numpy.uint8)
        pixels = cv2.imdecode(png, cv2.IMREAD_COLOR)
        assert pixels is not None
        return bool((pixels[80, 160] == (0, 0, 255)).all())


@pytest.fixture
def rig(empty_stores: EmptyStores, tmp_path: Path) -> Iterator[HoldingRig]:
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as opened:
        made = HoldingRig(tmp_path, opened)
        yield made
        made.close()


@pytest.mark.parametrize("reserved", [False, True])
def test_a_key_is_down_until_it_is_released(rig: HoldingRig, reserved: bool) -> None:  # noqa: FBT001 - a table
    if reserved:
        rig.farm.reserve([rig.node], "anna", "mine")
    rig.keys.keydown(rig.node, "KEY_RED", "anna")
    until(rig.is_red, "a red picture")
    rig.keys.keyup(rig.node, "KEY_RED", "anna")
    until(lambda: not rig.is_red(), "another picture")


def test_a_key_whose_release_never_comes_is_released(rig: HoldingRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farm_remote, "LONGEST_HOLD", 1.0)
    rig.farm.reserve([rig.node], "anna", "whose lease would hold it for days")
    rig.keys.keydown(rig.node, "KEY_RED", "anna")
    until(rig.is_red, "a red picture")
    until(lambda: not rig.is_red(), "another picture")


def test_what_is_held_when_the_server_stops_is_released(rig: HoldingRig) -> None:
    rig.keys.keydown(rig.node, "KEY_RED", "anna")
    until(rig.is_red, "a red picture")
    rig.keys.close()
    until(lambda: not rig.is_red(), "another picture")


def test_it_tells_its_keys_and_who_may_not_press_them(rig: HoldingRig) -> None:
    until(lambda: rig.keys.abilities(rig.node), "the node")
    remote = rig.keys.abilities(rig.node)
    assert remote is not None
    assert (remote.keys, remote.can_hold) == (("KEY_UP", "KEY_DOWN", "KEY_OK", "KEY_RED"), True)
    rig.farm.reserve([rig.node], "anna", "mine")
    assert rig.keys.refusal(rig.node, "anna") == ""
    assert rig.keys.refusal(rig.node, "ben") == f"Node {rig.node} reserved by @anna"
    with pytest.raises(NodeInUseError):
        rig.keys.keydown(rig.node, "KEY_RED", "ben")
    with pytest.raises(UnknownKeyError):
        rig.keys.keydown(rig.node, "KEY_BLUE", "anna")


def test_a_remote_that_cannot_hold_says_so_and_presses_nothing(empty_stores: EmptyStores, tmp_path: Path) -> None:
    with Store.open(*empty_stores.new("sqlite", tmp_path / "data")) as opened:
        rig = FarmRig(tmp_path, opened)
        try:
            with pytest.raises(BadRequestError, match=f"the remote of node {rig.node} cannot hold keys down"):
                rig.farm.remote.keydown(rig.node, "KEY_RED", "anna")
        finally:
            rig.close()
