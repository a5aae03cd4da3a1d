"""Units and what they are grouped by."""

from __future__ import annotations

from qarunner.dialects.qatrack.resources.spec import Link, Links, Plain, Resource
from qarunner.store.models import qatrack

RESOURCES = (
    Resource(
        "units/units",
        qatrack.Unit,
        (
            Plain("number"),
            Plain("name"),
            Plain("serial_number"),
            Plain("location"),
            Plain("install_date"),
            Plain("date_acceptance"),
            Plain("active"),
            Plain("is_serviceable"),
            Link("type", target="units/unittypes"),
            Link("site", target="units/sites"),
            Links("modalities", qatrack.UnitModality, "unit", "modality", "units/modalities"),
        ),
        hidden=frozenset({"modalities"}),
    ),
    Resource(
        "units/unittypes",
        qatrack.UnitType,
        (
            Plain("name"),
            Plain("model"),
            Plain("collapse"),
            Link("vendor", target="units/vendors"),
            Link("unit_class", target="units/unitclasses"),
        ),
    ),
    Resource("units/vendors", qatrack.Vendor, (Plain("name"), Plain("notes"))),
    Resource("units/unitclasses", qatrack.UnitClass, (Plain("name"),)),
    Resource("units/modalities", qatrack.Modality, (Plain("name"),)),
    Resource("units/sites", qatrack.Site, (Plain("name"), Plain("slug"))),
)
