"""What jobs, reservations and the farm may refuse, and why. Dialects answer each with a status of their own."""

from __future__ import annotations

from qarunner.errors import ConfigurationError, NodeBusyError, QarunnerError


class BadRequestError(ConfigurationError):
    """A parameter of a request is not usable (answered as 400)."""


class NodeInUseError(NodeBusyError):
    """Somebody has the node: a reservation, a job or a desk session (answered as 409)."""


class NodeOfflineError(QarunnerError):
    """The node does not answer (answered as 503)."""


class UnknownJobError(QarunnerError):
    """There is no such job (answered as 404)."""


class UnknownReservationError(QarunnerError):
    """There is no such reservation (answered as 404)."""


class NotYourReservationError(QarunnerError):
    """Only the user who made a reservation may do this (answered as 403)."""


class ReservationEndedError(QarunnerError):
    """The reservation is over, or never ends and cannot be extended (answered as 400)."""
