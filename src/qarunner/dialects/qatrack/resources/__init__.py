"""All that can be read, one table of resources per part of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qarunner.dialects.qatrack.resources import (
    assignments,
    attached,
    constants,
    definitions,
    limits,
    people,
    sessions,
    units,
)

if TYPE_CHECKING:
    from qarunner.dialects.qatrack.resources.spec import Resource

RESOURCES: Mapping[str, Resource] = {
    resource.path: resource
    for part in (units, people, definitions, limits, assignments, sessions, attached, constants)
    for resource in part.RESOURCES
}
"""By path."""
