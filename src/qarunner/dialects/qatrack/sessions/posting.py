"""A new session: from the body to what was stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qarunner.dialects.qatrack.problems import RefusedFieldsError
from qarunner.dialects.qatrack.rules.cycles import read_day
from qarunner.dialects.qatrack.rules.records import NO_FIELD, Problem, error_body
from qarunner.dialects.qatrack.rules.texts import NOTHING_THERE
from qarunner.dialects.qatrack.rules.user_keys import FIELD as USER_KEY
from qarunner.dialects.qatrack.rules.user_keys import TAKEN, read_user_key
from qarunner.dialects.qatrack.sessions.fields import COLLECTION, Fields, read_fields
from qarunner.dialects.qatrack.sessions.files import staged_files
from qarunner.dialects.qatrack.sessions.judging import Setting, chosen_status, judge, refused, uploads_of
from qarunner.dialects.qatrack.sessions.naming import results_of
from qarunner.dialects.qatrack.sessions.rows import list_columns
from qarunner.dialects.qatrack.sessions.writing import ATTEMPTS, DefinitionChangedError, Draft, Written, write_new
from qarunner.dialects.routes import RefusedError
from qarunner.store.clock import now
from qarunner.store.errors import StoreBusyError
from qarunner.store.models import Job, qatrack

if TYPE_CHECKING:
    from qarunner.access import Identity
    from qarunner.dialects.qatrack.sessions.definition import Definition
    from qarunner.dialects.qatrack.sessions.definitions import Desk


class Poster:
    """Stores new sessions. Safe for threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def post(self, body: Mapping[str, Any], identity: Identity) -> Written:
        """Store a session as its body says.

        :raises RefusedFieldsError: says all that is to be mended; nothing is stored then.
        """
        for _attempt in range(ATTEMPTS):
            try:
                return self._post(body, identity)
            except DefinitionChangedError:
                self._desk.definitions.forget()
            except RefusedFieldsError as refusal:
                raise self._with_taken_key(refusal, body) from None
        raise StoreBusyError("the definitions of the list keep changing", "Try again when nobody edits them.")

    def _post(self, body: Mapping[str, Any], identity: Identity) -> Written:
        fields, definition = self._read(body)
        self._check_job(identity, definition)
        day = read_day(fields.day, days=len(definition.days), cycle=definition.cycle)
        if isinstance(day, Problem):
            raise refused(day)
        listed = definition.days[day]
        setting = Setting(
            list_number=listed.number,
            list_name=listed.name,
            unit_number=definition.unit_number,
            day=day,
            user=identity.user,
            zone=self._desk.zone,
        )
        judgement = judge(listed.members, fields, definition.statuses, setting, list_comment=fields.comment)
        results = results_of(judgement.tests, fields.results)
        moment = now()
        session = list_columns(fields, judgement, identity.user_id, moment) | {
            "collection": definition.collection,
            "test_list": listed.number,
            "day": day,
            "created": moment,
            "created_by": identity.user_id,
            "results_due": not fields.in_progress and any(results),
        }
        draft = Draft(session=session, judgement=judgement, results=results, comment=fields.comment)
        with staged_files(self._desk.store.contents, uploads_of(judgement), fields.attachments) as files:
            return write_new(self._desk, definition, draft, files)

    def _read(self, body: Mapping[str, Any]) -> tuple[Fields, Definition]:
        """Read what needs no rules of the list; all that is wrong with it is told at once."""
        fields = read_fields(body, now=now(), zone=self._desk.zone)
        if not isinstance(fields, Fields):
            raise refused(*fields)
        assert fields.collection is not None, "it is required"
        definition = self._desk.definitions.of(fields.collection)
        if definition is None:
            raise refused(Problem(NOTHING_THERE, COLLECTION))
        chosen_status(fields, definition.statuses)
        return fields, definition

    def _check_job(self, identity: Identity, definition: Definition) -> None:
        """Refuse a job's token where the unit is not the node that the job runs on."""
        if identity.job is None:
            return
        with self._desk.store.read() as connection:
            node = connection.execute(select(Job.node).where(Job.uid == identity.job)).scalar()
        if not definition.node or node != definition.node:
            raise RefusedError(403, f"job {identity.job} runs on node {node}, which this unit is not")

    def _with_taken_key(self, refusal: RefusedFieldsError, body: Mapping[str, Any]) -> RefusedFieldsError:
        """Say that the key is taken before anything that is wrong with the list: such a session was stored before.

        A client that sends a session again must hear that, also when the list has got another test meanwhile.
        """
        key = read_user_key(body.get(USER_KEY))
        if USER_KEY in refusal.errors or not isinstance(key, str):
            return refusal
        query = select(qatrack.ListInstance.id).where(qatrack.ListInstance.user_key == key)
        with self._desk.store.read() as connection:
            if connection.execute(query).first() is None:
                return refusal
        kept = {name: told for name, told in refusal.errors.items() if name not in (NO_FIELD, "tests")}
        return RefusedFieldsError(kept | error_body((TAKEN,)))
