"""The verb: where the recordings come from, and where the configuration goes."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner import ConfigurationError, QarunnerError, write_whole
from qarunner_plugins.remote_learn.lircd_conf import configuration, verify
from qarunner_plugins.remote_learn.pulses import Press, read_presses

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path("config", "remote-control")
RECEIVER = "ir-ctl"
PATIENCE = 30.0
USUAL = (
    *("KEY_POWER", "KEY_UP", "KEY_DOWN", "KEY_LEFT", "KEY_RIGHT", "KEY_OK", "KEY_BACK", "KEY_HOME", "KEY_MENU"),
    *("KEY_INFO", "KEY_EPG", "KEY_CHANNELUP", "KEY_CHANNELDOWN", "KEY_VOLUMEUP", "KEY_VOLUMEDOWN", "KEY_MUTE"),
    *(f"KEY_{digit}" for digit in "1234567890"),
    *("KEY_PLAY", "KEY_PAUSE", "KEY_STOP", "KEY_REWIND", "KEY_FASTFORWARD"),
    *("KEY_RED", "KEY_GREEN", "KEY_YELLOW", "KEY_BLUE"),
)
EXAMPLES = """\
  qarunner remote learn box KEY_UP KEY_OK       from the receiver /dev/lirc0, one key after the other
  qarunner remote learn box                     all usual keys; the file is written when all are recorded
  qarunner remote learn box KEY_UP KEY_OK --pulses recorded.txt
                                                from a file in mode2 format, one press per key in this order
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    learn = actions.add_parser(
        "learn",
        help=f"record keys into {FOLDER}/NAME.lircd.conf and verify them with LIRC's decoder",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    learn.add_argument("name", metavar="NAME", help="of the remote control")
    learn.add_argument("keys", metavar="KEY", nargs="*", help="such as KEY_OK; none: the usual ones")
    learn.add_argument("--device", metavar="PATH", default="/dev/lirc0", help="the receiver (default: /dev/lirc0)")
    learn.add_argument("--pulses", metavar="FILE", type=Path, help="recorded before, in mode2 format; - for stdin")
    learn.add_argument("--replace", action="store_true", help="replace a file that is there")


def run(arguments: argparse.Namespace) -> int:
    """Record, verify, write."""
    name, keys = arguments.name, tuple(arguments.keys) or USUAL
    _check_names(name, keys)
    path = (arguments.context.pack or Path.cwd()) / FOLDER / f"{name}.lircd.conf"
    if path.exists() and not arguments.replace:
        raise ConfigurationError(f"{path} is there already", "Give --replace, or another name")
    presses = _from_file(arguments.pulses, keys) if arguments.pulses else _from_receiver(arguments.device, keys)
    recorded = dict(zip(keys, presses, strict=True))
    text = configuration(name, recorded)
    verify(text, recorded)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())
    sys.stdout.write(f"{path}: {len(recorded)} keys, each verified with LIRC's decoder\n")
    sys.stdout.write(f'  Give it to lircd (such as in /etc/lirc/lircd.conf.d/), then: remote = "lirc:{name}"\n')
    return 0


def _check_names(name: str, keys: Sequence[str]) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ConfigurationError(f"{name!r} is no name for a remote control", "Take letters, digits, - and _")
    for place, key in enumerate(keys):
        if not re.fullmatch(r"[A-Za-z0-9_+-]+", key):
            raise ConfigurationError(f"{key!r} is no name of a key", "Names are such as KEY_OK")
        if key in keys[:place]:
            raise ConfigurationError(f"{key} is named twice", "Name each key once")


def _from_file(path: Path, keys: Sequence[str]) -> list[Press]:
    """Return the presses in a file, one for each key."""
    if str(path) == "-":
        presses = read_presses(sys.stdin, "standard input")
    else:
        presses = read_presses(path.read_text(encoding="utf-8", errors="replace").splitlines(), str(path))
    if len(presses) != len(keys):
        problem = f"{path} has {len(presses)} presses, but {len(keys)} keys are named"
        raise QarunnerError(problem, "Record each key once, in the order of the keys, with half a second between them")
    return presses


def _from_receiver(device: str, keys: Sequence[str]) -> list[Press]:
    """Ask for each key and record it."""
    presses = []
    for place, key in enumerate(keys, 1):
        sys.stderr.write(f"{place}/{len(keys)}  press {key} shortly ... ")
        sys.stderr.flush()
        presses.append(_record(device, key))
        sys.stderr.write(f"{len(presses[-1].frame)} pulses and spaces\n")
    return presses


def _record(device: str, key: str) -> Press:
    command = [RECEIVER, "-d", device, "--receive", "--mode2", "--one-shot"]
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError as error:
        raise QarunnerError(f"{RECEIVER} is not installed", "sudo apt-get install v4l-utils") from error
    except subprocess.TimeoutExpired as error:
        problem = f"the receiver {device} has heard nothing for {PATIENCE:g} s while waiting for {key}"
        raise QarunnerError(problem, "Are the batteries in, and does the remote send infrared?") from error
    if ended.returncode:
        said = " ".join(ended.stderr.split()) or f"it ended with {ended.returncode}"
        advice = "Name the receiver with --device; using one needs the group video. --pulses takes a recording"
        raise QarunnerError(f"the receiver {device} cannot be used: {said}", advice)
    presses = read_presses(ended.stdout.splitlines(), f"{device}, {key}")
    if not presses:
        raise QarunnerError(f"the receiver {device} has recorded nothing of {key}", "Press it shortly, close by")
    return presses[0]
