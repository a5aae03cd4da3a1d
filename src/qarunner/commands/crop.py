"""``qarunner crop``: cuts a reference image from a live frame (or a saved one) and tries it at once."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.context import Context, context_of
from qarunner.commands.node_access import newest_frame, view
from qarunner.commands.region import check_inside, parse_region
from qarunner.commands.screenshot import check_suffix, write_picture
from qarunner.commands.terminal import counted, note, painted, say
from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from qarunner.commands.crop_trial import Trial
    from qarunner.protocols import Pixels

FRAMES = 5
PAUSE = 0.2
"""Seconds between two of the frames it is tried on: enough for a picture that moves to have moved."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument("node", nargs="?", metavar="NODE", help="cut from what this node shows now")
    parser.add_argument("region", metavar="REGION", help="x,y,right,bottom or x,y+WIDTHxHEIGHT, in pixels")
    parser.add_argument("--from", dest="file", metavar="FILE", help="cut from a saved screenshot instead of a node")
    parser.add_argument("-o", "--output", metavar="IMAGE", required=True, help="the reference image to write, .png")
    parser.add_argument("--force", action="store_true", help="replace an image that exists")
    parser.epilog = (
        "qarunner crop living-room 100,50+64x64 -o tests/images/settings.png\n"
        "qarunner crop --from screenshot.png 100,50,164,114 -o tests/images/settings.png"
    )


def run(arguments: argparse.Namespace) -> int:
    """Cut it, then try it; 1 when it does not even match where it was cut."""
    if bool(arguments.node) == bool(arguments.file):
        raise ConfigurationError("crop from what?", "Name a node, or a screenshot with --from FILE - one of the two")
    region = parse_region(arguments.region)
    output = _output(arguments.output, force=arguments.force)
    frames = _saved(Path(arguments.file)) if arguments.file else _live(context_of(arguments), arguments.node)
    height, width = frames[0].shape[:2]
    check_inside(region, width, height)
    write_picture(output, frames[0][region.y : region.bottom, region.x : region.right])
    say(f"{painted(str(output), 'bold')}: {region.width}x{region.height}, cut at {region.x},{region.y}")

    from qarunner.commands.crop_trial import try_image

    trial = try_image(output, region, frames)
    _say(trial)
    return 0 if trial.found else 1


def _output(name: str, *, force: bool) -> Path:
    check_suffix(name)
    path = Path(name)
    if path.suffix.lower() != ".png":
        raise ConfigurationError(f"{name} would lose detail that matching needs", "Let it end in .png")
    if path.exists() and not force:
        raise ConfigurationError(f"{name} exists", "Name another, or replace it with --force")
    if not path.parent.is_dir():
        raise ConfigurationError(f"there is no folder {path.parent}", f"mkdir -p {path.parent}")
    return path


def _saved(path: Path) -> list[Pixels]:
    import cv2
    import numpy

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", "`qarunner screenshot NODE` makes one") from error
    pixels = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_COLOR) if content else None
    if pixels is None:
        raise ConfigurationError(f"{path} is no picture", "`qarunner screenshot NODE` makes one")
    return [pixels.astype(numpy.uint8)]


def _live(context: Context, name: str) -> list[Pixels]:
    with view(context, name) as node:
        frames = [newest_frame(node)]
        while len(frames) < FRAMES:
            time.sleep(PAUSE)
            following = node.frames.newest(frames[-1].sequence, 1.0)
            if following is None:
                break
            frames.append(following)
    return [frame.pixels for frame in frames]


def _say(trial: Trial) -> None:
    if trial.found:
        where = f"in {trial.found} of {counted(trial.frames, 'frame')}" if trial.frames > 1 else "in the picture"
        say(f"tried: {painted('matches', 'green')} {where} where it was cut, score {trial.score:.3f} or better")
    if trial.rival is not None:
        gap = f"{trial.rival.score:.3f} at {trial.rival.x},{trial.rival.y}"
        say(f"       the next best place has {gap}; a match needs {trial.threshold:g}")
    for warning in trial.warnings:
        note(f"{painted('warning:', 'yellow')} {warning}")
