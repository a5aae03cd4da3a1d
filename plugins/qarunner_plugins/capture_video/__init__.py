"""Recorded input: a capture that plays encoded video, and a whole recorded test replayed with its key presses checked.

``video:recordings/zap.mp4`` plays a file, ``video:rtsp://camera/stream`` a stream, by the times its pictures carry.
``replay:qa-results/latest/FOLDER`` as capture and as remote of one node replays a result's evidence: see `session`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from qarunner import Check, Driver, DriverContext, Options, hookimpl

FILE_PATIENCE = 1.0
"""Seconds that playing a file may lag behind and still catch up: see `pace.SteadyPace`."""


class VideoOptions(Options, frozen=True, kw_only=True):
    """Options of ``capture = "video:PATH"``."""

    loop: Annotated[bool, msgspec.Meta(description="at the end, play it again from `start`")] = False
    hold_last: Annotated[bool, msgspec.Meta(description="at the end, go on with the last picture")] = False
    speed: Annotated[float, msgspec.Meta(gt=0, le=16, description="2 plays twice as fast, 0.5 half as fast")] = 1.0
    start: Annotated[float, msgspec.Meta(ge=0, description="seconds into the video at which it begins")] = 0.0
    skip_damage: Annotated[bool, msgspec.Meta(description="pass over what cannot be decoded, not an error")] = False
    open_options: Annotated[
        Mapping[str, str], msgspec.Meta(description="given to libav as they are, such as rtsp_transport = tcp")
    ] = {}

    def __post_init__(self) -> None:
        """Refuse two answers to what happens at the end."""
        if self.loop and self.hold_last:
            message = "loop and hold_last exclude each other"
            raise ValueError(message)


def _open_video(context: DriverContext) -> Any:
    from qarunner_plugins.capture_video.pace import SteadyPace
    from qarunner_plugins.capture_video.player import Player
    from qarunner_plugins.capture_video.reading import VideoReader
    from qarunner_plugins.capture_video.sources import find_source

    options: VideoOptions = context.options
    source = find_source(context)
    reader = VideoReader(source, start=options.start, skip_damage=options.skip_damage or source.is_stream)
    # A stream's pictures are old when they come late, a file's are only waiting to be read.
    pace = SteadyPace(options.speed, patience=0.0 if source.is_stream else FILE_PATIENCE)
    return Player(reader, pace, "loop" if options.loop else "hold" if options.hold_last else "stop")


def _open_replay_capture(context: DriverContext) -> Any:
    from qarunner_plugins.capture_video.player import Player
    from qarunner_plugins.capture_video.reading import VideoReader
    from qarunner_plugins.capture_video.replay import ReplayPace, shared_session
    from qarunner_plugins.capture_video.session import VIDEO_FILE
    from qarunner_plugins.capture_video.sources import Source

    session = shared_session(context)
    path = session.folder / VIDEO_FILE
    return Player(VideoReader(Source(str(path), str(path)), skip_damage=True), ReplayPace(session), "hold")


def _open_replay_remote(context: DriverContext) -> Any:
    from qarunner_plugins.capture_video.replay import ReplayRemote, shared_session

    return ReplayRemote(shared_session(context))


def _doctor() -> Sequence[Check]:
    try:
        import av
    except ImportError as error:
        return [Check("recorded video (PyAV)", "missing", str(error), "pip install av")]
    codecs = [name for name in ("h264", "hevc", "vp9", "mpeg2video") if name in av.codecs_available]
    return [Check("recorded video (PyAV)", "works", f"PyAV {av.__version__} decodes {', '.join(codecs)} and others")]


@hookimpl
def qa_drivers() -> list[Driver]:
    """Offer the drivers of this module."""
    return [
        Driver(
            capability="capture",
            scheme="video",
            summary="plays an encoded video file or stream",
            open=_open_video,
            options=VideoOptions,
            address_help="a file, relative to the test pack, or a URL such as rtsp://host/path",
            doctor=_doctor,
            examples=(
                "video:recordings/zap.mp4",
                "video:recordings/zap.mp4?loop=true",
                "video:rtsp://192.168.1.5/live",
            ),
        ),
        Driver(
            capability="capture",
            scheme="replay",
            summary="shows the video of a recorded result, waiting at each recorded press for the test to press",
            open=_open_replay_capture,
            address_help="a result's folder with video.mp4 and timeline.json, relative to the test pack",
            examples=("replay:recordings/zap",),
        ),
        Driver(
            capability="remote",
            scheme="replay",
            summary="takes the presses of a recorded result, in their order, and refuses any other",
            open=_open_replay_remote,
            address_help="the same folder as that of the capture",
            holds_keys=True,
            examples=("replay:recordings/zap",),
        ),
    ]
