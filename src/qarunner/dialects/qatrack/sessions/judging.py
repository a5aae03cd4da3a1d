"""Judges what was sent by the rules: each test's value, verdict and status of review, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.problems import RefusedFieldsError
from qarunner.dialects.qatrack.rules.dates import written
from qarunner.dialects.qatrack.rules.evaluation import evaluate
from qarunner.dialects.qatrack.rules.records import PassFail, Problem, Refusal, Submission, error_body
from qarunner.dialects.qatrack.rules.review import Status, review_status
from qarunner.dialects.qatrack.rules.texts import NO_STATUS, NOTHING_THERE
from qarunner.dialects.qatrack.sessions.definition import Member, rules_of
from qarunner.dialects.qatrack.sessions.fields import STATUS

if TYPE_CHECKING:
    from datetime import tzinfo

    from qarunner.dialects.qatrack.rules.records import Entry, EvaluatedTest, Upload
    from qarunner.dialects.qatrack.sessions.definition import Statuses
    from qarunner.dialects.qatrack.sessions.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A test of a session."""

    member: Member
    entry: EvaluatedTest
    pass_fail: PassFail
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A session that can be stored, its tests in order."""

    tests: tuple[Judged, ...]
    flagged: bool
    chosen: Status | None
    """The status that the client chose for all."""
    ignored: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What procedures may look up beside the values, as ``META``."""

    list_number: int
    list_name: str
    unit_number: int
    day: int
    user: str
    zone: tzinfo

    def meta(self, fields: Fields) -> Mapping[str, str | float | None]:
        """Return it by the original's names."""
        return {
            "test_list_id": self.list_number,
            "test_list_name": self.list_name,
            "unit_number": self.unit_number,
            "cycle_day": self.day + 1,
            "work_started": written(fields.times.started, self.zone),
            "work_completed": written(fields.times.completed, self.zone),
            "username": self.user,
        }


def judge(
    members: Sequence[Member],
    fields: Fields,
    statuses: Statuses,
    setting: Setting,
    previous: Mapping[str, Entry] | None = None,
    *,
    list_comment: str = "",
) -> Judgement:
    """Judge the tests of a session.

    :param previous: what is stored of each macro, where the session is changed.
    :param list_comment: what anybody says of the session, which a person should read.
    :raises RefusedFieldsError: says all that is to be mended.
    """
    chosen = chosen_status(fields, statuses)
    submission = Submission(
        tests=fields.tests,
        in_progress=fields.in_progress,
        previous=previous,
        zone=setting.zone,
        meta=setting.meta(fields),
    )
    found = evaluate(rules_of(tuple(members)), submission)
    if isinstance(found, Refusal):
        raise RefusedFieldsError(found.body())
    if statuses.default is None:
        raise refused(Problem(NO_STATUS))
    tests = []
    for member, entry in zip(members, found.tests, strict=True):
        verdict = _verdict(entry)
        status = review_status(
            verdict,
            default=statuses.default,
            chosen=chosen,
            rules=member.review,
            comment=entry.comment,
            list_comment=list_comment,
            skipped=entry.skipped,
        )
        tests.append(Judged(member=member, entry=entry, pass_fail=verdict, status=status))
    return Judgement(
        tests=tuple(tests), flagged=found.flagged, chosen=chosen, ignored=found.ignored, notices=found.notices
    )


def uploads_of(judgement: Judgement) -> list[tuple[int, Upload]]:
    """Return the files that came for upload tests, with the places of those."""
    return [(order, test.entry.upload) for order, test in enumerate(judgement.tests) if test.entry.upload is not None]


def chosen_status(fields: Fields, statuses: Statuses) -> Status | None:
    """Return the status that the client chose.

    :raises RefusedFieldsError: there is no such one.
    """
    if fields.status is None:
        return None
    found = statuses.known.get(fields.status)
    if found is None:
        raise refused(Problem(NOTHING_THERE, STATUS))
    return found


def _verdict(entry: EvaluatedTest) -> PassFail:
    # The file is the value, although it has no number before it is stored.
    return PassFail.NO_TOL if entry.upload is not None and not entry.skipped else entry.pass_fail


def refused(*problems: Problem) -> RefusedFieldsError:
    """Return what ends the request with these problems, by their fields."""
    return RefusedFieldsError(error_body(problems))
