"""What the terminal says of a list that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .verdicts import invisible, opinion_lines

if TYPE_CHECKING:
    from .definitions import Definition
    from .options import Settings
    from .posting import Posted
    from .values import Found, Mapped

MANY_TESTS = 250
"""Of a list, where QATrack+ itself draws the line."""
MINUTE = 60.0
MOST_NAMES = 10


def lines_of(
    definition: Definition, mapped: Mapped, posted: Posted, body: dict[str, Any], settings: Settings
) -> Iterator[str]:
    """Yield where the list is, the server's verdicts beside ours, and what a person should mend."""
    where = posted.instance.site_url or posted.instance.url
    was = " (was there already)" if posted.again else ""
    yield f"qatrack: {definition.collection.name} on {definition.unit.name}{was}: {where}"
    yield from opinion_lines(posted.verdicts, mapped.found)
    if hidden := invisible(posted.verdicts, mapped.found):
        yield f"  NO FAILURE THERE: {', '.join(hidden)} failed; give the test the reference 1 (Yes) on this unit"
    if mapped.unmapped:
        told = "unmapped.json and the comment have" if settings.options.comments else "unmapped.json has"
        yield f"  the list has no tests for {few_of(mapped.unmapped)}; {told} the values"
    if posted.ignored:
        yield f"  the server took nothing for {', '.join(posted.ignored)}"
    if len(definition.tests) > MANY_TESTS:
        yield f"  the list has {len(definition.tests)} tests; markers `qa_list` can split it"
    if not posted.again and (problem := _zone_problem(posted.instance.work_started, body["work_started"], settings)):
        yield f"  {problem}"


def few_of(unmapped: Sequence[Found]) -> str:
    """Return the names of what a list has no tests for, not all of many."""
    names = [one.macros[-1] for one in unmapped]
    rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + rest


def _zone_problem(shown: str | None, sent: str, settings: Settings) -> str:
    """Return what is wrong with the times, when the server took them for others than were meant."""
    try:
        understood, naive = datetime.fromisoformat(shown or ""), datetime.fromisoformat(sent)
    except ValueError:
        return ""
    if understood.tzinfo is None:
        return ""
    meant = naive.replace(tzinfo=settings.zone) if settings.zone else naive.astimezone()
    wrong = (understood - meant).total_seconds()
    if abs(wrong) < MINUTE:
        return ""
    return f"the server takes the times for {wrong / 3600:+g} h: set time_zone to its own, which is UTC{understood:%z}"
