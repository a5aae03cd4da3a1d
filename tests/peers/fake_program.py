"""A fake of a program that drives hardware, on PATH: notes its arguments, and fails or hangs as it is told."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Self

SCRIPT = """#!/bin/sh
# Stands for {name}, which needs hardware. It takes no part in what the real one would do.
echo "$*" >>"{folder}/calls"
[ -e "{folder}/hang" ] && exec sleep 60
if [ -e "{folder}/gone" ]; then echo "{gone}"; exit 1; fi
for words in "{folder}"/changes/*; do
    case " $* " in *" ${{words##*/}} "*) cp "$words" "{folder}/says" ;; esac
done
cat "{folder}/says"
"""


class FakeProgram:
    """In front of everything else on PATH while it is in use."""

    def __init__(self, name: str, gone: str = "") -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="qa-program-")
        self.folder = Path(self._temporary.name)
        self._path = ""
        program = self.folder / name
        program.write_text(SCRIPT.format(name=name, folder=self.folder, gone=gone), encoding="utf-8")
        program.chmod(0o755)
        self.says("")

    def says(self, text: str) -> None:
        """Let it print this from now on."""
        (self.folder / "says").write_text(text, encoding="utf-8")

    def says_from(self, words: str, text: str) -> None:
        """Let it print this from the call on that has these arguments, such as ``-a off``."""
        (self.folder / "changes").mkdir(exist_ok=True)
        (self.folder / "changes" / words).write_text(text, encoding="utf-8")

    @property
    def calls(self) -> list[str]:
        """The arguments of each call."""
        return (self.folder / "calls").read_text(encoding="utf-8").splitlines()

    def start(self) -> None:
        for mark in ("gone", "hang"):
            (self.folder / mark).unlink(missing_ok=True)

    def stop(self) -> None:
        """As when the device is pulled out."""
        self.start()
        (self.folder / "gone").touch()

    def hang(self) -> None:
        (self.folder / "hang").touch()

    def __enter__(self) -> Self:
        self._path = os.environ["PATH"]
        os.environ["PATH"] = f"{self.folder}{os.pathsep}{self._path}"
        return self

    def __exit__(self, *_: object) -> None:
        os.environ["PATH"] = self._path
        self._temporary.cleanup()
