"""Reporter ``terminal``: a short summary of the run, below what pytest prints itself."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from qarunner import Options, ReporterDescription, hookimpl

if TYPE_CHECKING:
    from qarunner import Result, Run

OUTCOMES = ("fail", "error", "skip", "pass")
COLOURS = {"fail": "31;1", "error": "35;1", "skip": "33", "pass": "32", "faint": "2", "strong": "1"}
MOST_PROBLEMS = 20
SLOWEST = 3
SLOW = 1.0
"""Seconds; faster testcases are not worth a line."""
MINUTE = 60
TWO_DIGITS = 10


class TerminalOptions(Options, frozen=True):
    """Options of the reporter."""

    width: Annotated[int, msgspec.Meta(ge=20, description="columns; the terminal's own without it")] | None = None
    colour: Annotated[bool | None, msgspec.Meta(description="only on a terminal without it")] = None


@hookimpl
def qa_reporters() -> Iterable[ReporterDescription]:
    """Offer the reporter."""
    yield ReporterDescription(
        name="terminal",
        summary="a short summary at the end of the run",
        open=TerminalReporter,
        options=TerminalOptions,
        on_by_default=True,
    )


class TerminalReporter:
    """Returns the summary as the lines to be shown."""

    def __init__(self, options: TerminalOptions | None = None) -> None:
        self._options = options or TerminalOptions()

    def finish(self, run: Run, results: Sequence[Result], folder: Path) -> str | None:
        """Return the summary; nothing is written."""
        width = self._options.width or shutil.get_terminal_size().columns
        colour = self._options.colour
        if colour is None:
            colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        return "\n".join(summary_lines(run, results, folder, width, colour=colour)) or None


def summary_lines(
    run: Run, results: Sequence[Result], folder: Path, width: int = 80, *, colour: bool = False
) -> list[str]:
    """Return the summary of a run: counts, what went wrong and where its evidence is, the slowest, the report.

    No line is wider than `width` columns, except paths: one that is cut would be of no use.
    """
    if not results:
        return []
    painter = _Painter(colour)
    counts = Counter(str(result.outcome or "running") for result in results)
    lines = [_headline(run, counts, painter)]
    problems = [result for kind in ("fail", "error") for result in results if result.outcome == kind]
    for result in problems[:MOST_PROBLEMS]:
        lines += _problem(result, folder, width, painter)
    if len(problems) > MOST_PROBLEMS:
        lines.append(painter("faint", f"and {len(problems) - MOST_PROBLEMS} more: see the report"))
    if slowest := [result for result in sorted(results, key=_by_duration) if result.duration >= SLOW][:SLOWEST]:
        told = ", ".join(f"{_seconds(result.duration)} {_short(result.testcase)}" for result in slowest)
        lines.append(painter("faint", _cut(f"slowest: {told}", width)))
    report = folder / "report.html"
    lines.append(f"report: {shown(report)}" if report.exists() else f"evidence: {shown(folder)}{os.sep}")
    return lines


def _headline(run: Run, counts: Counter[str], painter: _Painter) -> str:
    told = [painter(kind, f"{counts[kind]} {kind}") for kind in OUTCOMES if counts[kind]]
    told += [f"{counts['running']} not finished"] if counts["running"] else []
    where = f" on {run.node}" if run.node else ""
    return f"{', '.join(told)}{where}" + (f" in {_seconds(run.duration)}" if run.duration is not None else "")


def _problem(result: Result, folder: Path, width: int, painter: _Painter) -> Iterator[str]:
    outcome = str(result.outcome)
    attempt = f" (attempt {result.attempt})" if result.attempt > 1 else ""
    title = _cut(f"{_one_line(result.testcase)}{attempt}", width - len(outcome) - 1)
    yield f"{painter(outcome, outcome)} {painter('strong', title)}"
    failure = result.failure
    message = _one_line(failure.message or failure.kind) if failure else ""
    if message:
        yield f"  {_cut(message, width - 2)}"
    yield painter("faint", f"  {shown(folder / result.folder)}{os.sep}")


class _Painter:
    """Colours text, or does not."""

    def __init__(self, colour: bool) -> None:  # noqa: FBT001 - a painter is made in one place
        self._colour = colour

    def __call__(self, kind: str, text: str) -> str:
        return f"\x1b[{COLOURS[kind]}m{text}\x1b[0m" if self._colour and text else text


def shown(path: Path) -> str:
    """Return the path as a person here would type it: relative to the working directory when it lies below."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _one_line(text: str) -> str:
    """Return the first line without anything that would control the terminal."""
    first = text.strip().splitlines()[0] if text.strip() else ""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in first)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(width - 3, 0)]}..."


def _short(testcase: str) -> str:
    return _one_line(testcase.partition("::")[2] or testcase)


def _by_duration(result: Result) -> float:
    return -result.duration


def _seconds(duration: float) -> str:
    """Return a duration as a person reads it: 0.42 s, 12.3 s, 3 min 20 s, 2 h 5 min."""
    if duration < MINUTE:
        return f"{duration:.2f} s" if duration < TWO_DIGITS else f"{duration:.1f} s"
    minutes, seconds = divmod(round(duration), MINUTE)
    hours, rest = divmod(minutes, MINUTE)
    return f"{hours} h {rest} min" if hours else f"{minutes} min {seconds} s"
