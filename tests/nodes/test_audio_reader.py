"""Sound as another process than the exporter hears it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import numpy
import pytest
from tests.peers.rig_node import RigNode, eventually, got

from qarunner.errors import DeviceError, ExporterLostError

if TYPE_CHECKING:
    from tests.nodes.conftest import RigMaker

    from qarunner.nodes.client import NodeHandle


@pytest.fixture
def sounding(make_rig: RigMaker) -> RigNode:
    return make_rig(capture={"uri": "fake-sound:"})


def assert_sound_comes(node: NodeHandle) -> None:
    ring = node.audio.ring
    first = ring.written
    eventually(lambda: ring.written > first + 9600, "more sound")
    end = ring.written
    heard = ring.read(end - 4800, end)
    assert heard.missing == 0
    assert (heard.samples[:, 0] == numpy.arange(end - 4800, end) % 10_000).all()


def test_sound_is_heard_at_its_place(sounding: RigNode) -> None:
    with sounding.connect() as node:
        eventually(lambda: node.audio.ring.written, "sound")
        assert_sound_comes(node)
        audio = got(node.status().capture.audio)
        assert (audio.signal, audio.problem, audio.sample_rate, audio.channels) == ("sound", "", 48_000, 2)


def test_it_comes_again_with_a_device_that_was_lost(sounding: RigNode) -> None:
    with sounding.connect() as node:
        eventually(lambda: node.audio.ring.written, "sound")
        node.inject_fault("lost")
        eventually(lambda: got(node.status().capture.audio).signal == "lost", "it is lost with the pictures")
        node.inject_fault("lost", 0)
        eventually(lambda: got(node.status().capture.audio).signal == "sound", "it is back")
        assert_sound_comes(node)
        assert got(node.status().capture.audio).gaps == 1


def test_a_capture_without_sound_says_so(rig: RigNode, make_rig: RigMaker) -> None:
    with (
        rig.connect() as node,
        pytest.raises(DeviceError, match="has no sound: capture driver fake: delivers pictures"),
    ):
        _ = node.audio
    with make_rig(capture=False).connect() as node, pytest.raises(DeviceError, match="has no sound: it has no capture"):
        _ = node.audio


def test_a_source_that_has_none_this_time_says_so(sounding: RigNode) -> None:
    with sounding.connect() as node:
        node.inject_fault("mute")
        node.inject_fault("lost")
        eventually(lambda: node.status().capture.signal == "lost", "the loss")
        node.inject_fault("lost", 0)
        eventually(lambda: got(node.status().capture.audio).signal == "none", "it is open again, mute")
        with pytest.raises(DeviceError, match="pictures without sound"):
            _ = node.audio


def test_the_end_of_the_exporter_is_told(sounding: RigNode) -> None:
    with sounding.connect() as node:
        reader = node.audio
        reader.wait(0.01)
        os.kill(node.exporter_pid, signal.SIGKILL)
        with pytest.raises(ExporterLostError, match="has ended while its sound was heard"):
            reader.wait(20)
