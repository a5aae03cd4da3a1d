"""A program at a real terminal (a pty), and the person in front of it."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT = 60.0


class Terminal:
    """Runs a command; `said` is all that it has written so far."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._person, program = pty.openpty()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "TERM": "dumb"},
            stdin=program,
            stdout=program,
            stderr=program,
            start_new_session=True,
        )
        os.close(program)
        self.said = ""
        self._read = 0

    def wait_for(self, text: str) -> str:
        """Wait until it says something that was not read yet; return all up to there."""
        deadline = time.monotonic() + LIMIT
        while (place := self.said.find(text, self._read)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"{text!r} does not come after:\n{self.said}"
            assert self._hear(left), f"it has ended without {text!r}:\n{self.said}"
        told, self._read = self.said[self._read : place + len(text)], place + len(text)
        return told

    def answer(self, question: str, words: str) -> str:
        """Wait for a question, type an answer and the return key; return what was said up to the question."""
        told = self.wait_for(question)
        self.wait_for(": ")
        os.write(self._person, f"{words}\n".encode())
        return told

    def end_of_input(self) -> None:
        """Type Ctrl-D."""
        os.write(self._person, b"\x04")

    def end(self) -> int:
        """Wait for its end; return the exit code."""
        deadline = time.monotonic() + LIMIT
        while self._hear(deadline - time.monotonic()):
            pass
        return self._process.wait(max(1.0, deadline - time.monotonic()))

    def _hear(self, seconds: float) -> bool:
        """Wait for what it says; False when it has ended, or says nothing for so long."""
        if not select.select([self._person], [], [], max(0.0, seconds))[0]:
            return False
        try:
            heard = os.read(self._person, 1 << 16)
        except OSError:  # the last one at the other side has gone
            return False
        self.said += re.sub(r"\r\n", "\n", heard.decode("utf-8", "replace"))
        return bool(heard)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._person)
