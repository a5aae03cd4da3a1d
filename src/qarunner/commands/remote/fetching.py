"""Brings home what came of a job: jUnit XML, and the artifacts of each result in a folder of its own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
import requests

from qarunner.commands.remote.answers import Artifact, Artifacts, Page, Row, Whole
from qarunner.commands.remote.client import API, PATIENCE, STBT, Question
from qarunner.commands.terminal import note
from qarunner.errors import QarunnerError
from qarunner.outbox.files import write_whole
from qarunner.results import RESULT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import Response

    from qarunner.commands.remote.answers import Job
    from qarunner.commands.remote.client import Server

MOST_IN_JUNIT = 2000
ON_A_PAGE = 500
CHUNK = 256 * 1024
LONGEST_NAME = 60


def results_of(server: Server, job: Job) -> Iterator[Row]:
    """Give the results of a job, the oldest first."""
    query = {"filter": _of(job), "sort": "date:asc", "limit": ON_A_PAGE}
    page = server.ask(Page, "GET", f"{API}/results", query=query, patience=PATIENCE)
    while True:
        yield from page.results
        if page.next is None:
            return
        query["after"] = page.next
        page = server.ask(Page, "GET", f"{API}/results", query=query, patience=PATIENCE)


def fetch_junit(server: Server, job: Job, results: int, path: Path) -> None:
    """Write the results of a job as jUnit XML.

    :param results: how many there are.
    :raises OSError: the file cannot be written.
    """
    query = {"filter": _of(job), "sort": "date:desc" if results > MOST_IN_JUNIT else "date:asc", "include_tz": "true"}
    text = server.take(lambda answer: answer.content, Question("GET", f"{STBT}/results.xml", query=query), PATIENCE)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    if results > MOST_IN_JUNIT:
        note(f"{path} has the newest {MOST_IN_JUNIT} of {results} results")


def fetch_artifacts(server: Server, row: Row, folder: Path) -> int:
    """Write the record and the files of a result into a folder of its own below `folder`; return how many files.

    What is there already is not fetched again.

    :raises QarunnerError: the server does not give them. :raises OSError: they cannot be written.
    """
    own = folder / folder_name(row)
    own.mkdir(parents=True, exist_ok=True)
    path = f"{API}/results/{quote(row.id, safe='')}"
    record = server.ask(Whole, "GET", path, patience=PATIENCE).result
    write_whole(own / RESULT_FILE, msgspec.json.encode(record))
    fetched = 0
    for artifact in server.ask(Artifacts, "GET", f"{path}/artifacts", patience=PATIENCE).artifacts:
        place = inside(own, artifact.path)
        if place is None or artifact.sha256 is None:
            why = "its bytes never came to the server" if place else "its name leads elsewhere"
            note(f"{own.name}: {artifact.path!r} is left out: {why}")
            continue
        if not _is_there(place, artifact):
            question = Question("GET", f"{path}/artifacts/{quote(artifact.path)}")
            _fetch(server, question, place, artifact)
        fetched += 1
    return fetched


def folder_name(row: Row) -> str:
    """Return ``2026-11-22_10-31-05.123-1a2b3c4d-test_opens``: sorts by time, unique, safe on every file system."""
    name = re.sub(r"[^A-Za-z0-9_.]+", "-", row.testcase.rpartition("::")[2])[:LONGEST_NAME].strip("-.")
    unique = re.sub(r"[^A-Za-z0-9]", "", row.id)[-8:]
    milliseconds = row.started.microsecond // 1000
    return f"{row.started:%Y-%m-%d_%H-%M-%S}.{milliseconds:03d}-{unique}-{name}".rstrip("-")


def inside(folder: Path, path: str) -> Path | None:
    """Return where a file with this name belongs, or None where the name leads out of the folder."""
    parts = path.split("/")
    if any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts) or parts == [RESULT_FILE]:
        return None
    place = folder.joinpath(*parts)
    return place if place.resolve().is_relative_to(folder.resolve()) else None


def _fetch(server: Server, question: Question, place: Path, artifact: Artifact) -> None:
    """Write a file, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{place.name[:80]}.{os.getpid()}.part")
    try:
        server.take(lambda answer: _copy(answer, unfinished, artifact), question, PATIENCE)
        unfinished.replace(place)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _copy(answer: Response, path: Path, artifact: Artifact) -> None:
    sha256 = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in answer.iter_content(CHUNK):
            sha256.update(chunk)
            file.write(chunk)
    if sha256.hexdigest() != artifact.sha256:
        if path.stat().st_size < artifact.size:  # the connection broke off, and nobody noticed
            raise requests.ConnectionError(f"{artifact.path} broke off")
        raise QarunnerError(f"the bytes of {artifact.path} are not those that the server announced", "Fetch them again")


def _is_there(place: Path, artifact: Artifact) -> bool:
    try:
        if place.is_symlink() or place.stat().st_size != artifact.size:
            return False
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == artifact.sha256
    except OSError:
        return False


def _of(job: Job) -> str:
    return f'job:"{job.uid}"'
