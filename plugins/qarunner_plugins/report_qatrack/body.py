"""The body of one list instance: what is posted for one run, unit and list."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .attachments import attach, uploads
from .composites import uncalculated
from .values import Found, Mapped, facts_for, found_in, map_onto, skipped

if TYPE_CHECKING:
    from qarunner import Result, Run

    from .definitions import Definition
    from .options import Settings

LONGEST_KEY = 255
NEEDS_MORE = "not calculated: something it needs has no value"
MOST_LINES = 100


def user_key(run: Run, unit: int, name: str) -> str:
    """Return the key by which a server knows the list of a run on a unit again; it never changes."""
    key = f"{run.id}:{unit}:{name}"
    if len(key) <= LONGEST_KEY:
        return key
    digits = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{key[: LONGEST_KEY - len(digits) - 1]}:{digits}"


def fill_in(definition: Definition, results: Sequence[Result], folder: Path, limit: int) -> Mapped:
    """Return the tests of a list with what the results say about them."""
    mapped = map_onto(found_in(results), definition.tests, facts_for(results))
    wanted = [macro for macro, test in definition.tests.items() if test.type == "upload"]
    for macro, entry in uploads(mapped.found, wanted, folder, limit).items():
        mapped.tests[macro] = entry
        mapped.not_run.remove(macro)
    empty = [macro for macro, entry in mapped.tests.items() if entry.get("skipped")]
    mapped.tests |= {macro: skipped(NEEDS_MORE) for macro in uncalculated(definition.tests, empty)}
    return mapped


def body_of(
    run: Run, definition: Definition, results: Sequence[Result], mapped: Mapped, folder: Path, settings: Settings
) -> dict[str, Any]:
    """Return the body; ``qarunner`` is a key that only our own server knows: which result stands behind each test."""
    options = settings.options
    started = min(result.started for result in results)
    ended = max(result.started + timedelta(seconds=result.duration) for result in results)
    attached = attach(mapped.found, mapped.unmapped, folder, options)
    body: dict[str, Any] = {
        "unit_test_collection": definition.collection.url,
        "user_key": user_key(run, definition.unit.number, definition.collection.name),
        "work_started": settings.local(started),
        # Two equal times would be moved a minute apart.
        "work_completed": settings.local(max(ended, started + timedelta(milliseconds=1))),
        "in_progress": False,
        "include_for_scheduling": _scheduled(options.scheduling, mapped),
        "tests": mapped.tests,
        "attachments": attached.files,
        "qarunner": {"results": mapped.results},
    }
    if options.comments:
        body["comment"] = "\n".join(_comment(run, results, mapped, attached.left, list(definition.tests)))
    if definition.day is not None:
        body["day"] = definition.day
    return body


def _scheduled(scheduling: str, mapped: Mapped) -> bool:
    """Whether it counts as the list having been done: not a part of it, and not a repetition."""
    repeated = any(found.result.attempt > 1 for found in mapped.found.values())
    return scheduling == "always" or (scheduling == "complete" and not mapped.not_run and not repeated)


def _comment(
    run: Run, results: Sequence[Result], mapped: Mapped, left: Sequence[str], macros: Sequence[str]
) -> list[str]:
    about = [f"qarunner run {run.id} on {run.node}", run.revision and f"test pack {run.revision[:12]}"]
    about += [run.user and f"by {run.user}", run.category]
    lines = [", ".join(filter(None, about))]
    facts = [f"{name} {value}" for name, value in facts_for(results).items() if name not in macros]
    lines += [f"device: {', '.join(facts)}"] if facts else []
    tags = [f"{name}={value}" if value else name for name, value in run.tags.items()]
    lines += [f"tags: {', '.join(tags)}"] if tags else []
    if mapped.unmapped:
        lines.append("The list has no tests for:")
        lines += [f"  {one.macros[-1]} = {_told(one)}" for one in mapped.unmapped[:MOST_LINES]]
        more = len(mapped.unmapped) - MOST_LINES
        lines += [f"  and {more} more, see unmapped.json"] if more > 0 else []
    return lines + list(left[:MOST_LINES])


def _told(one: Found) -> str:
    if one.value is None:
        return one.comment
    if one.measurement is None:
        return "; ".join(filter(None, (str(one.result.outcome), one.comment)))
    return f"{one.measurement.value:.6g} {one.measurement.unit}".strip()
