"""``qarunner doctor``: looks at this machine and says in plain words what works, what is missing, what installs it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.context import Context, context_of
from qarunner.commands.terminal import add_json, counted, painted, say, say_json
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.commands.findings import Finding

LOOKS = {"works": "green", "missing": "yellow", "broken": "red", "note": "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "node", nargs="?", metavar="NODE", help="look at this node thoroughly: open its drivers, wait for a picture"
    )
    add_json(parser)
    parser.epilog = "Ends with 1 when something is broken or missing that is needed."


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; 1 when something needed is missing or broken."""
    context = context_of(arguments)
    findings = []
    chapter = ""
    for finding in examine(context, arguments.node):
        findings.append(finding)
        if not arguments.json:
            if finding.chapter != chapter:
                chapter = finding.chapter
                say(painted(chapter, "bold"))
            _say(finding)
    trouble = list(dict.fromkeys(finding.check.subject for finding in findings if finding.is_trouble))
    if arguments.json:
        say_json([{"chapter": f.chapter, "needed": f.needed, "check": f.check} for f in findings])
    elif trouble:
        say(painted(f"\n{counted(len(trouble), 'thing')} to mend: {', '.join(trouble)}", "red"))
    else:
        say(painted("\nAll that is needed works.", "green"))
    return 1 if trouble else 0


def examine(context: Context, node: str | None) -> Iterator[Finding]:
    """Yield what is found, in the order in which it is looked at."""
    from qarunner.commands import node_checks
    from qarunner.commands.machine_checks import machine_checks
    from qarunner.runner.run_folder import RESULTS_FOLDER

    readable = node_checks.configuration_check(context)
    fixed = "" if readable.is_trouble else context.sources.get("results")
    yield from machine_checks(Path(fixed).absolute() if fixed else Path.cwd() / RESULTS_FOLDER)
    yield readable
    if readable.is_trouble:
        return
    offered = node_checks.all_offers(context)
    try:
        nodes = [node] if node else context.node_ids()
        used = node_checks.used_drivers(context.configuration_of(node) if node else context.configuration, nodes)
    except QarunnerError:  # a broken plugin offers nodes: it is named below
        nodes, used = [], set()
    yield from node_checks.plugin_checks(offered, used)
    for known in nodes:
        yield from node_checks.node_checks(context, known, thoroughly=node is not None)


def _say(finding: Finding) -> None:
    check = finding.check
    word = check.status if finding.needed or check.status in ("works", "note") else f"{check.status}, not needed"
    look = LOOKS[check.status] if finding.needed else LOOKS["works" if check.status == "works" else "note"]
    detail = f": {check.detail}" if check.detail else ""
    say(f"  {painted(word.ljust(8), look)} {check.subject}{detail}")
    for line in check.advice.splitlines():
        say(f"           {line.strip()}")
