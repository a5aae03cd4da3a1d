"""A configuration of lircd with raw codes, and the proof by LIRC's own decoder that it means what was recorded."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner import QarunnerError

if TYPE_CHECKING:
    from qarunner_plugins.remote_learn.pulses import Press

DECODER = "irsimreceive"
DECODER_LIMIT = 60.0
SILENCE = 1_000_000
NUMBERS_A_LINE = 8
HEAD = """\
# Recorded by `qarunner remote learn {name}`: pulses and spaces in microseconds.
begin remote
  name    {name}
  flags   RAW_CODES
  eps     30
  aeps    100
  gap     {gap}

      begin raw_codes
"""
FOOT = """\
      end raw_codes
end remote
"""


def configuration(name: str, keys: Mapping[str, Press]) -> str:
    """Return the text of a ``lircd.conf`` for a remote with these keys."""
    gap = round(statistics.median(press.gap for press in keys.values()))
    return HEAD.format(name=name, gap=gap) + "".join(_raw_code(key, press) for key, press in keys.items()) + FOOT


def _raw_code(key: str, press: Press) -> str:
    rows = [press.frame[start : start + NUMBERS_A_LINE] for start in range(0, len(press.frame), NUMBERS_A_LINE)]
    lines = "".join(f"          {''.join(f'{number:8}' for number in row)}\n" for row in rows)
    return f"          name {key}\n{lines}\n"


def verify(text: str, keys: Mapping[str, Press]) -> None:
    """Let LIRC's decoder read each recording with the configuration.

    :raises QarunnerError: it does not come to the same key, or is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="qarunner-learn-") as name:
        folder = Path(name)
        conf, pulses = folder / "lircd.conf", folder / "pulses"
        conf.write_text(text, encoding="utf-8")
        for key, press in keys.items():
            pulses.write_text("".join(_mode2(press)), encoding="ascii")
            decoded = _decoded(folder, conf, pulses)
            if key not in decoded[:1]:
                meant = f"{decoded[0]}" if decoded else "nothing"
                problem = f"LIRC's decoder takes the recording of {key} for {meant}"
                advice = (
                    "Record both again: they have the same code, or one was another key"
                    if decoded
                    else "Record it again"
                )
                raise QarunnerError(problem, f"{advice}. Nothing was written")


def _mode2(press: Press) -> Iterator[str]:
    yield f"space {SILENCE}\n"  # the decoder waits for a pause before it believes a pulse
    for place, duration in enumerate(press.durations):
        yield f"{'space' if place % 2 else 'pulse'} {duration}\n"
    yield f"space {SILENCE}\n"


def _decoded(folder: Path, conf: Path, pulses: Path) -> list[str]:
    """Return the keys that the decoder reads."""
    plugins = next(Path("/usr/lib").glob("*/lirc/plugins"), None) or next(Path("/usr/lib").glob("lirc/plugins"), None)
    command = [DECODER, *(["-U", str(plugins)] if plugins else []), str(conf), str(pulses)]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "XDG_CACHE_HOME": str(folder)}  # where it writes its log
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=DECODER_LIMIT,
            check=False,
        )
    except FileNotFoundError as error:
        problem = f"{DECODER}, LIRC's decoder, is not installed, so that nothing can be verified"
        raise QarunnerError(problem, "sudo apt-get install lirc") from error
    except subprocess.TimeoutExpired as error:
        raise QarunnerError(f"{DECODER} has not ended within {DECODER_LIMIT:g} s", "Record it again") from error
    if ended.returncode:
        said = " ".join(ended.stderr.split())[-300:]
        raise QarunnerError(f"{DECODER} ended with {ended.returncode}: {said}", "Record it again")
    lines = [line.split() for line in ended.stdout.splitlines()]
    return [words[2] for words in lines if len(words) == 4]  # noqa: PLR2004 - code, repetition, key, remote
