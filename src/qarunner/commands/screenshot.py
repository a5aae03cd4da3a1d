"""``qarunner screenshot``: saves the newest frame of a node, also while a test drives it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.context import context_of
from qarunner.commands.node_access import add_node, newest_frame, view
from qarunner.commands.terminal import say
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.protocols import Pixels

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    add_node(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        default="screenshot.png",
        help="where to: .png or .jpg, - for standard output as PNG (default: screenshot.png)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Save it."""
    to_output = arguments.output == "-"
    if not to_output:
        check_suffix(arguments.output)
    with view(context_of(arguments), arguments.node) as node:
        frame = newest_frame(node)
    age = time.monotonic() - frame.time
    if to_output:
        sys.stdout.buffer.write(encoded(frame.pixels, ".png"))
        return 0
    write_picture(Path(arguments.output), frame.pixels)
    height, width = frame.pixels.shape[:2]
    say(f"{arguments.output}: {width}x{height}, taken {age * 1000:.0f} ms ago")
    return 0


def check_suffix(name: str) -> None:
    """Refuse a file that would not be a picture.

    :raises QarunnerError: neither PNG nor JPEG.
    """
    if Path(name).suffix.lower() not in PICTURE_SUFFIXES:
        raise QarunnerError(f"{name} is no name of a picture", "Let it end in .png (lossless) or .jpg")


def encoded(pixels: Pixels, suffix: str) -> bytes:
    """Return pixels as PNG or JPEG."""
    import cv2

    return cv2.imencode(suffix, pixels)[1].tobytes()


def write_picture(path: Path, pixels: Pixels) -> None:
    """Write a picture.

    :raises QarunnerError: the file cannot be written.
    """
    try:
        path.write_bytes(encoded(pixels, path.suffix.lower()))
    except OSError as error:
        raise QarunnerError(f"{path} cannot be written: {error.strerror}", "Name another file with -o FILE") from error
