"""Many threads that meet a record type for the first time at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys, threading
import msgspec
from qarunner.decoding import decoder_of

sys.setswitchinterval(1e-6)
JSON = b'{"a": 1, "b": {"c": "2026-01-01", "d": [{"e": 1.5}]}}'


def use(kind, start):
    start.wait()
    USE


for number in range(60):
    inner = msgspec.defstruct(f"Inner{number}", [("e", float), ("f", "int | None", None)])
    middle = msgspec.defstruct(f"Middle{number}", [("c", str), ("d", list[inner])])
    outer = msgspec.defstruct(f"Outer{number}", [("a", int), ("b", middle), ("g", dict[str, middle], {})])
    start = threading.Barrier(8)
    threads = [threading.Thread(target=use, args=(kind, start)) for kind in [outer, middle | None, outer, outer] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""
OURS = "decoder_of(kind).decode(JSON if kind is outer else b'null')"
BARE = "msgspec.json.decode(JSON if kind is outer else b'null', type=kind)"


def ends(use: str) -> int:
    """Return the exit code of a process that does it."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("USE", use)], capture_output=True, check=False, timeout=120
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode


def test_no_thread_sees_what_another_has_not_made_ready() -> None:
    assert ends(OURS) == 0


@pytest.mark.soak
def test_msgspec_still_needs_this() -> None:
    """When this fails, `qarunner.decoding` has done its duty, and its callers may use msgspec alone."""
    assert -11 in {ends(BARE) for _time in range(5)}
