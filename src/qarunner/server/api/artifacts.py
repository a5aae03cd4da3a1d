"""Takes artifacts in and gives them out, as streams.

What the store has already is not sent again, and what broke off goes on from where it stopped: a deliverer offers what
it has, and sends what is wanted.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from flask import Response, request

from qarunner.access import Action
from qarunner.access.limits import ARTIFACTS
from qarunner.dialects.bodies import body_chunks
from qarunner.dialects.endpoint import Answer, Body, Endpoint, Query
from qarunner.dialects.routes import RefusedError, caller
from qarunner.server.api.delivery import check_results
from qarunner.server.api.offers import offer
from qarunner.store.artifacts import artifacts_of, find_artifact, keep_artifact
from qarunner.store.contents import CHUNK, WrongContentError
from qarunner.store.lookup import number_of
from qarunner.store.names import artifact_name
from qarunner.store.uploads import Upload

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services
    from qarunner.store.contents import Staged

LARGEST_ARTIFACT = 16 * 1024**3
"""Bytes."""
MOST_OFFERS = 5000
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm", "text/plain")
"""What a browser may show in place; anything else is saved."""
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
Size = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_ARTIFACT)]


class Offer(Body, frozen=True):
    """A file that a deliverer has."""

    result: str
    """The result's id."""
    path: str
    """Relative to the result's folder, with forward slashes."""
    size: Size
    """Bytes."""
    sha256: Sha256


class Offers(Body, frozen=True):
    """Files that a deliverer has."""

    artifacts: Annotated[list[Offer], msgspec.Meta(max_length=MOST_OFFERS)]


class Wanted(Answer, frozen=True):
    """What to do about an offered file."""

    result: str
    path: str
    state: Literal["stored", "wanted", "unknown", "deleted", "refused"]
    """stored: nothing more to do. wanted: send it. unknown, deleted: there is no such result, or no more. refused: no
    artifact can have that name."""
    offset: int = 0
    """wanted: how many bytes have arrived before; send on from there."""


class WantedArtifacts(Answer, frozen=True):
    """What to do about the offered files, in the order in which they came."""

    artifacts: list[Wanted]


class Sending(Query, frozen=True):
    """How the bytes come: all at once, or, where `size` is given, from `offset` on in as many requests as it takes."""

    sha256: Sha256 | None = None
    """Of the whole file; refused if something else arrives."""
    offset: Size = 0
    size: Size | None = None
    """Bytes of the whole file."""


class Received(Answer, frozen=True):
    """How far a delivery is."""

    received: int
    """Bytes."""
    complete: bool
    sha256: str | None = None
    """Of the whole file, once it is complete."""


class ArtifactView(Answer, frozen=True):
    """A file of a result."""

    path: str
    size: int
    """Bytes."""
    sha256: str | None
    """None while its bytes have not been delivered."""


class ArtifactList(Answer, frozen=True):
    """The files of a result."""

    artifacts: list[ArtifactView]


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""
    store = services.store

    def offer_artifacts(body: Offers) -> WantedArtifacts:
        with store.read() as connection:
            check_results(connection, caller().job, [one.result for one in body.artifacts])
        states = offer(store, [(one.result, one.path, one.size, one.sha256) for one in body.artifacts])
        answers = []
        for one, state in zip(body.artifacts, states, strict=True):
            here = Upload(store.contents, one.result, one.path).size if state == "wanted" else 0
            # More than the file has is of another file of that name: it starts over.
            offset = here if here <= one.size else 0
            answers.append(Wanted(result=one.result, path=one.path, state=state, offset=offset))
        return WantedArtifacts(artifacts=answers)

    def put_artifact(result: str, artifact: str, query: Sending) -> Received:
        artifact_name(artifact)
        with store.read() as connection:
            number_of(connection, result)
            check_results(connection, caller().job, [result])
        if query.size is None and query.offset:
            raise RefusedError(400, "an offset needs the size of the whole file", place="query size")
        if query.size is None:
            with store.contents.stage(body_chunks(CHUNK), limit=LARGEST_ARTIFACT) as staged:
                return _keep(services, result, artifact, staged, query.sha256)
        return _go_on(services, result, artifact, query, query.size)

    def list_artifacts(result: str) -> ArtifactList:
        with store.read() as connection:
            found = artifacts_of(connection, number_of(connection, result))
        return ArtifactList(artifacts=[ArtifactView(path=e.path, size=e.size, sha256=e.sha256) for e in found])

    def get_artifact(result: str, artifact: str) -> Response:
        with store.read() as connection:
            entry = find_artifact(connection, result, artifact)
        assert entry.sha256 is not None
        kind = mimetypes.guess_type(artifact)[0] or "application/octet-stream"
        kind = "text/plain" if artifact.endswith(".log") else kind
        answer = Response(store.contents.read(entry.sha256), mimetype=kind if kind in SHOWN else None)
        if kind not in SHOWN:
            answer.mimetype = "application/octet-stream"
            answer.headers["Content-Disposition"] = "attachment"
        answer.content_length = entry.size
        answer.set_etag(entry.sha256)
        return _ranged(services, answer, entry.sha256, entry.size)

    yield Endpoint(
        "POST",
        "/artifacts",
        "Offer artifacts by their hashes; what the store has is taken from there, the answer says what to send",
        offer_artifacts,
        Action.DELIVER_RESULTS,
        answer=WantedArtifacts,
        body=Offers,
        statuses=(413, 415, 507),
    )
    yield Endpoint(
        "GET", "/results/{result}/artifacts", "The artifacts of a result", list_artifacts, Action.SEE_RESULTS,
        answer=ArtifactList, statuses=(404, 410),
    )  # fmt: skip
    yield Endpoint(
        "PUT",
        "/results/{result}/artifacts/{artifact}",
        "Send an artifact, or go on with one",
        put_artifact,
        Action.DELIVER_RESULTS,
        answer=Received,
        query=Sending,
        takes_bytes=True,
        limit=ARTIFACTS,
        body_limit=LARGEST_ARTIFACT,
        statuses=(404, 410, 413, 415, 507),
    )
    yield Endpoint(
        "GET",
        "/results/{result}/artifacts/{artifact}",
        "The bytes of an artifact, or a range of them",
        get_artifact,
        Action.SEE_RESULTS,
        limit=ARTIFACTS,
        statuses=(206, 304, 404, 410, 416),
    )


def _go_on(services: Services, result: str, path: str, query: Sending, size: int) -> Received:
    upload = Upload(services.store.contents, result, path)
    if query.offset == 0:
        upload.discard()
    received = upload.append(query.offset, body_chunks(CHUNK), limit=size)
    if received < size:
        return Received(received=received, complete=False)
    with upload.finish() as staged:
        return _keep(services, result, path, staged, query.sha256)


def _keep(services: Services, result: str, path: str, staged: Staged, sha256: str | None) -> Received:
    if sha256 is not None and sha256 != staged.sha256:
        raise WrongContentError(f"the bytes of {path!r} have the hash {staged.sha256}, not {sha256}", "Send it again.")
    keep_artifact(services.store, result, path, staged)
    return Received(received=staged.size, complete=True, sha256=staged.sha256)


def _ranged(services: Services, answer: Response, sha256: str, size: int) -> Response:
    """Answer the part that was asked for, such as where a person jumped to in a video."""
    answer.accept_ranges = "bytes"
    wanted = request.range
    if wanted is not None and len(wanted.ranges) == 1:
        part = wanted.range_for_length(size)
        if part is None:
            answer.close()
            raise RefusedError(416, f"the artifact has {size} bytes", [("Content-Range", f"bytes */{size}")])
        answer.close()
        answer.response = services.store.contents.read(sha256, *part)
        answer.status_code = 206
        answer.content_length = part[1] - part[0]
        answer.content_range.set(*part, size)
    answer.make_conditional(request)  # changes it in place
    return answer
