"""What can be run: the testcases of a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qarunner.access import Action
from qarunner.dialects.routes import allow
from qarunner.dialects.stbt.shapes import API, json_answer

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from qarunner.dialects.spec import Services


def install(routes: Blueprint, services: Services) -> None:
    """Make the route."""

    @routes.get(f"{API}/test_pack/<path:revision>/test_case_names/")
    @allow(Action.SEE_RESULTS)
    def test_case_names(revision: str) -> Response:
        """List the testcases of a branch, tag, sha, HEAD or full ref."""
        return json_answer(list(services.packs.testcase_names(services.packs.resolve(revision).sha)))
