"""Users, and the groups that follow from their roles."""

from __future__ import annotations

from qarunner.dialects.qatrack.groups import group_number, permissions_of
from qarunner.dialects.qatrack.resources.spec import TEXT, URIS, Made, Plain, Resource
from qarunner.store.models import User

RESOURCES = (
    Resource(
        "auth/users",
        User,
        (
            Plain("username", "name"),
            Made("first_name", lambda _row, _addresses: "", TEXT),
            Made("last_name", lambda _row, _addresses: "", TEXT),
            Plain("email"),
            Made("groups", lambda row, addresses: [addresses.row("auth/groups", group_number(row["role"]))], URIS),
            Plain("date_joined", "created"),
            Made("permissions", lambda row, _addresses: permissions_of(row["role"]), {"type": "array", "items": TEXT}),
        ),
        hidden=frozenset({"date_joined", "permissions"}),
    ),
)
