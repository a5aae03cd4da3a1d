"""Tests, lists of tests, and cycles of lists."""

from __future__ import annotations

from qarunner.dialects.qatrack.resources.limits import EDITED
from qarunner.dialects.qatrack.resources.spec import Link, Links, Plain, Relation, Resource
from qarunner.store.models import qatrack

TEST = (
    "name display_name slug description procedure type choices constant_value wrap_low wrap_high calculation_procedure"
    " formatting flag_when hidden skip_without_comment require_comment display_image chart_visibility"
)

RESOURCES = (
    Resource(
        "qa/tests",
        qatrack.Test,
        (
            *(Plain(name) for name in TEST.split()),
            Link("category", target="qa/categories"),
            Link("autoreviewruleset", target="qa/autoreviewrulesets"),
            *EDITED,
        ),
    ),
    Resource(
        "qa/testlists",
        qatrack.TestList,
        (
            Plain("name"),
            Plain("slug"),
            Plain("description"),
            Plain("javascript"),
            Plain("warning_message"),
            Links("tests", qatrack.Membership, "test_list", "test", "qa/tests", order="order"),
            Links("test_lists", qatrack.Sublist, "parent", "child", "qa/testlists", order="order"),
            *EDITED,
        ),
        relations={"utcs": Relation("qa/unittestcollections", "id", other="test_list")},
    ),
    Resource(
        "qa/testlistmemberships",
        qatrack.Membership,
        (Plain("order"), Link("test_list", target="qa/testlists"), Link("test", target="qa/tests")),
    ),
    Resource(
        "qa/sublists",
        qatrack.Sublist,
        (
            Plain("order"),
            Plain("outline"),
            Link("parent", target="qa/testlists"),
            Link("child", target="qa/testlists"),
        ),
    ),
    Resource(
        "qa/testlistcycles",
        qatrack.Cycle,
        (
            Plain("name"),
            Plain("slug"),
            Plain("description"),
            Plain("javascript"),
            Plain("drop_down_label"),
            Plain("day_option_text"),
            Links("test_lists", qatrack.CycleMembership, "cycle", "test_list", "qa/testlists", order="order"),
            *EDITED,
        ),
        relations={"utcs": Relation("qa/unittestcollections", "id", other="cycle")},
    ),
    Resource(
        "qa/testlistcyclememberships",
        qatrack.CycleMembership,
        (Plain("order"), Link("test_list", target="qa/testlists"), Link("cycle", target="qa/testlistcycles")),
    ),
)
