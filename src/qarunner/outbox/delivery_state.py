"""What is known about the delivery of a result to a reporter, kept beside the result so that it outlives the process.

``<result folder>/.delivery/<reporter>.json`` is the state of one result at one reporter; none means that delivery has
not been tried yet. ``<run directory>/.delivery/plan.json`` says to which reporters the results of the run are to go:
a reporter that is configured later does not get the results of earlier runs by itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import msgspec

from qarunner.outbox.files import write_whole
from qarunner.results import Record, from_json, to_json

FOLDER = ".delivery"
PLAN_FILE = "plan.json"

State = Literal["pending", "sent", "rejected"]


class Delivery(Record, kw_only=True, frozen=True):
    """The state of one result (or of a whole run) at one reporter."""

    reporter: str
    state: State = "pending"
    answer: str = ""
    """sent: where it can be seen. rejected: why."""
    attempts: int = 0
    updated: datetime | None = None
    next_time: datetime | None = None
    """Not to be tried again before this time, while it is pending and the process that tries lives."""
    last_error: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing more will be done about it."""
        return self.state != "pending"


class Plan(Record, kw_only=True, frozen=True):
    """To which reporters a run goes."""

    reporters: tuple[str, ...] = ()
    complete: bool = False
    """Everything is settled; nobody needs to look into this run again."""


def read_delivery(folder: Path, reporter: str) -> Delivery:
    """Return the state of the result (or run) in `folder`; a missing or damaged file means pending."""
    try:
        return from_json(Delivery, _path(folder, reporter).read_bytes())
    except (OSError, ValueError):
        return Delivery(reporter=reporter)


def write_delivery(folder: Path, delivery: Delivery) -> None:
    """Keep a state.

    :raises OSError: the folder is gone, the disk is full, ...
    """
    path = _path(folder, delivery.reporter)
    with contextlib.suppress(FileExistsError):
        path.parent.mkdir()
    write_whole(path, to_json(msgspec.structs.replace(delivery, updated=datetime.now(UTC))))


def read_plan(run_folder: Path) -> Plan:
    """Return the plan of a run; a missing or damaged one names no reporter."""
    try:
        return from_json(Plan, (run_folder / FOLDER / PLAN_FILE).read_bytes())
    except (OSError, ValueError):
        return Plan()


def write_plan(run_folder: Path, plan: Plan) -> None:
    """Keep the plan of a run.

    :raises OSError: the folder is gone, the disk is full, ...
    """
    (run_folder / FOLDER).mkdir(exist_ok=True)
    write_whole(run_folder / FOLDER / PLAN_FILE, to_json(plan))


def add_to_plan(run_folder: Path, reporters: Iterable[str]) -> None:
    """Say that a run is to go to these reporters too."""
    known = read_plan(run_folder).reporters
    write_plan(run_folder, Plan(reporters=tuple(dict.fromkeys([*known, *reporters]))))


@contextlib.contextmanager
def delivery_lock(run_folder: Path) -> Iterator[bool]:
    """Hold the right to deliver the results of a run; gives False when another process has it.

    It ends with the process. On a file system that knows no locks everybody gets it: receivers know a result by its id.
    """
    (run_folder / FOLDER).mkdir(exist_ok=True)
    descriptor = os.open(run_folder / FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        held = True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = False
        except OSError:
            pass
        yield held
    finally:
        os.close(descriptor)


def _path(folder: Path, reporter: str) -> Path:
    return folder / FOLDER / f"{quote(reporter, safe='')}.json"
