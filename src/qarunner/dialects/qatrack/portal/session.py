"""The page of one session: what was measured, what that was held against, what is left of it, and its review."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for

from qarunner.access import Action
from qarunner.dialects.files import type_of
from qarunner.dialects.portal_pages import address_of, page
from qarunner.dialects.qatrack import PAGES
from qarunner.dialects.qatrack.portal import review
from qarunner.dialects.qatrack.portal.looks import LABELS, in_words, limits_in_words, worst
from qarunner.dialects.qatrack.portal.session_rows import Session, find_session
from qarunner.dialects.qatrack.reading.addresses import SESSION_PAGE
from qarunner.dialects.qatrack.recorded import limits_of, listed_test, title_of, value_of
from qarunner.dialects.qatrack.rules.bands import bands_of
from qarunner.dialects.qatrack.rules.displays import diff_display, reference_display, value_display
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import PassFail
from qarunner.dialects.routes import RefusedError, allow, caller
from qarunner.store.types import LARGEST_NUMBER

if TYPE_CHECKING:
    from datetime import tzinfo

    from flask import Blueprint

    from qarunner.dialects.spec import Services

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment. `picture`: whether the page shows it in place."""

    label: str
    address: str
    size: int
    comment: str
    picture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A test of the session as the page shows it. `limits`: a line of words each."""

    number: int
    title: str
    name: str
    description: str
    value: str
    difference: str
    reference: str
    limits: list[str]
    verdict: PassFail
    label: str
    status: str
    waits: bool
    counts: bool
    comment: str
    files: list[File]
    result: Any
    result_address: str


def install(routes: Blueprint, services: Services) -> None:
    """Make the routes."""

    @routes.get(f"{SESSION_PAGE}/<int:number>")
    @allow(Action.SEE_RESULTS)
    def session(number: int) -> Response:
        """Show a session."""
        return show(number)

    def show(number: int) -> Response:
        with services.store.read() as connection:
            found = find_session(connection, number) if number <= LARGEST_NUMBER else None
        if found is None:
            raise RefusedError(404, f"there is no session {number}")
        lines = [_line(found, row, services.zone) for row in found.tests]
        counts = Counter(line.verdict for line in lines)
        return page(
            "qatrack/session.html",
            twin=f"{request.root_path}/api/qa/testlistinstances/{number}/",
            head=found.head,
            lines=lines,
            verdict=worst(counts),
            counts=in_words(counts),
            comments=found.comments,
            files=[_file(row) for row in found.files.get(None, ())],
            statuses=found.statuses,
            may_review=caller().may(Action.CHANGE_RESULTS) and not found.head.in_progress,
            proposed=review.proposed(found.statuses),
            waiting=sum(line.waits for line in lines),
            others=url_for(f"{PAGES}.session_list", collection=found.head.collection),
        )

    review.install(routes, services)


def _line(found: Session, row: Any, zone: tzinfo) -> Line:
    reference, tolerance = limits_of(row)
    test = listed_test(row, reference, tolerance)
    value = value_of(row)
    files = [_file(one) for one in found.files.get(row.id, ())]
    is_upload = test.kind is Kind.UPLOAD and not row.skipped
    return Line(
        number=row.id,
        title=title_of(row).removeprefix(f"{found.head.test_list}::"),  # as lists of a test pack call their tests
        name=row.name,
        description=row.description or "",
        value="" if is_upload and files else value_display(test, value, skipped=row.skipped, zone=zone),
        difference="" if row.skipped else diff_display(test, value),
        reference="" if reference is None else reference_display(reference),
        limits=limits_in_words(bands_of(test.kind, reference, tolerance), tolerance),
        verdict=PassFail(row.pass_fail),
        label=LABELS[PassFail(row.pass_fail)],
        status=row.status,
        waits=row.requires_review,
        counts=row.valid,
        comment=row.comment,
        files=files,
        result=found.results.get(row.result),
        result_address=address_of("portal.result", name=row.result) if row.result else "",
    )


def _file(row: Any) -> File:
    kind = type_of(row.label)
    address = url_for(f"{PAGES}.attached", number=row.id, name=row.label)
    return File(label=row.label, address=address, size=row.size, comment=row.comment, picture=kind in PICTURES)
