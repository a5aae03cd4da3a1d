"""The kinds of things that a definition is of: which row each is, what it is known by, and what it refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qarunner.store.models import qatrack

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

Key = tuple[Any, ...]
"""What a thing is known by: the values of the key's columns. In place of another row's number stands that one's key."""


@dataclass(frozen=True)
class ThingKind:
    """One kind.

    :param word: what plans call it.
    :param key: attributes of `table` that a thing is known by. :param values: further ones that a definition gives.
    :param links: attributes that hold the number of another row, each with the word of that one's kind.
    :param part_of: the attribute with its owner, where a definition of the owner says all parts: others are removed.
    :param numbered: whether rows have a number of their own.
    :param edited: whether rows tell who made and changed them.
    """

    word: str
    table: type[DeclarativeBase]
    key: tuple[str, ...] = ("name",)
    values: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    part_of: str = ""
    numbered: bool = True
    edited: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All attributes that a definition gives."""
        return (*self.key, *self.values)


@dataclass(frozen=True)
class Thing:
    """One thing, as it is or as it shall be.

    :param values: by attribute, without those of the key. Where a definition does not say one, it stays as it is.
    :param number: of the row; None where there is none (yet).
    :param place: where somebody wrote it; empty for what is in the store, or goes without saying.
    """

    kind: str
    key: Key
    values: Mapping[str, Any] = field(default_factory=dict)
    number: int | None = None
    place: str = ""


Things = dict[str, dict[Key, Thing]]
"""By the word of the kind, then by the key; all kinds are in it."""

UNIT, TEST, LIST, CYCLE = "unit", "test", "list", "cycle"
MEMBER, SUBLIST, DAY, LIMITS, COLLECTION = "member", "sublist", "day", "limits", "collection"
STATUS, RULES, RULE, RULE_OF = "status", "review rules", "review rule", "rule of review rules"
REFERENCE, TOLERANCE, FREQUENCY, CATEGORY = "reference", "tolerance", "frequency", "category"
SITE, VENDOR, UNIT_CLASS, UNIT_TYPE, MODALITY = "site", "vendor", "unit class", "unit type", "modality"
MODALITY_OF = "modality of a unit"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TEST = _words(
    "slug type display_name description procedure category choices constant_value wrap_low wrap_high"
    " calculation_procedure formatting flag_when hidden skip_without_comment require_comment display_image"
    " chart_visibility autoreviewruleset"
)
_TOLERANCE = _words("type act_low tol_low tol_high act_high mc_pass_choices mc_tol_choices bool_warning_only")

_KINDS = (
    ThingKind(SITE, qatrack.Site, values=("slug",)),
    ThingKind(VENDOR, qatrack.Vendor),
    ThingKind(UNIT_CLASS, qatrack.UnitClass),
    ThingKind(MODALITY, qatrack.Modality),
    ThingKind(
        UNIT_TYPE,
        qatrack.UnitType,
        values=("model", "vendor", "unit_class"),
        links={"vendor": VENDOR, "unit_class": UNIT_CLASS},
    ),
    ThingKind(
        UNIT,
        qatrack.Unit,
        values=_words("number node type site serial_number location install_date date_acceptance active"),
        links={"type": UNIT_TYPE, "site": SITE},
    ),
    ThingKind(
        MODALITY_OF,
        qatrack.UnitModality,
        ("unit", "modality"),
        links={"unit": UNIT, "modality": MODALITY},
        part_of="unit",
        numbered=False,
    ),
    ThingKind(CATEGORY, qatrack.Category, values=("slug", "description", "parent"), links={"parent": CATEGORY}),
    ThingKind(
        FREQUENCY,
        qatrack.Frequency,
        values=("slug", "recurrences", "nominal_interval", "window_start", "window_end"),
    ),
    ThingKind(
        STATUS,
        qatrack.Status,
        values=_words("slug description is_default requires_review export_by_default valid colour"),
    ),
    ThingKind(RULE, qatrack.AutoReviewRule, ("pass_fail", "status"), links={"status": STATUS}),
    ThingKind(RULES, qatrack.AutoReviewRuleSet, values=("is_default",)),
    ThingKind(
        RULE_OF,
        qatrack.AutoReviewRuleInSet,
        ("rule_set", "rule"),
        links={"rule_set": RULES, "rule": RULE},
        part_of="rule_set",
        numbered=False,
    ),
    ThingKind(REFERENCE, qatrack.Reference, ("type", "value"), ("name",), edited=True),
    ThingKind(TOLERANCE, qatrack.Tolerance, _TOLERANCE, ("name",), edited=True),
    ThingKind(
        TEST,
        qatrack.Test,
        values=_TEST,
        links={"category": CATEGORY, "autoreviewruleset": RULES},
        edited=True,
    ),
    ThingKind(LIST, qatrack.TestList, values=("slug", "description", "warning_message"), edited=True),
    ThingKind(
        MEMBER,
        qatrack.Membership,
        ("test_list", "test"),
        ("order",),
        links={"test_list": LIST, "test": TEST},
        part_of="test_list",
    ),
    ThingKind(
        SUBLIST,
        qatrack.Sublist,
        ("parent", "child"),
        ("order", "outline"),
        links={"parent": LIST, "child": LIST},
        part_of="parent",
    ),
    ThingKind(
        CYCLE,
        qatrack.Cycle,
        values=("slug", "description", "drop_down_label", "day_option_text"),
        edited=True,
    ),
    ThingKind(
        DAY,
        qatrack.CycleMembership,
        ("cycle", "order"),
        ("test_list",),
        links={"cycle": CYCLE, "test_list": LIST},
        part_of="cycle",
    ),
    ThingKind(
        LIMITS,
        qatrack.UnitTestInfo,
        ("unit", "test"),
        ("reference", "tolerance", "active"),
        links={"unit": UNIT, "test": TEST, "reference": REFERENCE, "tolerance": TOLERANCE},
    ),
    ThingKind(
        COLLECTION,
        qatrack.Collection,
        ("unit", "test_list", "cycle"),
        ("name", "frequency", "assigned_to", "auto_schedule", "active"),
        links={"unit": UNIT, "test_list": LIST, "cycle": CYCLE, "frequency": FREQUENCY},
    ),
)

KINDS: Mapping[str, ThingKind] = {kind.word: kind for kind in _KINDS}
"""By their words, each after those that it refers to."""
