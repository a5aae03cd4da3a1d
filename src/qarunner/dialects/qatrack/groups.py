"""Groups of users: here each role of the server is one."""

from __future__ import annotations

from qarunner.access.permissions import PERMISSIONS
from qarunner.store.models import Role

GROUPS = tuple(Role)
"""In the order of their numbers, which begin with 1."""


def group_number(role: Role) -> int:
    """Return the number of the group that is a role."""
    return GROUPS.index(role) + 1


def group_named(name: str) -> int | None:
    """Return the number of a group by its name; None when there is none."""
    return next((number for number, role in enumerate(GROUPS, 1) if role == name), None)


def permissions_of(role: Role) -> list[str]:
    """Return what a role may do, as words."""
    return sorted(str(action) for action, roles in PERMISSIONS.items() if role in roles)
