"""Files of sessions: those of upload tests, and those that are attached. Bytes lie on disk by their hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from qarunner.access import Action
from qarunner.access.limits import ARTIFACTS
from qarunner.dialects.files import content_file
from qarunner.dialects.routes import RefusedError, allow
from qarunner.store.artifacts import record_contents
from qarunner.store.models import qatrack
from qarunner.store.types import LARGEST_NUMBER
from qarunner.store.upsert import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Blueprint, Response
    from sqlalchemy import Connection

    from qarunner.dialects.qatrack.rules.records import Upload
    from qarunner.dialects.spec import Services
    from qarunner.store.contents import ContentFiles, Staged
    from qarunner.store.engine import Store

_file = table_of(qatrack.Attachment)


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file that has arrived whole, and nobody has yet. `order`: place of its upload test; None when attached."""

    order: int | None
    name: str
    staged: Staged


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a session. `order`: place of its upload test; None when attached."""

    number: int
    name: str
    order: int | None


@contextmanager
def staged_files(
    contents: ContentFiles, uploads: Sequence[tuple[int, Upload]], attachments: Sequence[Upload]
) -> Iterator[list[StagedFile]]:
    """Write files to disk, outside of any write; what nobody has kept when the block ends is removed.

    :raises StorageFullError: the disk is full; nothing is left behind.
    """
    with ExitStack() as stack:
        wanted: list[tuple[int | None, Upload]] = [*uploads, *((None, one) for one in attachments)]
        yield [
            StagedFile(order, upload.filename, stack.enter_context(contents.stage([upload.content])))
            for order, upload in wanted
        ]


def record_files(
    connection: Connection, files: Sequence[StagedFile], session: Mapping[str, Any], tests: Mapping[int, int]
) -> list[KeptFile]:
    """Record files as a session's. `put_files` is the last step of the same write.

    :param session: columns of its list instance. :param tests: numbers of its test instances by their places.
    """
    if not files:
        return []
    record_contents(connection, [file.staged for file in files])
    kept = []
    for file in files:
        row = {
            "list_instance": session["id"],
            "test_instance": None if file.order is None else tests[file.order],
            "label": file.name,
            "comment": "",
            "content": file.staged.sha256,
            "size": file.staged.size,
            "created": session["modified"],
            "created_by": session["modified_by"],
        }
        number = connection.execute(insert(_file).returning(_file.c.id), row).scalar_one()
        kept.append(KeptFile(number, file.name, file.order))
    return kept


def put_files(store: Store, files: Sequence[StagedFile]) -> None:
    """Give the bytes their names."""
    for file in files:
        store.contents.put(file.staged)


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.get("/api/attachments/files/<int:number>/<name>")
    @allow(Action.SEE_RESULTS, limit=ARTIFACTS)
    def attachment_file(number: int, name: str) -> Response:
        """Send a file to whoever may see results."""
        return sent_file(services, number, name)


def sent_file(services: Services, number: int, name: str) -> Response:
    """Send a file. :param number: of the attachment. :param name: its name, which must be that one's.

    :raises RefusedError: 404, there is none.
    """
    query: Any = select(_file.c.content).where(_file.c.id == min(number, LARGEST_NUMBER), _file.c.label == name)
    with services.store.read() as connection:
        found = connection.execute(query).scalar()
    if found is None:
        raise RefusedError(404, f"there is no file {name[:80]!r} with the number {number}")
    return content_file(services, found, name)
