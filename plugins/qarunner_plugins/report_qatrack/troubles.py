"""What goes wrong with some lists of a run, as one answer for the run."""

from __future__ import annotations

from collections.abc import Mapping

from qarunner import DeliveryPostponedError, DeliveryRejectedError, DeliveryStoppedError

from .connection import UnusableError


def is_away(error: Exception) -> bool:
    """Whether the server would say (or not say) the same of every other list."""
    return isinstance(error, OSError | DeliveryPostponedError | UnusableError)


def worst_of(troubles: Mapping[str, Exception]) -> Exception | None:
    """Return what decides on the run as a whole, by the names of its lists.

    A server that is away comes first, for then everything that is left comes later; what a person must change comes
    before what the server refused, which would not be tried again.
    """
    errors = list(troubles.values())
    away = next((error for error in errors if is_away(error)), None)
    if away is not None or not errors:
        return away
    unexplained = next(
        (one for one in errors if not isinstance(one, DeliveryRejectedError | DeliveryStoppedError)), None
    )
    if unexplained is not None:
        return unexplained
    problem = "\n  ".join(f"{name}: {error}" for name, error in troubles.items())
    refused = all(isinstance(error, DeliveryRejectedError) for error in errors)
    return DeliveryRejectedError(problem) if refused else DeliveryStoppedError(problem)
