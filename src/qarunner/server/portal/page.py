"""Makes the portal's pages out of its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qarunner.dialects import portal_pages
from qarunner.errors import QarunnerError
from qarunner.server.problems import problem_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from qarunner.dialects.spec import Problem

SEE_OTHER, UNAUTHORIZED = portal_pages.SEE_OTHER, portal_pages.UNAUTHORIZED


def page(template: str, **values: Any) -> Response:
    """Return a page; see `portal_pages.page`."""
    return portal_pages.page(f"portal/{template}", **values)


def change(act: Callable[[], object], address: str, again: Callable[[Problem], Response]) -> Response:
    """Do what a form asks for and lead to a page; when it is refused, show the form's own page with the reason.

    :param address: of the page that shows what became of it.
    :param again: makes the page of the form, with what was wrong.
    """
    try:
        act()
    except QarunnerError as refused:
        return again(problem_of(refused))
    return portal_pages.see(address)
