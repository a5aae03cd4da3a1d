"""Who may do what with a node: a rule without a database, so that it can be read as a table."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from qarunner.store.models import HolderKind


class Action(enum.StrEnum):
    """What somebody wants of a node."""

    RUN = "run testcases on"
    STOP = "stop a job on"
    PRESS = "press keys on"
    DESK = "drive from a desk"
    RESERVE = "reserve"


@dataclass(frozen=True)
class Holder:
    """The present holder of a node.

    `until`: when it ends by itself, None for never. `job`: the uid of the job that runs now, also within a reservation.
    """

    node: str
    kind: HolderKind
    user: str
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    reservation: int | None = None
    job: str | None = None
    lease: str | None = None


def refusal(holder: Holder | None, user: str, action: Action) -> str:
    """Return why `user` may not do this now, or an empty string.

    Another user's reservation refuses everything; one's own allows everything but to reserve again. A running job or a
    desk session refuses whatever would drive the device beside it. Anybody may stop a job that no reservation protects.
    """
    if holder is None:
        return ""
    own = holder.user == user
    if holder.kind is HolderKind.RESERVATION and (not own or action is Action.RESERVE):
        return reason_of(holder)
    if action is Action.STOP:
        return ""
    if holder.job is not None:
        return f"Node {holder.node} is running test job {holder.job} of @{holder.user}"
    return reason_of(holder) if holder.kind is HolderKind.DESK else ""


def reason_of(holder: Holder) -> str:
    """Return why the node is not available, as a person is told."""
    if holder.kind is HolderKind.RESERVATION:
        return f"Node {holder.node} reserved by @{holder.user}"
    if holder.kind is HolderKind.JOB:
        return f"Node {holder.node} is running test job {holder.job} of @{holder.user}"
    reason = f": {holder.reason}" if holder.reason else ""
    return f"Node {holder.node} is in use at a desk by @{holder.user}{reason}"
