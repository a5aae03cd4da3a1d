"""From a start order to a node that is served: drivers made, hardware taken, threads running."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import cv2

from qarunner.nodes.audio_loop import AudioLoop
from qarunner.nodes.capture_loop import CaptureLoop
from qarunner.nodes.devices import PowerSwitch, RemoteControl, driver_name
from qarunner.nodes.faults import Faults
from qarunner.nodes.hub import FrameHub
from qarunner.nodes.resolve import load_resolver
from qarunner.nodes.ring_layout import Signal
from qarunner.nodes.served_node import ServedNode
from qarunner.plugin_guard import run_limited
from qarunner.protocols import AudioSource

if TYPE_CHECKING:
    import mmap

    from qarunner.nodes.hardware_locks import HardwareLocks
    from qarunner.nodes.recorder_link import RecorderLink
    from qarunner.nodes.start_messages import StartOrder
    from qarunner.opening import ResolvedDriver

MAKE_LIMIT = 20.0


Ring = tuple[int, "mmap.mmap"]
"""A descriptor, and the writable view of its memory."""


def assemble(order: StartOrder, ring: Ring, sound: Ring, recorder: RecorderLink, locks: HardwareLocks) -> ServedNode:
    """Make the node of an order, and start what works in the background.

    :param ring: for its frames. :param sound: for its sound.
    :raises NodeBusyError: its hardware is in use by somebody else.
    :raises QarunnerError: a driver is unknown, misconfigured or broken.
    """
    cv2.setNumThreads(2)
    hub = FrameHub(*ring)
    resolved = load_resolver(order.resolver)(order.config, order.blocked)
    locks.take(resource for driver in resolved.values() for resource in driver.resources())
    instances = {
        capability: run_limited(driver.plugin, f"making {driver.context.uri}", MAKE_LIMIT, driver.open)
        for capability, driver in resolved.items()
    }
    capture = _capture(resolved["capture"], instances["capture"], hub, sound) if "capture" in resolved else None
    remote = RemoteControl(resolved["remote"], instances["remote"]) if "remote" in resolved else None
    power = PowerSwitch(resolved["power"], instances["power"]) if "power" in resolved else None
    faults = Faults((resolved[capability].plugin, instance) for capability, instance in instances.items())
    node = ServedNode(
        order.config, hub, recorder, capture=capture, remote=remote, power=power, faults=faults, stays=order.stay
    )

    recorder.add_doorbell, recorder.remove_doorbell = hub.add_doorbell, hub.remove_doorbell
    threading.Thread(target=recorder.run, name="recorder", daemon=True).start()
    for device in (remote, power):
        if device is not None:
            device.open_soon()
    if capture is not None:
        capture.start()
    else:
        hub.set_signal(Signal.NONE, f"node {order.config.id!r} has no capture")
    return node


def _capture(resolved: ResolvedDriver, instance: Any, hub: FrameHub, sound: Ring) -> CaptureLoop:
    audio = None
    if isinstance(instance, AudioSource):
        audio = AudioLoop(driver_name(resolved), resolved.plugin, instance, *sound)
    return CaptureLoop(resolved, instance, hub, audio)
