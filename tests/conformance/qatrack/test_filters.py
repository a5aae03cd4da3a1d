"""Every filter that clients of the original may use is known: none of them is passed over."""

from __future__ import annotations

import pytest
from tests.conformance.qatrack.site import Site

TEXT, NUMBER = ("", "__icontains", "__contains", "__in"), ("", "__in", "__gte", "__lte")
EDITED = "created_min created_max modified_min modified_max created modified"
PEOPLE = "created_by__username modified_by__username"

TEXTS = {
    "units/vendors": "name",
    "units/unitclasses": "name",
    "units/sites": "name",
    "units/modalities": "name",
    "units/unittypes": "name model vendor__name unit_class__name",
    "units/units": "name serial_number location type__name type__vendor__name site__name",
    "qa/frequencies": "name slug",
    "qa/testinstancestatus": "name slug",
    "qa/autoreviewrules": "status__name",
    "qa/autoreviewrulesets": "name",
    "qa/references": "name",
    "qa/tolerances": "name",
    "qa/categories": "name slug",
    "qa/tests": "name slug category__name",
    "qa/testlists": "name slug tests__slug utcs__unit__name",
    "qa/testlistcycles": "name slug test_lists__name utcs__unit__name",
    "qa/testlistmemberships": "test_list__name test__slug",
    "qa/sublists": "parent__name child__name",
    "qa/testlistcyclememberships": "cycle__name test_list__name",
    "qa/unittestcollections": "name unit__name unit__type__name frequency__name assigned_to__name visible_to__name "
    "test_list__name test_list_cycle__name",
    "qa/unittestinfos": "unit__name test__name reference__name tolerance__name",
    "qa/testinstances": "string_value comment status__name unit_test_info__unit__name unit_test_info__test__slug "
    "test_list_instance__test_list__name attachments__label",
    "qa/testlistinstances": "test_list__name unit_test_collection__unit__name attachments__label",
    "attachments/attachments": "label",
}
NUMBERS = {
    "qa/frequencies": "nominal_interval window_start window_end",
    "qa/references": "value",
    "qa/tolerances": "act_low tol_low tol_high act_high",
    "qa/tests": "constant_value",
    "qa/unittestinfos": "reference__value tolerance__act_low",
    "qa/testinstances": "value unit_test_info__reference__value",
}
OTHERS = {
    "units/units": "number number__in active date_acceptance_min date_acceptance_max install_date_min install_date_max "
    "install_date date_acceptance",
    "qa/testinstancestatus": "description__icontains is_default requires_review export_by_default valid",
    "qa/autoreviewrules": "pass_fail",
    "qa/autoreviewrulesets": "is_default",
    "qa/references": f"type {EDITED} {PEOPLE}",
    "qa/tolerances": "type mc_pass_choices__icontains mc_pass_choices__in mc_tol_choices__icontains bool_warning_only",
    "qa/categories": "description__icontains",
    "qa/tests": "type description__icontains procedure__icontains chart_visibility hidden skip_without_comment "
    f"display_image choices__icontains choices__in {EDITED} {PEOPLE}",
    "qa/testlists": f"description__icontains warning_message__icontains {EDITED} {PEOPLE}",
    "qa/testlistcycles": f"description__icontains drop_down_label__icontains day_option_text__in {EDITED} {PEOPLE}",
    "qa/testlistmemberships": "order order__in",
    "qa/sublists": "order order__in outline",
    "qa/testlistcyclememberships": "order order__in",
    "qa/unittestcollections": "auto_schedule active content_type due_date_min due_date_max unit__number "
    "last_instance__work_completed_min test_list__created_max",
    "qa/unittestinfos": "active",
    "qa/testinstances": "pass_fail skipped review_date work_started work_completed review_date_min review_date_max "
    f"work_started_min work_started_max work_completed_min work_completed_max reviewed_by__username {EDITED} {PEOPLE}",
    "qa/testlistinstances": "due_date due_date__in in_progress include_for_scheduling reviewed all_reviewed day "
    "day__in user_key work_started work_started__in work_completed work_completed__in created__in modified__in "
    "due_date_min due_date_max reviewed_min reviewed_max work_started_min work_started_max work_completed_min "
    f"work_completed_max reviewed_by__username {EDITED} {PEOPLE}",
}
PATHS = sorted({*TEXTS, *NUMBERS, *OTHERS})
BOOLEANS = """
active is_default requires_review export_by_default valid bool_warning_only chart_visibility hidden outline
skip_without_comment display_image auto_schedule skipped in_progress include_for_scheduling all_reviewed
"""


def words(path: str) -> list[str]:
    """Return the filters of an endpoint."""
    texts = [word + lookup for word in TEXTS.get(path, "").split() for lookup in TEXT]
    numbers = [word + lookup for word in NUMBERS.get(path, "").split() for lookup in NUMBER]
    return [*texts, *numbers, *OTHERS.get(path, "").split()]


def value(path: str, word: str) -> str:
    """Return a value that fits a filter."""
    name = word.rsplit("__", 1)[-1] if "__" in word else word
    if any(part in word for part in ("_min", "_max", "date", "created", "modified", "work_", "reviewed")) and not (
        "_by" in word or name == "all_reviewed"
    ):
        return "2026-01-01 10:00" if path.startswith("qa/") else "2026-01-01"
    return "true" if name in BOOLEANS.split() else "1"


@pytest.mark.parametrize("path", PATHS)
def test_filters_are_known(site: Site, path: str) -> None:
    wrong = {}
    for word in words(path):
        answer = site.target.send("GET", f"/api/{path}/", params={"limit": "1", word: value(path, word)})
        if answer.status_code != 200 or "Warning" in answer.headers:
            wrong[word] = answer.headers.get("Warning") or answer.text[:200]
    assert wrong == {}
