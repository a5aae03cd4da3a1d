"""Units and lists of the QATrack+ dialect as an administrator would have made them, put straight into a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select

from qarunner.store.engine import Store
from qarunner.store.models import User, qatrack

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
YES = 1.0


@dataclass(frozen=True)
class ListedTest:
    """A test of a list, with its reference and absolute limits: action and tolerance below, and above."""

    __test__ = False

    slug: str
    kind: str = "boolean"
    reference: float | None = None
    limits: tuple[float, float, float, float] | None = None
    procedure: str | None = None


def yes(*slugs: str) -> list[ListedTest]:
    """Return testcases: booleans that should be true."""
    return [ListedTest(slug, reference=YES) for slug in slugs]


class ListMaker:
    """Defines units, and lists on them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.read() as connection:
            user = connection.execute(select(User.id)).scalar()
            self._edited = {"created": MADE, "created_by": user, "modified": MADE, "modified_by": user}
        self._put(qatrack.UnitType, id=1, name="T-1000", model="55", vendor=None, unit_class=None)
        self._put(qatrack.Category, id=1, name="Picture", slug="picture", parent=None)
        self._put(qatrack.Status, id=1, name="Unreviewed", slug="unreviewed", description="", is_default=True)
        self._number = 100

    def unit(self, number: int, name: str, **more: Any) -> None:
        """Define a unit; its row has the number, too."""
        row = {"serial_number": None, "location": None, "install_date": None, "site": None, "node": ""} | more
        self._put(qatrack.Unit, id=number, number=number, name=name, type=1, date_acceptance=date(2026, 1, 1), **row)

    def test_list(
        self, unit: int, name: str, tests: Sequence[ListedTest], inner: Sequence[ListedTest] = (), **more: Any
    ) -> None:
        """Define a list on a unit. :param inner: tests of a sublist."""
        number = self._list(name, tests, unit)
        if inner:
            child = self._list(f"{name}, inner", inner, unit)
            self._put(qatrack.Sublist, parent=number, child=child, order=0)
        empty = {"cycle": None, "frequency": None, "due_date": None, "assigned_to": None, "last_instance": None}
        self._put(qatrack.Collection, id=self._next(), name=name, unit=unit, test_list=number, **(empty | more))

    def _list(self, name: str, tests: Sequence[ListedTest], unit: int) -> int:
        number = self._next()
        empty = dict.fromkeys(("description", "javascript", "warning_message"))
        self._put(qatrack.TestList, id=number, name=f"{name} on {unit}", slug=f"list-{number}", **empty, **self._edited)
        for order, test in enumerate(tests):
            self._put(qatrack.Membership, test_list=number, test=self._test(test, unit), order=order)
        return number

    def _test(self, test: ListedTest, unit: int) -> int:
        number = self._next()
        columns = ("display_name", "description", "procedure", "choices", "constant_value", "wrap_low", "wrap_high")
        empty = dict.fromkeys((*columns, "flag_when", "autoreviewruleset"))
        self._put(
            qatrack.Test, id=number, name=f"{test.slug} {number}", slug=test.slug, type=test.kind, category=1,
            calculation_procedure=test.procedure, **empty, **self._edited,
        )  # fmt: skip
        row: Mapping[str, Any] = {"reference": None, "tolerance": None}
        if test.reference is not None:
            kind = "boolean" if test.kind == "boolean" else "numerical"
            self._put(qatrack.Reference, id=number, name=str(number), type=kind, value=test.reference, **self._edited)
            row = {**row, "reference": number}
        if test.limits is not None:
            names = ("act_low", "tol_low", "tol_high", "act_high")
            limits = dict(zip(names, test.limits, strict=True)) | {"mc_pass_choices": None, "mc_tol_choices": None}
            self._put(qatrack.Tolerance, id=number, name=str(number), type="absolute", **limits, **self._edited)
            row = {**row, "tolerance": number}
        self._put(qatrack.UnitTestInfo, id=number, unit=unit, test=number, assigned_to=None, **row)
        return number

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _put(self, model: Any, /, **row: Any) -> None:
        with self._store.write() as connection:
            connection.execute(insert(model), row)
