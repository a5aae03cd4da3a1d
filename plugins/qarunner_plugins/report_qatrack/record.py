"""What is known about the lists of a run, kept in the run directory: what was sent, and what the server said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from qarunner import write_whole

FILE = "qatrack.json"
State = Literal["sent", "rejected", "pending"]


class ListRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One list of a run on one unit. `lines` and `fails` are what the terminal was told."""

    unit: str
    list: str
    state: State
    problem: str = ""
    url: str = ""
    site_url: str = ""
    user_key: str = ""
    verdicts: dict[str, str] = {}
    lines: tuple[str, ...] = ()
    fails: str = ""
    body: dict[str, Any] | None = None
    """What was sent, or would be; of attachments only the names."""


def read_records(folder: Path) -> dict[tuple[str, str], ListRecord]:
    """Return the records by unit and list; none when there is no file, or it is damaged."""
    try:
        records = msgspec.json.decode((folder / FILE).read_bytes(), type=list[ListRecord])
    except (OSError, msgspec.DecodeError):
        return {}
    return {(record.unit, record.list): record for record in records}


def write_records(folder: Path, records: Mapping[tuple[str, str], ListRecord]) -> None:
    """Keep the records.

    :raises OSError: the folder is gone, the disk is full, ...
    """
    write_whole(folder / FILE, msgspec.json.format(msgspec.json.encode(list(records.values()))))


def without_files(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without the content of its files, which lie in the run directory."""
    tests = {
        macro: {**entry, "value": "..."} if "filename" in entry else entry for macro, entry in body["tests"].items()
    }
    return {**body, "tests": tests, "attachments": [file["filename"] for file in body["attachments"]]}
