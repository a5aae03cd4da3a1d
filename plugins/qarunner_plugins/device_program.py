"""Runs a program that speaks to a device, for the drivers that are such programs: bounded, and told in plain words."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from qarunner import DeviceError, DeviceLostError


def run_program(
    device: str,
    command: Sequence[str],
    timeout: float,
    *,
    install: str,
    advice: str,
    in_use: bool,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a program and return what it said.

    :param device: how messages call the device, with its address.
    :param install: what installs the program. :param advice: what to look at when it fails.
    :param in_use: the device has been opened: who does not answer now is lost.
    :param environment: variables in addition to ours.
    :raises DeviceError: the program is missing, fails, or has not ended within `timeout` seconds.
    """
    kind = DeviceLostError if in_use else DeviceError
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except FileNotFoundError as error:
        raise DeviceError(f"{device} needs {command[0]}, which is not installed", install) from error
    except subprocess.TimeoutExpired as error:
        problem = f"{device}: {command[0]} has not ended within {timeout:g} s"
        raise kind(problem, f"The device hangs. {advice}") from error
    if ended.returncode:
        said = " ".join(ended.stdout.split())[-300:] or f"it ended with {ended.returncode}"
        raise kind(f"{device} cannot be used, {command[0]} says: {said}", advice)
    return ended.stdout
