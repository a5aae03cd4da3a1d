"""Changes a session: what the body does not have stays, composites are worked out again, and review begins anew."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from qarunner.dialects.qatrack.rules.cycles import FIELD as DAY
from qarunner.dialects.qatrack.rules.records import Problem
from qarunner.dialects.qatrack.rules.texts import OTHER_COLLECTION, OTHER_DAY, RESULTS_TOO_LATE
from qarunner.dialects.qatrack.rules.work_times import ABSENT, WorkTimes
from qarunner.dialects.qatrack.sessions.fields import COLLECTION, OURS, Before, Fields, read_fields
from qarunner.dialects.qatrack.sessions.files import staged_files
from qarunner.dialects.qatrack.sessions.judging import Setting, judge, refused, uploads_of
from qarunner.dialects.qatrack.sessions.rewriting import SessionChangedError, write_change
from qarunner.dialects.qatrack.sessions.rows import list_columns
from qarunner.dialects.qatrack.sessions.stored import StoredSession, read_session, session_columns
from qarunner.dialects.qatrack.sessions.writing import ATTEMPTS, DefinitionChangedError, Draft, Written
from qarunner.dialects.routes import RefusedError
from qarunner.store.clock import now
from qarunner.store.errors import StoreBusyError
from qarunner.store.types import LARGEST_NUMBER

if TYPE_CHECKING:
    from qarunner.access import Identity
    from qarunner.dialects.qatrack.sessions.definition import Definition
    from qarunner.dialects.qatrack.sessions.definitions import Desk

TICK = timedelta(microseconds=1)
TURNS = 64
"""Sessions that can be changed at the same time: of one session, changes wait for each other."""


class Changer:
    """Changes sessions. Safe for threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns = [threading.Lock() for _ in range(TURNS)]

    def change(self, number: int, body: Mapping[str, Any], identity: Identity) -> Written:
        """Change a session as a body says.

        :raises RefusedError: 404, there is none. :raises RefusedFieldsError: says all that is to be mended; nothing is
            changed then.
        """
        with self._turns[number % TURNS]:  # who changes a session through another process still gets in between
            return self._change_in_turn(number, body, identity)

    def _change_in_turn(self, number: int, body: Mapping[str, Any], identity: Identity) -> Written:
        for _attempt in range(ATTEMPTS):
            definition, stored = self._read(number)
            try:
                return self._change(definition, stored, body, identity)
            except DefinitionChangedError:
                self._desk.definitions.forget()
            except SessionChangedError:
                continue
        raise StoreBusyError(f"others keep changing session {number}", "Try again.")

    def _read(self, number: int) -> tuple[Definition, StoredSession]:
        with self._desk.store.read() as connection:
            columns = session_columns(connection, number) if number <= LARGEST_NUMBER else None
        definition = self._desk.definitions.of(columns["collection"]) if columns else None
        if columns is None or definition is None:
            raise RefusedError(404, "Not found.")
        with self._desk.store.read() as connection:
            return definition, read_session(connection, columns, definition)

    def _change(
        self, definition: Definition, stored: StoredSession, body: Mapping[str, Any], identity: Identity
    ) -> Written:
        before = stored.columns
        fields = self._fields(stored, body)
        setting = self._setting(definition, stored, identity)
        members = [test.member for test in stored.tests]
        previous = {test.member.test.macro: test.entry for test in stored.tests}
        said = fields.comment or ("earlier" if stored.commented else "")
        judgement = judge(members, fields, definition.statuses, setting, previous, list_comment=said)
        results = _results(stored, fields)
        moment = max(now(), before["modified"] + TICK)  # by it others see that the session is another one
        changes = list_columns(fields, judgement, identity.user_id, moment)
        changes["results_due"] = not fields.in_progress and any(results)
        session = {**before, **changes}
        draft = Draft(session=session, judgement=judgement, results=results, comment=fields.comment)
        with staged_files(self._desk.store.contents, uploads_of(judgement), fields.attachments) as files:
            return write_change(self._desk, definition, stored, draft, files, identity.user)

    def _fields(self, stored: StoredSession, body: Mapping[str, Any]) -> Fields:
        columns, zone = stored.columns, self._desk.zone
        before = Before(
            times=WorkTimes(*(columns[name].astimezone(zone) for name in ("work_started", "work_completed"))),
            in_progress=columns["in_progress"],
            include_for_scheduling=columns["include_for_scheduling"],
            user_key=columns["user_key"],
        )
        fields = read_fields(body, now=now(), zone=zone, before=before)
        if not isinstance(fields, Fields):
            raise refused(*fields)
        problems = []
        if fields.collection not in (None, columns["collection"]):
            problems.append(Problem(OTHER_COLLECTION, COLLECTION))
        if fields.day not in (ABSENT, None, columns["day"]):
            problems.append(Problem(OTHER_DAY, DAY))
        if fields.results is not None and not columns["in_progress"]:
            problems.append(Problem(RESULTS_TOO_LATE, OURS))
        if problems:
            raise refused(*problems)
        return fields

    def _setting(self, definition: Definition, stored: StoredSession, identity: Identity) -> Setting:
        number, day = stored.columns["test_list"], stored.columns["day"]
        names = {listed.number: listed.name for listed in definition.days}
        return Setting(
            list_number=number,
            list_name=names.get(number, ""),
            unit_number=definition.unit_number,
            day=day,
            user=identity.user,
            zone=self._desk.zone,
        )


def _results(stored: StoredSession, fields: Fields) -> Sequence[str]:
    if fields.results is None:
        return [test.result for test in stored.tests]
    return [fields.results.get(test.member.test.macro, "") for test in stored.tests]
