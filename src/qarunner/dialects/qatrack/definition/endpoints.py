"""What our own API adds for definitions, which the QATrack+ API has no words for: read them, compare, apply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from qarunner.access import Action
from qarunner.dialects.endpoint import Answer, Body, Endpoint
from qarunner.dialects.qatrack.definition import changes
from qarunner.dialects.qatrack.definition.applying import apply, plan_for
from qarunner.dialects.qatrack.definition.completing import Part, complete
from qarunner.dialects.qatrack.definition.records import Definition
from qarunner.dialects.qatrack.definition.stored import read_current
from qarunner.dialects.qatrack.definition.troubles import DefinitionError
from qarunner.dialects.qatrack.definition.writing import written
from qarunner.dialects.routes import RefusedError, caller

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

PATH = "/definition"
LARGEST = 4 * 1024 * 1024
"""Bytes of a body."""


class DefinitionProposal(Body, frozen=True):
    """A definition, and what to do with it."""

    definition: Definition
    dry_run: Annotated[bool, Meta(description="true only says what would be done")] = True


class DefinitionChange(Answer, frozen=True):
    """One change of the plan."""

    action: changes.Action
    kind: Annotated[str, Meta(description="such as unit, test, limits")]
    name: str
    values: Annotated[dict[str, str], Meta(description="what it has from then on, as a person reads it")]
    before: Annotated[dict[str, str], Meta(description="what it had, where that changes")]


class DefinitionPlan(Answer, frozen=True):
    """What is done, or was; empty when everything is as it should be."""

    applied: bool
    changes: list[DefinitionChange]
    remarks: list[str]
    lines: Annotated[list[str], Meta(description="all of it for people")]


def endpoints(services: Services) -> Iterable[Endpoint]:
    """Return the routes."""
    store = services.store

    def get_definition() -> Definition:
        with store.read() as connection:
            return written(read_current(connection).things)

    def post_definition(body: DefinitionProposal) -> DefinitionPlan:
        try:
            wanted = complete([Part(body.definition, _place_in_body)])
            plan = plan_for(store, wanted) if body.dry_run else apply(store, wanted, caller())
        except DefinitionError as error:
            first = error.troubles[0].place
            raise RefusedError(400, str(error), place=first) from error
        return shown_plan(plan, applied=not body.dry_run)

    yield Endpoint(
        "GET", PATH, "All that is defined for QATrack+", get_definition, Action.SEE_RESULTS, answer=Definition
    )
    yield Endpoint(
        "POST",
        PATH,
        "What a definition would change; with `dry_run` false it is changed",
        post_definition,
        Action.DEFINE_TESTS,
        answer=DefinitionPlan,
        body=DefinitionProposal,
        body_limit=LARGEST,
        statuses=(413,),
    )


def _place_in_body(path: str) -> str:
    return f"body $.definition{path[1:]}"


def shown_plan(plan: changes.Plan, *, applied: bool) -> DefinitionPlan:
    """Return a plan as our API answers it."""
    return DefinitionPlan(
        applied=applied,
        changes=[
            DefinitionChange(
                action=change.action,
                kind=change.kind,
                name=change.name,
                values={name: changes.shown(value) for name, value in change.values.items()},
                before={name: changes.shown(value) for name, value in change.before.items()},
            )
            for change in plan.changes
        ],
        remarks=list(plan.remarks),
        lines=list(changes.lines_of(plan)),
    )
