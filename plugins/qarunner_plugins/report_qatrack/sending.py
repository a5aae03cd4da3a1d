"""One run on its way: its lists one after the other, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from qarunner import DeliveryRejectedError, DeliveryStoppedError, SentRun

from .body import body_of, fill_in
from .connection import Connection
from .definitions import Definitions
from .posting import post
from .record import ListRecord, read_records, without_files, write_records
from .telling import few_of, lines_of
from .troubles import is_away, worst_of
from .values import found_in
from .verdicts import failing

if TYPE_CHECKING:
    from qarunner import Result, Run

    from .options import Settings


class Sending:
    """Sends the lists of one run over one connection."""

    def __init__(self, settings: Settings, run: Run, folder: Path) -> None:
        self._settings = settings
        self._run = run
        self._folder = folder
        self._connection = Connection(settings)
        self._definitions = Definitions(self._connection)
        self._records = read_records(folder)
        self._troubles: dict[str, Exception] = {}
        self._away: Exception | None = None

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def send(self, node: str, name: str, results: Sequence[Result]) -> None:
        """Send one list, unless it is there; whatever goes wrong with it is kept, and the next one has its turn."""
        unit = self._settings.unit_of(node)
        record = self._records.get((str(unit), name)) or ListRecord(unit=str(unit), list=name, state="pending")
        if record.state == "sent":
            return
        if self._away is not None:  # it would say the same of every list
            self._keep_trouble(record, self._away)
            return
        try:
            self._keep(self._send(unit, record, results))
        except Exception as error:  # noqa: BLE001 - sorted out by `worst_of`
            self._away = error if is_away(error) else None
            self._keep_trouble(self._records.get((record.unit, name), record), error)

    def _keep_trouble(self, record: ListRecord, error: Exception) -> None:
        self._troubles[record.list] = error
        state = "rejected" if isinstance(error, DeliveryRejectedError) else "pending"
        self._keep(msgspec.structs.replace(record, state=state, problem=str(error)))

    def _send(self, wanted: int | str, record: ListRecord, results: Sequence[Result]) -> ListRecord:
        options = self._settings.options
        unit = self._definitions.unit(wanted)
        macros = {macro for one in found_in(results) for macro in one.macros}
        definition = self._definitions.look_up(unit, record.list, macros)
        mapped = fill_in(definition, results, self._folder, options.file_limit)
        if options.strict and mapped.unmapped:
            problem = f"it has no tests for {few_of(mapped.unmapped)}, and strict is set"
            raise DeliveryStoppedError(problem, "Add them in QATrack+ (`qarunner qatrack plan` says how).")
        body = body_of(self._run, definition, results, mapped, self._folder, self._settings)
        record = msgspec.structs.replace(record, user_key=body["user_key"], body=without_files(body))
        self._keep(record)  # what is about to be sent, should this process end
        posted = post(self._connection, definition, body)
        bad = failing(posted.verdicts, mapped.found, options.fail_on)
        return msgspec.structs.replace(
            record,
            state="sent",
            problem="",
            url=posted.instance.url,
            site_url=posted.instance.site_url,
            verdicts=posted.verdicts,
            lines=tuple(lines_of(definition, mapped, posted, body, self._settings)),
            fails=f"{record.list}: {', '.join(bad)}" if bad else "",
            body=without_files(body),
        )

    def _keep(self, record: ListRecord) -> None:
        self._records[record.unit, record.list] = record
        write_records(self._folder, self._records)

    def outcome(self) -> SentRun:
        """Return what became of the run."""
        records = list(self._records.values())
        fails = "; ".join(record.fails for record in records if record.fails)
        fail_on = self._settings.options.fail_on
        return SentRun(
            where=next((record.site_url or record.url for record in records if record.url), ""),
            lines=[line for record in records for line in record.lines],
            fails=f'qatrack: fails the run (fail_on = "{fail_on}"): {fails}' if fails else "",
            trouble=worst_of(self._troubles),
        )
