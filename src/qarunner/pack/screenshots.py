"""The saved screenshots of a pack: found, read as frames, with the configuration that stands beside each."""

from __future__ import annotations

import contextlib
import fnmatch
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.config_sources import read_ini
from qarunner.errors import ConfigurationError
from qarunner.pack.stbt_config import applied

if TYPE_CHECKING:
    import stbt_core

SCREENSHOTS = Path("selftest", "screenshots")


def find_screenshots(pack: Path, wanted: Sequence[str] = ()) -> list[Path]:
    """Return the paths of the screenshots, relative to the pack.

    :param wanted: parts of paths, or patterns such as ``*/menu/*``; empty for all.
    :raises ConfigurationError: there are none.
    """
    every = sorted(path.relative_to(pack) for path in (pack / SCREENSHOTS).rglob("*.png"))
    chosen = [path for path in every if not wanted or _is_wanted(path.as_posix(), wanted)]
    if not chosen:
        what = f"no screenshot like {' or '.join(wanted)}" if every else "no screenshots"
        advice = f"Save what a node shows as {SCREENSHOTS}/NAME.png: qarunner screenshot --help"
        raise ConfigurationError(f"{pack} has {what} below {SCREENSHOTS}", advice)
    return chosen


def _is_wanted(path: str, wanted: Sequence[str]) -> bool:
    return any(word in path or fnmatch.fnmatch(path, word) for word in wanted)


def read_frame(path: Path) -> stbt_core.Frame:
    """Return a screenshot as a frame of video.

    :raises ConfigurationError: it cannot be read.
    """
    import cv2
    import numpy
    import stbt_core

    content = numpy.fromfile(path, numpy.uint8)
    pixels = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if pixels is None:
        raise ConfigurationError(f"{path.name} is no picture that can be read", "Save it again")
    frame = stbt_core.Frame(pixels, time=path.stat().st_mtime)
    frame.flags.writeable = False
    return frame


@contextlib.contextmanager
def configured_for(screenshot: Path) -> Iterator[None]:
    """Put ``home.png.conf``, when it is there, before the other files of stbt_core's configuration.

    :raises ConfigurationError: it cannot be parsed.
    """
    path = screenshot.with_name(screenshot.name + ".conf")
    if not path.is_file():
        yield
        return
    read_ini(path)
    with applied({"STBT_CONFIG_FILE": f"{path}:{os.environ.get('STBT_CONFIG_FILE', '')}"}):
        yield
