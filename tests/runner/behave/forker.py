"""A process that has loaded pytest and behave, and forks for each command line it is asked to run.

Comparing event logs takes two fresh processes per situation. Started from nothing they spend a second importing; a fork
of a process which has imported everything and run nothing is as fresh and takes a few hundredths.

Reads JSON lines ``{"arguments": ["pytest", ...], "directory": ..., "environment": {...}, "output": file}`` and answers
each with the exit code.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any


def load_everything() -> None:
    """Import what the commands import, so that the forks need not."""
    from _pytest.config import builtin_plugins

    for name in builtin_plugins:
        __import__(f"_pytest.{name}")

    import qarunner.runner.behave.collector
    import qarunner.runner.behave.selection  # noqa: F401 - imported for later


def run(request: dict[str, Any]) -> int:
    """Run one command line in this process, which is a fork."""
    os.chdir(request["directory"])
    os.environ.update(request["environment"])
    program, *arguments = request["arguments"]
    sys.path.insert(0, str(Path(request["directory"]).parent))  # where a test puts plugins that are not the pack's
    if program == "behave":
        import behave.__main__

        sys.argv = ["behave", *arguments]
        sys.path.insert(0, "")  # as `python -m behave` does
        return int(behave.__main__.main(arguments))
    if program == "python":
        import runpy

        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")
        return 0
    import pytest

    sys.argv = ["pytest", *arguments]
    sys.path.insert(0, "")
    return int(pytest.main(arguments))


def fork(request: dict[str, Any]) -> int:
    """Run one command line in a fork and return its exit code; 70 when it broke."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 70
    try:
        output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        code = run(request)
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever happens, the fork must not go on as a second forker
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Serve requests until the input ends."""
    sys.path.insert(0, str(Path(__file__).parent))
    load_everything()
    gc.collect()
    gc.freeze()  # pytest collects garbage at its end, and all that is loaded here would be looked through each time
    for line in sys.stdin:
        sys.stdout.write(f"{fork(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
