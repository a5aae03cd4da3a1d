"""``qarunner demo``: runs the example test pack on the virtual set-top box, as anybody would with pytest."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from qarunner.commands.context import context_of
from qarunner.commands.results_folder import report_url
from qarunner.commands.terminal import note, painted, say, seconds
from qarunner.errors import ConfigurationError
from qarunner.results import new_id
from qarunner.runner.run_folder import RESULTS_FOLDER, folder_name, link_latest

NODE = "virtual-stb"
ON_PURPOSE = "tests/on_purpose.py"
"""The testcase of the example pack which fails on purpose."""

EXIT_TESTS_FAILED = 1

WHAT_A_FAILURE_LOOKS_LIKE = """
This is what a failure looks like. The testcase looked for something which the box does not show, so it is a fail: the
device is wrong. Had the rig or the test itself been at fault (no picture, an exception in a helper) it would be an
error, and pytest's exit code 6 instead of 1. Its evidence is in the folder below: video.mp4 up to the moment it gave
up, screenshot.png with the last frame it looked at, stbt.log with every match and its score, and timeline.json. In the
report, a click into the log or the timeline moves the video to that moment."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "--failure", action="store_true", help="run only a testcase that fails on purpose, and explain what is seen"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run it; returns pytest's exit code, with ``--failure`` 0 when the testcase failed as it should."""
    pack = example_pack()
    context = context_of(arguments)
    fixed = context.sources.get("results")
    folder = Path(fixed).absolute() if fixed else _new_run_folder()
    started = time.monotonic()
    code = run_pytest(pack, folder, failure=arguments.failure, blocked=context.sources.get("block_plugins"))
    if arguments.failure and code == EXIT_TESTS_FAILED:
        say(painted(WHAT_A_FAILURE_LOOKS_LIKE, "bold"))
    if not folder.is_dir():
        note("no results were written; what pytest says above tells why")
        return code or EXIT_TESTS_FAILED
    if not fixed:
        link_latest(folder)
    say(f"\nThe demo took {seconds(time.monotonic() - started)}. Results: {folder}")
    url = report_url(folder)
    if url:
        say(f"Report:  {painted(url, 'bold')}")
    if not arguments.failure:
        if code == 0:
            say(
                "See what a failure looks like: qarunner demo --failure. Make a pack of your own: qarunner new-pack DIR"
            )
        return code
    return _code_of_failure(code)


def _code_of_failure(code: int) -> int:
    if code == EXIT_TESTS_FAILED:
        return 0
    note(f"the testcase that fails on purpose did not fail: pytest's exit code is {code}, not {EXIT_TESTS_FAILED}")
    return code or EXIT_TESTS_FAILED


def example_pack() -> Path:
    """Return where the example pack is: inside the installed package, or beside ``src`` in a checkout.

    :raises ConfigurationError: it is in neither place.
    """
    package = Path(__file__).parents[1]
    places = [package / "example_pack", package.parents[1] / "test_pack"]
    found = next((place for place in places if (place / ".stbt.conf").is_file()), None)
    if found is None:
        problem = f"the example test pack is in neither of {places[0]} and {places[1]}"
        raise ConfigurationError(problem, "Install qarunner again: pip install --force-reinstall --no-deps qarunner")
    return found


def run_pytest(pack: Path, results: Path, *, failure: bool, blocked: list[str]) -> int:
    """Run the example pack, in its folder as anybody would, and return pytest's exit code."""
    chosen = [ON_PURPOSE] if failure else [f"--ignore={ON_PURPOSE}"]
    command = [sys.executable, "-P", "-m", "pytest", f"--qa-node={NODE}", "-p", "no:cacheprovider", *chosen]
    command.append(f"--qa-results={results}")
    command += [f"--qa-block={plugin}" for plugin in blocked]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    if not os.access(pack, os.W_OK):
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.stdout.flush()
    process = subprocess.Popen(command, cwd=pack, env=environment)
    # Ctrl-C reaches pytest as well, which then finishes the result it is at: wait for that.
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, earlier)


def _new_run_folder() -> Path:
    """Return a folder for the run in ``qa-results`` of this directory."""
    return Path.cwd() / RESULTS_FOLDER / folder_name(datetime.now(UTC), new_id())
