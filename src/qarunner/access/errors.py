"""What the door may refuse, and why."""

from __future__ import annotations

from qarunner.errors import QarunnerError


class AccessError(QarunnerError):
    """A user or token cannot be made or changed as asked."""


class UnknownUserError(AccessError):
    """No user has this name."""


class UnknownTokenError(AccessError):
    """No token has this number or name."""


class WrongCredentialsError(QarunnerError):
    """The password, token or session is not good (answered as 401, or as the dialect does)."""

    def __init__(self) -> None:
        # One sentence for all causes: it must not tell a wrong password from an unknown user or a revoked token.
        super().__init__("the credentials are not valid")


class TooManyRequestsError(QarunnerError):
    """A limit was reached (answered as 429).

    :param wait: seconds after which it is worth trying again.
    """

    def __init__(self, problem: str, wait: float) -> None:
        super().__init__(problem, "Wait a few seconds before trying again.")
        self.wait = wait
