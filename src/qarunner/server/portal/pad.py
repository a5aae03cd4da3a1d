"""The pad on a node's page: the keys of its remote as buttons, in the test pack's own drawing where it has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qarunner.server.portal.pad_drawing import LARGEST, drawing_of
from qarunner.server.portal.pad_keys import Group, pad

if TYPE_CHECKING:
    from markupsafe import Markup

    from qarunner.dialects.spec import Services
    from qarunner.server.portal.answers import Answers


@dataclass(frozen=True)
class Pad:
    """What the page shows.

    `takes_any`: there may be keys that are not shown. `refusal`: why no key may be pressed now; empty when they may.
    """

    groups: list[Group]
    drawing: Markup | None
    takes_any: bool
    can_hold: bool
    problem: str
    refusal: str


def pad_of(services: Services, answers: Answers, node: str) -> Pad | None:
    """Return the pad of a node; None while it is offline, and when it has no remote."""
    remote = answers.remote(node)
    if remote.keys == [] and not remote.problem:
        return None
    keys = None if remote.keys is None else tuple(remote.keys)
    drawn = services.packs.remote_drawing(node, LARGEST)
    return Pad(
        groups=pad(keys),
        drawing=drawing_of(drawn, keys) if drawn else None,
        takes_any=keys is None,
        can_hold=remote.can_hold,
        problem=remote.problem,
        refusal=remote.refusal,
    )
