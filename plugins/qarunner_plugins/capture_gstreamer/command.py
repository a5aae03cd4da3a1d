"""The command line of a pipeline with our ends: pictures into one pipe, and where that is wanted sound into another."""

from __future__ import annotations

import shlex

from qarunner_plugins.capture_gstreamer import PROGRAM
from qarunner_plugins.capture_gstreamer.caps import FORMATS
from qarunner_plugins.live_sound import FORMAT

PICTURES = "qarunner"
"""The name of the element that writes plain pictures: their caps are said by the program."""


def pictures_only(pipeline: str, pipe: int) -> list[str]:
    """Return the command for a pipeline whose pictures go to the descriptor `pipe`, plain and without times."""
    # No leaky queue: where one drops a picture, it may drop the word that the next ones are of another kind.
    return [*_begin(pipeline), *_convert_pictures(), "!", "fdsink", f"name={PICTURES}", f"fd={pipe}"]


def with_sound(pipeline: str, pipe: int, audio: str, sound_pipe: int) -> list[str]:
    """Return the command for a pipeline with a second branch, `audio`, whose sound goes to `sound_pipe`.

    Both send packets, which tell times. The queues are there so that neither branch holds up the other.
    """
    form = f"audio/x-raw,format=(string)S16LE,rate=(int){FORMAT.sample_rate},channels=(int){FORMAT.channels}"
    convert = ["!", "audioconvert", "!", "audioresample", "!", f"{form},layout=(string)interleaved"]
    return [
        *(*_begin(pipeline), "!", "queue", *_convert_pictures(), *_send_packets(pipe)),
        *(*shlex.split(audio), "!", "queue", *convert, *_send_packets(sound_pipe)),
        "async=false",  # Pictures do not wait for sound that may never come.
    ]


def _begin(pipeline: str) -> list[str]:
    return [PROGRAM, "-v", *shlex.split(pipeline)]


def _convert_pictures() -> list[str]:
    return ["!", "videoconvert", "!", f"video/x-raw,format=(string){{{','.join(FORMATS)}}}"]


def _send_packets(pipe: int) -> list[str]:
    return ["!", "gdppay", "crc-header=false", "crc-payload=false", "!", "fdsink", f"fd={pipe}"]
