"""Which results of the store the tests of a session stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.results import new_id

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.sessions.definition import Member
    from qarunner.dialects.qatrack.sessions.judging import Judged

INFORMATION = frozenset({Kind.CONSTANT, Kind.STRING, Kind.DATE, Kind.DATETIME})
"""Types of tests that say something of the others, such as a firmware's version, unless they have a tolerance."""


def results_of(tests: Sequence[Judged], named: Mapping[str, str] | None) -> list[str]:
    """Return the id of each test's result, empty for none.

    Where a reporter of ours names results, the others stand for none; of anybody else's session each test is a result
    of its own, but for those that only inform. :param named: ids by macro.
    """
    if named is not None:
        return [named.get(test.member.test.macro, "") for test in tests]
    return ["" if is_information(test.member) else new_id() for test in tests]


def is_information(member: Member) -> bool:
    """Whether a test only informs."""
    return member.test.kind in INFORMATION and member.tolerance is None
