"""What people write: one record per kind of thing. A definition as it is given back is of the same records."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import PassFail

LONGEST_NAME = 255
LONGEST_FORMAT = 60
LONGEST_TEXT = 20_000
MOST = 1000
"""Things of a kind; ten times as many tests."""

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of them: a word that none of them knows is a mistake."""


class UnitType(Written, frozen=True):
    """A model of devices."""

    name: Annotated[Name, Meta(description="what units name it by")]
    vendor: Annotated[str, Meta(description="who makes it", max_length=LONGEST_NAME)] = ""
    unit_class: Annotated[str, Meta(description="such as television", max_length=LONGEST_NAME)] = ""
    model: Annotated[str, Meta(description="the vendor's own word for it", max_length=LONGEST_NAME)] = ""


class Unit(Written, frozen=True):
    """A device under test."""

    name: Annotated[str, Meta(description="what it is known by (default: its node's)", max_length=LONGEST_NAME)] = ""
    node: Annotated[str, Meta(description="whose device it is: results of this node are its", max_length=255)] = ""
    number: Annotated[
        Annotated[int, Meta(ge=0, le=2**31 - 1)] | None,
        Meta(description="what scripts may know it by (default: the next free one)"),
    ] = None
    type: Annotated[Name, Meta(description="its model, of `unit_types` or just a name")] = "Device"
    site: Annotated[str, Meta(description="where it stands", max_length=LONGEST_NAME)] = ""
    location: Annotated[str, Meta(description="where exactly", max_length=LONGEST_NAME)] = ""
    serial_number: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    modalities: Annotated[list[Name], Meta(description="what it can do, such as HDR")] = []
    install_date: date | None = None
    date_acceptance: Annotated[date | None, Meta(description="in use since (default: the day it is defined)")] = None
    active: Annotated[bool, Meta(description="false when it is not tested any more")] = True


class Category(Written, frozen=True):
    """What tests are about."""

    name: Annotated[Name, Meta(description="what tests name it by")]
    parent: Annotated[str, Meta(description="the category that it is a part of", max_length=LONGEST_NAME)] = ""
    description: Text = ""


class Frequency(Written, frozen=True):
    """How often a list is due."""

    name: Annotated[Name, Meta(description="what lists name it by")]
    days: Annotated[int, Meta(description="every so many days", ge=0, le=3660)] = 0
    recurrences: Annotated[str, Meta(description="instead of `days`: rules of RFC 5545", max_length=1000)] = ""
    window_start: Annotated[
        Annotated[int, Meta(ge=0, le=999)] | None,
        Meta(description="days before the due date from which a run counts (default: any run)"),
    ] = None
    window_end: Annotated[int, Meta(description="days after it until which a run is only late", ge=0, le=999)] = 0


class Status(Written, frozen=True):
    """A state of review."""

    name: Annotated[Name, Meta(description="what review rules name it by")]
    default: Annotated[bool, Meta(description="whether new results get it; one status has this")] = False
    requires_review: Annotated[bool, Meta(description="whether results with it wait for a person")] = True
    valid: Annotated[bool, Meta(description="whether results with it count, for due dates too")] = True
    export_by_default: bool = True
    colour: Annotated[str, Meta(description="as CSS writes it", pattern=r"^[#A-Za-z0-9(),.% ]{1,60}$")] = (
        "rgba(60,141,188,1)"
    )
    description: Text = ""


class ReviewRules(Written, frozen=True):
    """Which results are reviewed by themselves."""

    name: Annotated[Name, Meta(description="what tests name them by")]
    rules: Annotated[dict[PassFail, Name], Meta(description="the status that results get, by verdict")]
    default: Annotated[bool, Meta(description="whether they hold for tests that name none")] = False


class Tolerance(Written, frozen=True):
    """How far from its reference a number may be. A level that is left out is no limit."""

    name: Annotated[str, Meta(description="what tests name it by", max_length=LONGEST_NAME)] = ""
    type: Annotated[Literal["absolute", "percent"], Meta(description="what the levels are")] = "absolute"
    act_low: Annotated[float | None, Meta(description="differences below it are at action")] = None
    tol_low: Annotated[float | None, Meta(description="differences below it are at tolerance")] = None
    tol_high: Annotated[float | None, Meta(description="differences above it are at tolerance")] = None
    act_high: Annotated[float | None, Meta(description="differences above it are at action")] = None


class Limits(Written, frozen=True):
    """What a test's value is held against."""

    reference: Annotated[
        bool | float | UnsetType | None,
        Meta(description="the value it should have; of a boolean `true`, unless it says otherwise, or null for none"),
    ] = UNSET
    low: Annotated[float | None, Meta(description="values below it are at action")] = None
    high: Annotated[float | None, Meta(description="values above it are at action")] = None
    warn_low: Annotated[float | None, Meta(description="values below it are at tolerance")] = None
    warn_high: Annotated[float | None, Meta(description="values above it are at tolerance")] = None
    tolerance: Annotated[
        str | Tolerance | None,
        Meta(description="instead of these four: levels around the reference, or the name of one of `tolerances`"),
    ] = None
    passes: Annotated[list[Name], Meta(description="texts that are right; others are at action")] = []
    warns: Annotated[list[Name], Meta(description="texts that are at tolerance")] = []
    warning_only: Annotated[bool, Meta(description="whether a wrong boolean is at tolerance only")] = False


class Test(Limits, frozen=True, kw_only=True):
    """One thing that is checked or measured. Its limits hold on all units that have none of their own."""

    __test__ = False

    macro: Annotated[Name, Meta(description="its name in submissions and procedures: a Python identifier")]
    name: Annotated[
        str, Meta(description="unique among all tests (default: `LIST::MACRO`)", max_length=LONGEST_NAME)
    ] = ""
    type: Annotated[Kind | None, Meta(description="(default: as the other words say, see below)")] = None
    display_name: Annotated[str, Meta(description="what people read", max_length=LONGEST_NAME)] = ""
    description: Text = ""
    procedure: Annotated[str, Meta(description="address of a page that says how it is done", max_length=2000)] = ""
    category: Annotated[str, Meta(description="(default: General)", max_length=LONGEST_NAME)] = ""
    choices: Annotated[list[Name], Meta(description="of a multiple choice", max_length=200)] = []
    constant: Annotated[float | None, Meta(description="of a constant: its value")] = None
    wrap_low: Annotated[float | None, Meta(description="of a wraparound: where it begins, such as 0")] = None
    wrap_high: Annotated[float | None, Meta(description="of a wraparound: where it ends, such as 360")] = None
    calculation: Annotated[Text, Meta(description="of a composite: the procedure")] = ""
    formatting: Annotated[str, Meta(description="of numbers, such as %.2f", max_length=LONGEST_FORMAT)] = ""
    flag_when: Annotated[bool | None, Meta(description="the boolean value that flags a session")] = None
    hidden: bool = False
    skip_without_comment: bool = False
    require_comment: bool = False
    display_image: bool = False
    chart_visibility: bool = True
    review: Annotated[str, Meta(description="the review rules that hold for it", max_length=LONGEST_NAME)] = ""
    per_unit: Annotated[
        dict[Name, Limits], Meta(description="instead of all its limits others, by the name of the unit")
    ] = {}


class ListUnit(Written, frozen=True):
    """A unit on which a list is done otherwise than on the others."""

    unit: Name
    frequency: Annotated[str | None, Meta(description="(default: the list's); an empty one for none")] = None
    assigned_to: Annotated[str | None, Meta(description="(default: the list's)")] = None


class Done(Written, frozen=True):
    """Where and how often something is done."""

    units: Annotated[
        list[str | ListUnit] | None,
        Meta(description="the units it is done on, and no others (default: all of this definition)"),
    ] = None
    frequency: Annotated[
        str, Meta(description="of `frequencies`, or Daily, Weekly, Monthly, Quarterly, Yearly", max_length=LONGEST_NAME)
    ] = ""
    assigned_to: Annotated[str, Meta(description="the role that does it", max_length=LONGEST_NAME)] = "write"
    auto_schedule: Annotated[bool, Meta(description="whether runs move the due date")] = True
    active: Annotated[bool, Meta(description="false when it is done nowhere any more")] = True


class Sublist(Written, frozen=True):
    """A list within a list."""

    list: Name
    outline: Annotated[bool, Meta(description="whether pages draw a frame around its tests")] = False


class TestList(Done, frozen=True, kw_only=True):
    """Tests that are done together."""

    __test__ = False

    name: Annotated[Name, Meta(description="what it is known by")]
    tests: Annotated[
        list[str | Test],
        Meta(description="in their order: a test, the name or macro of one of `tests`, or the macro of a new boolean"),
    ] = []
    sublists: Annotated[list[str | Sublist], Meta(description="lists whose tests come after these")] = []
    description: Text = ""
    warning_message: Annotated[str, Meta(description="what people read when something is at action")] = ""


class Cycle(Done, frozen=True, kw_only=True):
    """Lists that take turns, a day each."""

    name: Annotated[Name, Meta(description="what it is known by")]
    lists: Annotated[list[Name], Meta(description="in their order, which may name one more than once", min_length=1)]
    description: Text = ""
    drop_down_label: Annotated[str, Meta(max_length=128)] = "Choose Day"
    day_option_text: Literal["day", "tlname"] = "day"


class Definition(Written, frozen=True):
    """A whole definition; all its parts may be left out."""

    units: Annotated[
        list[str | Unit], Meta(description="devices; a text is the node and the name of one", max_length=MOST)
    ] = []
    unit_types: Annotated[list[UnitType], Meta(max_length=MOST)] = []
    categories: Annotated[list[Category], Meta(max_length=MOST)] = []
    frequencies: Annotated[list[Frequency], Meta(max_length=MOST)] = []
    statuses: Annotated[
        list[Status],
        Meta(description="an empty store gets Unreviewed, Approved and Rejected without any", max_length=MOST),
    ] = []
    review_rules: Annotated[list[ReviewRules], Meta(max_length=MOST)] = []
    tolerances: Annotated[
        list[Tolerance], Meta(description="with names, for tests that share one", max_length=MOST)
    ] = []
    tests: Annotated[list[Test], Meta(description="tests that stand in several lists", max_length=10 * MOST)] = []
    lists: Annotated[list[TestList], Meta(max_length=MOST)] = []
    cycles: Annotated[list[Cycle], Meta(max_length=MOST)] = []
