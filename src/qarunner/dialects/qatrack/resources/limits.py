"""References, tolerances, frequencies, categories and the states of review."""

from __future__ import annotations

from qarunner.dialects.qatrack.resources.spec import Link, Links, Plain, Resource
from qarunner.store.models import qatrack

EDITED = (
    Plain("created"),
    Plain("modified"),
    Link("created_by", target="auth/users"),
    Link("modified_by", target="auth/users"),
)
"""Who made a row and changed it last."""


def _plain(names: str) -> tuple[Plain, ...]:
    return tuple(Plain(name) for name in names.split())


RESOURCES = (
    Resource("qa/references", qatrack.Reference, (*_plain("name type value"), *EDITED)),
    Resource(
        "qa/tolerances",
        qatrack.Tolerance,
        (
            *_plain("name type act_low tol_low tol_high act_high mc_pass_choices mc_tol_choices bool_warning_only"),
            *EDITED,
        ),
    ),
    Resource(
        "qa/categories",
        qatrack.Category,
        (*_plain("name slug description lft rght tree_id level"), Link("parent", target="qa/categories")),
    ),
    Resource(
        "qa/frequencies",
        qatrack.Frequency,
        _plain("name slug recurrences nominal_interval window_start window_end"),
    ),
    Resource(
        "qa/testinstancestatus",
        qatrack.Status,
        _plain("name slug description is_default requires_review export_by_default valid colour"),
    ),
    Resource(
        "qa/autoreviewrules",
        qatrack.AutoReviewRule,
        (Plain("pass_fail"), Link("status", target="qa/testinstancestatus")),
    ),
    Resource(
        "qa/autoreviewrulesets",
        qatrack.AutoReviewRuleSet,
        (
            *_plain("name is_default"),
            Links("rules", qatrack.AutoReviewRuleInSet, "rule_set", "rule", "qa/autoreviewrules"),
        ),
    ),
)
