"""A small process that outlives pytest when pytest dies: it closes the half-written result and makes the reports.

It waits for a word on its standard input. "done" means that the session ended by itself; the end of the process
without that word (kill, abort, the hard time limit) means that there is something to close. Run as a file, it imports
nothing but the standard library until then.
"""

from __future__ import annotations

import os
import select
import sys

DONE = b"done\n"
PATH_VARIABLE = "QARUNNER_GUARDIAN_PATH"


def main(arguments: list[str]) -> int:
    """Wait for the end of the process whose number is given, then close its run."""
    folder, pid, *blocked = arguments
    if died(int(pid)):
        sys.path[:] = os.environ.pop(PATH_VARIABLE).split(os.pathsep)
        close_run(folder, blocked)
    return 0


def died(pid: int) -> bool:
    """Wait; return True when the process ended without the word."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(process, select.POLLIN)
    heard = b""
    while True:
        for descriptor, _event in poll.poll():
            if descriptor == process:
                while select.select([0], [], [], 0)[0] and (more := os.read(0, 64)):
                    heard += more
                return heard != DONE
            more = os.read(0, 64)
            heard += more
            if heard == DONE:
                return False
            if not more:
                poll.unregister(0)


def close_run(folder: str, blocked: list[str]) -> None:
    """Close what is unfinished, make the reports the run was to have, and tell on the terminal."""
    from pathlib import Path

    from qarunner import config, reporter_choice
    from qarunner.errors import QarunnerError
    from qarunner.outbox.abandoned import close_abandoned
    from qarunner.outbox.delivery_state import read_plan
    from qarunner.outbox.run_directory import read_run
    from qarunner.outbox.run_reports import finish_run
    from qarunner.plugins import Plugins
    from qarunner.results import Run

    run_folder = Path(folder)
    closed = close_abandoned(run_folder)
    lines = [f"ERROR {result.testcase}: {result.failure.message if result.failure else ''}" for result in closed]
    run = read_run(run_folder)
    pack = Path(run.pack) if isinstance(run, Run) and run.pack else None
    try:
        plugins = Plugins(blocked, pack)
        configuration = config.load({}, pack, run_folder)
        wanted = read_plan(run_folder).reporters
        lines += finish_run(run_folder, reporter_choice.open_reporters(plugins, configuration, wanted))
    except QarunnerError as error:
        lines.append(f"no reports: {error}")
    sys.stderr.write("\nqarunner: the test process died\n" + "".join(f"  {line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
