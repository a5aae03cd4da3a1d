"""Whoever makes a request, once the credentials were found good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner.access.permissions import Action, job_token_may, may

if TYPE_CHECKING:
    from qarunner.store.models import Role


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, and by which door they came in.

    :param door: ``token``, ``bearer``, ``bare``, ``basic``, ``private-token``, ``session`` or ``session-id``.
    :param token: number of the token; None for a password or a session.
    :param job: uid of the only job the token is good for; None for an ordinary one.
    :param csrf: what a change must repeat when the credential was a cookie; empty otherwise.
    """

    user_id: int
    user: str
    role: Role
    door: str
    token: int | None = None
    job: str | None = None
    csrf: str = ""

    @property
    def by_cookie(self) -> bool:
        """Whether a browser sent the credential without being asked by a person."""
        return bool(self.csrf)

    @property
    def key(self) -> str:
        """What the limits count by: each token on its own, else the user."""
        return f"token {self.token}" if self.token is not None else f"user {self.user_id}"

    def may(self, action: Action) -> bool:
        """Whether the role, and the kind of token, allow it."""
        if self.job is not None:
            return job_token_may(action)
        return may(self.role, action)

    def may_deliver(self, job: str) -> bool:
        """Whether results of the job with this uid may be delivered; an empty one stands for runs without a job."""
        return self.may(Action.DELIVER_RESULTS) and (self.job is None or self.job == job)
