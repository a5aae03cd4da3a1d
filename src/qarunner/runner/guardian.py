"""The session's side of the small process that outlives pytest when pytest dies: see `watch_over`."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from qarunner.runner.watch_over import DONE, PATH_VARIABLE


class Guardian:
    """Starts the process, and says when it is no longer needed."""

    def __init__(self, run_folder: Path, blocked_plugins: list[str]) -> None:
        program = Path(__file__).with_name("watch_over.py")
        self._process = subprocess.Popen(
            # Without site-packages it starts in a third of the time; it gets this process's path for when it needs it.
            [sys.executable, "-S", "-E", str(program), str(run_folder), str(os.getpid()), *blocked_plugins],
            env={**os.environ, PATH_VARIABLE: os.pathsep.join(path for path in sys.path if path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal is for pytest
            cwd="/",
        )

    def dismiss(self) -> None:
        """The session has ended by itself."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self._process.communicate(DONE, timeout=5)
