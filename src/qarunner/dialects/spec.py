"""How a plugin describes a dialect: a public API that the server speaks at its natural URLs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.access import Access
    from qarunner.dialects.endpoint import Endpoint
    from qarunner.jobs import Jobs
    from qarunner.jobs.farm import Farm
    from qarunner.jobs.packs import Packs
    from qarunner.store.engine import Store

UPLOAD_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class Services:
    """What a dialect works with. One object per server process, safe for threads.

    :param external_url: how clients reach the server, or the dialect where it has a place of its own, without a slash
        at the end; empty when it is as their requests say. `addresses` makes URLs of it.
    :param portal_url: how people reach the portal, where that is another address.
    :param upload_limit: bytes of a request's body that has files within its JSON.
    :param zone: the time zone of times that clients send or are shown without one, in APIs that know no other.
    :param dialects: all that the server speaks; set when the application is made.
    """

    store: Store
    access: Access
    jobs: Jobs
    farm: Farm
    packs: Packs
    external_url: str = ""
    portal_url: str = ""
    upload_limit: int = UPLOAD_LIMIT
    zone: tzinfo = UTC
    dialects: Sequence[Dialect] = ()
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the server is about to end: whoever waits in a request (a long poll, a stream) looks at it."""


@dataclass(frozen=True)
class Claim:
    """A part of the URL space that a dialect answers for, also where it has no route: its errors have its shape.

    `path`: such as ``/api/v2``; it claims itself and everything below, by whole segments. The longest claim wins.
    """

    path: str


@dataclass(frozen=True)
class Problem:
    """An error to be answered.

    `status`: of HTTP; 401 also where a dialect says 403 to it: that is for its `error` to turn. `reason`: what was
    wrong and where, for a person. `headers`: such as ``Allow`` or ``Retry-After``; they are added to the answer.
    `place`: where it was wrong, for a program, such as ``body $.results[0].id``; empty when there is no such place.
    """

    status: int
    reason: str
    headers: Sequence[tuple[str, str]] = ()
    place: str = ""


class Binding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place of a dialect's own, where no other one answers; its URLs are below it as they are by nature."""

    host: str = ""
    """Requests for this host name are the dialect's."""
    prefix: str = ""
    """So are paths that begin with this one, which is taken off."""
    shared: bool = True
    """Whether it answers at its natural URLs among the other dialects as well."""


@dataclass(frozen=True)
class PageLink:
    """A link that the portal shows at the top of all its pages.

    :param path: where it leads, such as ``/app/qatrack``; of a page below it the link is shown as the present one, too.
    :param action: what somebody must be allowed to do to see it, as the permissions call it.
    """

    text: str
    path: str
    action: str = "see results"


@dataclass(frozen=True)
class Dialect:
    """A dialect as a plugin offers it through the `qa_dialects` hook.

    :param name: such as ``stbt``; also the blueprint's name and its own prefix when it is bound to one.
    :param claims: the URLs it answers for. Two dialects that claim the same path are an error that names both.
    :param credentials: which doors it has, in order: ``token``, ``bearer``, ``bare``, ``basic``, ``private-token``,
        ``session`` (our cookie), ``session-id`` (the same in the cookie ``session_id``).
    :param blueprint: makes its routes.
    :param error: makes the answer to an error in its shape; called for unrouted paths, 405, 413, 429 and crashes, too.
    :param binding: a place of its own, which the configuration gives it.
    :param upkeep: what it does soon after the server's start and each hour: to end what was cut off. Short steps; what
        it raises is logged.
    :param tables: a folder of Alembic migrations of its own, for dialects from outside; built-in ones have none.
    :param navigation: links to its pages for people, of a dialect that has some; see `portal_pages`.
    :param endpoints: what it adds to our own API, where its public API has no word for something: routes below
        ``/qarunner/api/v1/NAME``, in the OpenAPI document as well. They are there wherever the dialect is bound.
    """

    name: str
    summary: str
    claims: Sequence[Claim]
    credentials: Sequence[str]
    blueprint: Callable[[Services], Blueprint]
    error: Callable[[Problem], Response]
    binding: Binding | None = None
    upkeep: Callable[[Services], None] | None = None
    tables: Any = None
    endpoints: Callable[[Services], Iterable[Endpoint]] | None = None
    navigation: Sequence[PageLink] = ()
