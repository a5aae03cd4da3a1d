"""A capture of whatever GStreamer can read: ``gstreamer:v4l2src device=/dev/video0 ! decodebin``.

The pipeline runs in a process of its own, the distribution's ``gst-launch-1.0``, and writes plain pictures into a pipe.
So no binding of GStreamer has to fit this Python, and a plugin of GStreamer's that crashes ends that process alone. The
pictures stay in the pixel format they have: GStreamer's own way to blue-green-red is up to four levels off.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Collection, Sequence
from typing import Annotated, Any

import msgspec

from qarunner import Check, ConfigurationError, Driver, DriverContext, Options, hookimpl

PROGRAM = "gst-launch-1.0"
INSTALL = "apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good"
_DEVICE = re.compile(r"\bdevice(?:-name)?=\"?(/dev/[^\s\"!]+)")


class GstreamerOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "gstreamer:PIPELINE"``."""

    audio: Annotated[
        str, msgspec.Meta(description="a pipeline up to its sound, such as alsasrc device=hw:1; may name an element")
    ] = ""
    ends: Annotated[
        bool, msgspec.Meta(description="the end of the pipeline is that of a recording; else it is started again")
    ] = False


def _open(context: DriverContext) -> Any:
    from qarunner_plugins.capture_gstreamer.source import PipelineSource
    from qarunner_plugins.live_pictures import LiveCapture
    from qarunner_plugins.live_sound import SoundingCapture

    pipeline = context.address.strip().removesuffix("!").strip()
    options: GstreamerOptions = context.options
    audio = options.audio.strip().removesuffix("!").strip()
    try:
        words = shlex.split(pipeline)
        shlex.split(audio)
    except ValueError as error:
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r}: {error}"
        raise ConfigurationError(problem, "Write the pipeline as on a command line of gst-launch-1.0") from error
    if not words:
        problem = f"node {context.node!r}: {context.capability} = {context.uri!r} names no pipeline"
        raise ConfigurationError(problem, "Write gstreamer:v4l2src device=/dev/video0 ! decodebin")
    advice = f"See whether it shows a picture: {PROGRAM} {pipeline} ! autovideosink"
    name = f"pipeline {pipeline!r}"
    if not audio:
        return LiveCapture(lambda: PipelineSource(pipeline, ends=options.ends), name, advice)
    return SoundingCapture(lambda sound: PipelineSource(pipeline, audio, sound, ends=options.ends), name, advice)


def _resources(context: DriverContext) -> Collection[str]:
    text = f"{context.address} ! {context.options.audio}"
    return sorted({os.path.realpath(device) for device in _DEVICE.findall(text)})


def _doctor() -> Sequence[Check]:
    program = shutil.which(PROGRAM)
    if program is None:
        return [Check("GStreamer pipelines", "missing", f"no {PROGRAM} on PATH", INSTALL)]
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    version = next((line for line in said.splitlines() if line.startswith("GStreamer")), program)
    return [Check("GStreamer pipelines", "works", version)]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the driver of this module."""
    return [
        Driver(
            capability="capture",
            scheme="gstreamer",
            summary="any GStreamer pipeline, as in Stb-tester's source_pipeline",
            open=_open,
            options=GstreamerOptions,
            address_help="a pipeline as gst-launch-1.0 takes it, up to its video",
            sound="with its option audio",
            resources=_resources,
            doctor=_doctor,
            examples=(
                "gstreamer:v4l2src device=/dev/video0 ! decodebin",
                "gstreamer:decklinkvideosrc mode=auto",
                "gstreamer:ximagesrc display-name=:0 use-damage=false",
            ),
        )
    ]
