"""Jobs on the nodes of a farm: the test pack they come from, who may have a node, and the engine that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qarunner.jobs.service import Jobs

__all__ = ["Jobs"]


def __getattr__(name: str) -> Any:
    if name == "Jobs":
        from qarunner.jobs.service import Jobs

        return Jobs
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
