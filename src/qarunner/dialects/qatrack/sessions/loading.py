"""Reads definitions from the store: what a list is on a unit, in five questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, literal, select

from qarunner.dialects.qatrack.recorded import tolerance_of, words_of
from qarunner.dialects.qatrack.rules.due_dates import Frequency
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import ListedTest, PassFail, Reference
from qarunner.dialects.qatrack.rules.review import Status
from qarunner.dialects.qatrack.sessions.definition import (
    DayList,
    Definition,
    Member,
    ReviewRules,
    Statuses,
    rules_of,
)
from qarunner.store.models import qatrack
from qarunner.store.models.qatrack.revision import revision

if TYPE_CHECKING:
    from sqlalchemy import Connection

_test, _info = qatrack.Test, qatrack.UnitTestInfo
_reference, _tolerance = qatrack.Reference, qatrack.Tolerance
Reviews = Mapping[int | None, ReviewRules]
"""By the number of a set of rules."""
OF_TEST = (
    "type choices constant_value wrap_low wrap_high calculation_procedure formatting flag_when hidden autoreviewruleset"
)
OF_TOLERANCE = "act_low tol_low tol_high act_high mc_pass_choices mc_tol_choices bool_warning_only"
TEST_COLUMNS: tuple[Any, ...] = (
    _test.id.label("number"),
    _test.slug,
    *(getattr(_test, name) for name in OF_TEST.split()),
    _reference.id.label("reference"),
    _reference.type.label("reference_type"),
    _reference.value.label("reference_value"),
    _tolerance.id.label("tolerance"),
    _tolerance.type.label("tolerance_type"),
    *(getattr(_tolerance, name) for name in OF_TOLERANCE.split()),
)
"""What `member_of` makes a member of: of a test, its reference and its tolerance."""


def load(connection: Connection, number: int) -> Definition | None:
    """Return the definition of a collection; None when there is none with this number."""
    collection, unit, frequency = qatrack.Collection, qatrack.Unit, qatrack.Frequency
    query: Any = (
        select(
            collection.test_list, collection.cycle, collection.unit, collection.auto_schedule,
            unit.number.label("unit_number"), unit.node,
            frequency.recurrences, frequency.window_start, frequency.window_end, revision().label("revision"),
        )
        .join(unit, unit.id == collection.unit)
        .outerjoin(frequency, frequency.id == collection.frequency)
        .where(collection.id == number)
    )  # fmt: skip
    row = connection.execute(query).first()
    if row is None:
        return None
    statuses = load_statuses(connection)
    return Definition(
        revision=row.revision,
        collection=number,
        unit_number=row.unit_number,
        node=row.node,
        cycle=row.cycle is not None,
        days=_days(connection, row, review_rules(connection, statuses)),
        frequency=_frequency(row) if row.auto_schedule and row.recurrences else None,
        statuses=statuses,
    )


def _frequency(row: Any) -> Frequency:
    return Frequency(recurrences=row.recurrences, window_start=row.window_start, window_end=row.window_end)


def load_statuses(connection: Connection) -> Statuses:
    """Return the states of review."""
    status = qatrack.Status
    known: dict[int, Status] = {}
    default = None
    query = select(status.id, status.requires_review, status.valid, status.is_default).order_by(status.id)
    for row in connection.execute(query):
        known[row.id] = Status(key=row.id, requires_review=row.requires_review, valid=row.valid)
        default = known[row.id] if row.is_default else default
    return Statuses(known=known, default=default)


def review_rules(connection: Connection, statuses: Statuses) -> Reviews:
    """Return which status results get by themselves, by the set of rules."""
    rule, in_set = qatrack.AutoReviewRule, qatrack.AutoReviewRuleInSet
    found: dict[int | None, dict[PassFail, Status]] = defaultdict(dict)
    for row in connection.execute(
        select(in_set.rule_set, rule.pass_fail, rule.status).join(rule, rule.id == in_set.rule)
    ):
        found[row.rule_set][PassFail(row.pass_fail)] = statuses.known[row.status]
    return found


def _days(connection: Connection, collection: Any, review: Reviews) -> tuple[DayList, ...]:
    listed = qatrack.TestList
    query: Any = select(listed.id, listed.name, listed.slug)
    if collection.cycle is None:
        query = query.where(listed.id == collection.test_list)
    else:
        member = qatrack.CycleMembership
        query = query.join(member, member.test_list == listed.id).where(member.cycle == collection.cycle)
        query = query.order_by(member.order)
    lists = connection.execute(query).all()
    inner = _sublists(connection)
    every = {one for row in lists for one in _with_sublists(row.id, inner)}
    tests = _tests(connection, sorted(every), collection.unit, review)
    days = []
    for row in lists:
        members = tuple(_in_order(row.id, tests, inner).values())
        days.append(DayList(number=row.id, name=row.name, slug=row.slug, members=members, rules=rules_of(members)))
    return tuple(days)


Members = Mapping[int, Sequence[tuple[int, "Member"]]]
"""By list: the order of each of its tests, and the test."""
Sublists = Mapping[int, Sequence[tuple[int, int]]]
"""By list: the order and number of each list within it."""


def _sublists(connection: Connection) -> Sublists:
    sublist, found = qatrack.Sublist, defaultdict(list)
    for row in connection.execute(select(sublist.parent, sublist.order, sublist.child)):
        found[row.parent].append((row.order, row.child))
    return found


def _with_sublists(number: int, inner: Sublists, seen: frozenset[int] = frozenset()) -> set[int]:
    if number in seen:
        return set()
    return {number}.union(*(_with_sublists(child, inner, seen | {number}) for _order, child in inner.get(number, ())))


def _in_order(
    number: int,
    tests: Members,
    inner: Sublists,
    seen: frozenset[int] = frozenset(),
) -> dict[str, Member]:
    """Return the tests of a list by macro, those of lists within it in their places; each once, however often it is."""
    if number in seen:
        return {}
    entries: list[tuple[int, int, Any]] = [(order, 0, member) for order, member in tests.get(number, ())]
    entries += [(order, 1, child) for order, child in inner.get(number, ())]
    found: dict[str, Member] = {}
    for _order, is_list, entry in sorted(entries, key=lambda entry: entry[:2]):
        these = _in_order(entry, tests, inner, seen | {number}) if is_list else {entry.test.macro: entry}
        for macro, member in these.items():
            found.setdefault(macro, member)
    return found


def _tests(connection: Connection, lists: Sequence[int], unit: int, review: Reviews) -> Members:
    membership: Any = qatrack.Membership
    found: dict[int, list[tuple[int, Member]]] = defaultdict(list)
    query: Any = (
        select(membership.test_list, membership.order, _info.id.label("info"), *TEST_COLUMNS)
        .join(_test, _test.id == membership.test)
        .outerjoin(_info, and_(_info.test == _test.id, _info.unit == literal(unit)))
        .outerjoin(_reference, _reference.id == _info.reference)
        .outerjoin(_tolerance, _tolerance.id == _info.tolerance)
        .where(membership.test_list.in_(lists))
        .order_by(membership.order, membership.id)
    )
    for row in connection.execute(query):
        found[row.test_list].append((row.order, member_of(row, review.get(row.autoreviewruleset))))
    return found


def member_of(row: Any, review: ReviewRules | None) -> Member:
    """Return a test of a list from a row with `TEST_COLUMNS` and ``info``, the number of its limits on the unit."""
    yes_no = row.reference_type == "boolean"
    return Member(
        test=ListedTest(
            macro=row.slug,
            kind=Kind(row.type),
            reference=None if row.reference is None else Reference(row.reference_value, yes_no),
            tolerance=tolerance_of(row),
            choices=words_of(row.choices),
            constant=row.constant_value,
            wrap_low=row.wrap_low,
            wrap_high=row.wrap_high,
            procedure=row.calculation_procedure or "",
            formatting=row.formatting,
            flag_when=row.flag_when,
            hidden=row.hidden,
        ),
        number=row.number,
        info=row.info or 0,
        reference=row.reference,
        tolerance=row.tolerance,
        review=review,
    )
