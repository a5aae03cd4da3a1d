"""What the runner tells behave before a session, and what behave tells of each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qarunner.results import Step

EXECUTING = "executing"


@dataclass(frozen=True, slots=True)
class StepEntry:
    """One step of a scenario, as it begins (status ``executing``) or as it ended.

    `started`: `time.monotonic` seconds at which the step with its before_step hook began; None when never reached.
    `duration`: seconds from there to the end of its after_step hook, so the entries of a scenario lie end to end.
    `status`: behave's own word. `message`: one paragraph, empty unless the step went wrong.
    """

    keyword: str
    name: str
    status: str
    started: float | None = None
    duration: float = 0.0
    location: str = ""
    message: str = ""

    def record(self, origin: float) -> Step:
        """Return the record that goes into a result which started at the monotonic time `origin`."""
        return Step(
            keyword=self.keyword,
            name=self.name,
            status=self.status,
            started=None if self.started is None else self.started - origin,
            duration=self.duration,
            location=self.location,
            message=self.message,
        )


def _no_attributes() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class BehaveSettings:
    """What the behave runtime of a session works with.

    :param tags: tag expressions as of behave's ``--tags``; a scenario runs when all of them are true.
    :param defines: ``name=value`` as of behave's ``-D``, found in ``context.config.userdata``.
    :param context_attributes: asked before before_all and before each feature, rule and scenario; what it returns is
        set on the root of the context (``context.node``), so hooks and steps of every level see it.
    :param on_step_start: called as each step begins.
    :param on_step: called as each step ends. Both are called on the test's thread: be quick.
    :param on_attachment: called with the MIME type and the data when a step calls ``context.attach``.
    :param pack_root: the test pack's root, where the device steps look for images; pytest's root directory by default.
    """

    tags: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    context_attributes: Callable[[], Mapping[str, Any]] = _no_attributes
    on_step_start: Callable[[StepEntry], object] | None = None
    on_step: Callable[[StepEntry], object] | None = None
    on_attachment: Callable[[str, bytes], object] | None = None
    pack_root: Path | None = None


BEHAVE_SETTINGS = pytest.StashKey[BehaveSettings]()
"""In ``config.stash``: set it before collection; without it the defaults hold."""

STEP_LOG = pytest.StashKey[list[StepEntry]]()
"""In ``item.stash``: all steps of the scenario's last execution, in order, those it never reached included."""
