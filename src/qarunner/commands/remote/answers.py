"""What a server answers, as far as ``qarunner run`` reads it; what else it says is passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Holder(msgspec.Struct, frozen=True):
    """Who has a node."""

    user: str = ""
    until: datetime | None = None


class Node(msgspec.Struct, frozen=True):
    """A node."""

    id: str
    holder: Holder | None = None


class Nodes(msgspec.Struct, frozen=True):
    """All nodes."""

    nodes: list[Node]


class Names(msgspec.Struct, frozen=True):
    """The testcases of a revision. `revision`: its commit."""

    revision: str
    testcases: list[str]


class Commits(msgspec.Struct, frozen=True):
    """Which commits the server has. `folder`: of the test pack within its repository. `largest`: bytes of a bundle."""

    known: list[str]
    folder: str
    largest: int


class Job(msgspec.Struct, frozen=True):
    """A job."""

    uid: str
    node: str
    running: bool
    revision: str = ""
    ending: str = ""
    ending_detail: str = ""
    exit_code: int | None = None
    pass_count: int = 0
    fail_count: int = 0
    error_count: int = 0
    skip_count: int = 0


class Row(msgspec.Struct, frozen=True):
    """A result in a list."""

    id: str
    testcase: str
    outcome: str | None
    failure_reason: str
    started: datetime


class Page(msgspec.Struct, frozen=True):
    """Some results. `next`: what the next page starts after."""

    results: list[Row]
    next: str | None


class Whole(msgspec.Struct, frozen=True):
    """A result's record."""

    result: dict[str, Any]


class Artifact(msgspec.Struct, frozen=True):
    """A file of a result. `sha256`: None when its bytes never came."""

    path: str
    size: int
    sha256: str | None


class Artifacts(msgspec.Struct, frozen=True):
    """The files of a result."""

    artifacts: list[Artifact]


class Triage(msgspec.Struct, frozen=True):
    """Where a person looks at a job or a result."""

    triage_url: str
