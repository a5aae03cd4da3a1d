"""A signal ends a server at whatever moment it comes."""

from __future__ import annotations

import subprocess
import sys

SENT_AT_EVERY_STEP_OF_WAITING = """
import signal, sys
from qarunner.commands.serve import Signals

signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGTERM))  # where there are fewer steps

def comes_at(step):
    steps = 0
    def trace(_frame, _event, _argument):
        nonlocal steps
        steps += 1
        if steps == step:
            signal.raise_signal(signal.SIGTERM)
        return trace
    with Signals() as ended:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        sys.settrace(trace)
        try:
            ended.wait()
        finally:
            sys.settrace(None)
            signal.setitimer(signal.ITIMER_REAL, 0)

for step in range(1, 10):
    comes_at(step)
"""


def test_a_signal_that_comes_while_the_server_begins_to_wait_is_heard() -> None:
    program = [sys.executable, "-c", SENT_AT_EVERY_STEP_OF_WAITING]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
