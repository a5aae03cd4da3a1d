"""``qarunner qatrack check``: looks before a run whether QATrack+ would take it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from qarunner import Check, ConfigurationError, Result

from .checking import check
from .expected import ForeseenTestcase
from .options import QatrackOptions, Settings, settings_of

LATEST = Path("qa-results") / "latest"
TROUBLE = ("missing", "broken")
EPILOG = """
Looks at the token, the node's unit, and each list with its tests, their types and references. Nothing is stored. A run
knows more than a test pack: measurements, parameters and markers. Ends with 1 when something is missing or broken.
""".strip()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = EPILOG
    parser.add_argument(
        "run",
        nargs="?",
        metavar="RUN",
        help=f"folder of a run like those that will be sent (default: {LATEST}; else the testcases of the test pack)",
    )
    parser.add_argument("--node", metavar="NODE", default="", help="whose unit (default: the run's, or as configured)")
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Look; 1 when something is missing or broken."""
    context: Any = arguments.context
    settings = _settings(context)
    folder = Path(arguments.run) if arguments.run else LATEST
    if arguments.run or folder.is_dir():
        testcases, node = _of_run(folder)
    else:
        testcases, node = list(_of_pack(context)), ""
    node = arguments.node or node or context.configuration.get("node")
    if not node:
        raise ConfigurationError("it is not said on which node", "Give --node NODE")
    found = check(settings, node, testcases)
    if arguments.json:
        sys.stdout.write(f"{msgspec.json.format(msgspec.json.encode(found)).decode()}\n")
    else:
        for one in found:
            _say(one)
    return 1 if any(one.status in TROUBLE for one in found) else 0


def _settings(context: Any) -> Settings:
    table, source = context.configuration.reporter_options("qatrack")
    try:
        return settings_of(msgspec.convert(table, QatrackOptions, strict=False))
    except msgspec.ValidationError as error:
        problem = f"{source}: [reporters.qatrack]: {error}"
        raise ConfigurationError(problem, "See docs/reference/reporters.md") from error


def _of_run(folder: Path) -> tuple[list[ForeseenTestcase], str]:
    """Return the testcases of a run, and its node."""
    found: dict[str, ForeseenTestcase] = {}
    node = ""
    for path in sorted(folder.glob("*/result.json")):
        try:
            result = msgspec.json.decode(path.read_bytes(), type=Result)
        except (OSError, msgspec.DecodeError):
            continue  # damaged; `qarunner deliver` says so
        measured = tuple(measurement.name for measurement in result.measurements)
        found[result.testcase] = ForeseenTestcase(result.testcase, result.markers, measured)
        node = result.node
    if not found:
        raise ConfigurationError(f"{folder} holds no results", "Name the folder of a run, such as qa-results/latest")
    return list(found.values()), node


def _of_pack(context: Any) -> Iterator[ForeseenTestcase]:
    """Yield the testcases of the pack, from the text of its files: without parameters, markers and measurements."""
    if context.pack is None:
        raise ConfigurationError("there is neither a run nor a test pack here", "Go to a test pack, or name a run")
    for source in context.plugins.testcase_sources():
        for path in sorted((context.pack / source.folder).rglob(f"*{source.suffix}")):
            file = path.relative_to(context.pack).as_posix()
            for name in source.names(path.read_bytes(), path):
                yield ForeseenTestcase(f"{file}::{name}")


def _say(one: Check) -> None:
    detail = f": {one.detail}" if one.detail else ""
    sys.stdout.write(f"{one.status:8} {one.subject}{detail}\n")
    if one.advice:
        sys.stdout.write(f"         {one.advice}\n")
