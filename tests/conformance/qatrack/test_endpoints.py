"""Every endpoint and its fields, under ``qa`` and ``qc`` (section 4 of the observations)."""

from __future__ import annotations

import pytest
import yaml
from tests.conformance.qatrack.cases import numbers
from tests.conformance.qatrack.site import Site

MADE = "created created_by modified modified_by"
FIELDS = {
    "units/units": "url number name serial_number location install_date date_acceptance active is_serviceable type "
    "site",
    "units/vendors": "url name notes",
    "units/unitclasses": "url name",
    "units/unittypes": "url name model vendor unit_class collapse",
    "units/modalities": "url name",
    "units/sites": "url name slug",
    "qa/frequencies": "url name slug recurrences nominal_interval window_start window_end",
    "qa/testinstancestatus": "url name slug description is_default requires_review export_by_default valid colour",
    "qa/autoreviewrules": "url pass_fail status",
    "qa/autoreviewrulesets": "url name is_default rules",
    "qa/references": f"url name type value {MADE}",
    "qa/tolerances": "url name type act_low tol_low tol_high act_high mc_pass_choices mc_tol_choices bool_warning_only",
    "qa/categories": "url name slug description parent lft rght tree_id level",
    "qa/tests": "url name display_name slug description procedure type choices constant_value wrap_low wrap_high "
    "calculation_procedure formatting flag_when hidden skip_without_comment require_comment display_image "
    "chart_visibility category autoreviewruleset",
    "qa/unittestinfos": "url active unit test reference tolerance assigned_to",
    "qa/testlists": f"url name slug description javascript warning_message tests test_lists {MADE}",
    "qa/testlistmemberships": "url order test_list test",
    "qa/sublists": "url order parent child outline",
    "qa/testlistcycles": "url name drop_down_label day_option_text test_lists",
    "qa/testlistcyclememberships": "url order cycle test_list",
    "qa/unittestcollections": "url tests_object next_test_list next_day due_date auto_schedule active object_id name "
    "unit frequency assigned_to content_type last_instance visible_to",
    "qa/testinstances": "url attachments review_date pass_fail value string_value date_value datetime_value json_value "
    "skipped comment work_started work_completed order status reviewed_by reference tolerance unit_test_info "
    f"test_list_instance {MADE}",
    "qa/testlistinstances": "url attachments comments test_instances site_url work_started work_completed due_date "
    "in_progress flagged user_key include_for_scheduling reviewed all_reviewed day unit_test_collection test_list "
    f"reviewed_by {MADE}",
    "auth/users": "url username first_name last_name email groups",
    "auth/groups": "url name",
    "attachments/attachments": "url attachment label comment test created created_by",
    "comments/comments": "url user submit_date comment",
    "contenttypes/contenttypes": "url app_label model",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _something_to_read(site: Site) -> None:
    site.post(numbers(comment="to be read", attachments=[{"filename": "a.txt", "value": "a", "encoding": "text"}]))


@pytest.mark.parametrize("path", FIELDS)
def test_fields(site: Site, path: str) -> None:
    rows = site.target.get(f"/api/{path}/", limit="1")["results"]
    if path.startswith("qa/"):
        assert [one["url"] for one in site.target.get(f"/api/qc/{path[3:]}/", limit="1")["results"]] == [
            one["url"] for one in rows
        ]
    if not rows:
        assert "autoreview" in path, "definition.yaml has one of these"
        return
    assert set(FIELDS[path].split()) <= set(rows[0])
    detail = site.target.get(rows[0]["url"])
    assert set(rows[0]) <= set(detail)


def test_the_first_page_leads_to_all_parts(site: Site) -> None:
    parts = {"auth", "attachments", "contenttypes", "units", "qa", "schema"}
    assert parts <= set(site.target.get("/api/"))


def test_every_part_has_a_page_of_its_own(site: Site) -> None:
    for part in ("auth", "units", "qa", "qc"):
        assert site.target.get(f"/api/{part}/")


def test_the_schema_is_openapi(site: Site) -> None:
    as_yaml = site.target.send("GET", "/api/schema/?format=yaml" if not site.target.is_original else "/api/schema/")
    assert str(yaml.safe_load(as_yaml.text)["openapi"]).startswith("3.")
    if not site.target.is_original:  # which cannot say it in JSON, whatever the specification shows
        schema = site.target.get("/api/schema/")
        assert {"/api/qa/testlistinstances/", "/api/units/units/"} <= set(schema["paths"])
