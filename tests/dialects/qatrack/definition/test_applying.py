"""What becomes of a store, on either database; `Bench.apply` proves each time that a second time changes nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from tests.dialects.qatrack.definition.conftest import Bench, changed, defined

from qarunner.access import Access, Identity
from qarunner.access.audit import entries
from qarunner.dialects.qatrack.definition.applying import apply
from qarunner.store.models import Role, qatrack

BASE = """
    units: [living-room, bedroom]
    lists:
    - name: Zapping
      tests:
      - next_channel
      - {macro: zap_time, warn_high: 1, high: 2, per_unit: {bedroom: {high: 3}}}
    """


def rows(bench: Bench, *columns: Any) -> list[tuple[Any, ...]]:
    with bench.store.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]


def limits(bench: Bench) -> dict[tuple[str, str], tuple[float | None, float | None, bool]]:
    """Return reference, highest level at action and whether it is active, by unit and macro."""
    info = qatrack.UnitTestInfo
    query = (
        select(qatrack.Unit.name, qatrack.Test.slug, qatrack.Reference.value, qatrack.Tolerance.act_high, info.active)
        .join(qatrack.Unit, qatrack.Unit.id == info.unit)
        .join(qatrack.Test, qatrack.Test.id == info.test)
        .outerjoin(qatrack.Reference, qatrack.Reference.id == info.reference)
        .outerjoin(qatrack.Tolerance, qatrack.Tolerance.id == info.tolerance)
    )
    with bench.store.read() as connection:
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in connection.execute(query)}


def do_once(bench: Bench, macro: str) -> None:
    """Record one value of a test, as a session does."""
    made: Any = {"created": datetime.now(UTC), "modified": datetime.now(UTC)}
    times = {"work_started": datetime.now(UTC), "work_completed": datetime.now(UTC)}
    with bench.store.write() as connection:
        info, test_list = connection.execute(
            select(qatrack.UnitTestInfo.id, qatrack.Membership.test_list)
            .join(qatrack.Test, qatrack.Test.id == qatrack.UnitTestInfo.test)
            .join(qatrack.Membership, qatrack.Membership.test == qatrack.Test.id)
            .where(qatrack.Test.slug == macro)
        ).first() or (0, 0)
        collection = connection.execute(select(qatrack.Collection.id)).scalars().first()
        status = connection.execute(select(qatrack.Status.id)).scalars().first()
        session = connection.execute(
            insert(qatrack.ListInstance).returning(qatrack.ListInstance.id),
            {"collection": collection, "test_list": test_list} | made | times,
        ).scalar_one()
        connection.execute(
            insert(qatrack.TestInstance),
            {"list_instance": session, "unit_test_info": info, "status": status, "order": 0, "pass_fail": "ok"}
            | made
            | times,
        )


def test_an_empty_store_gets_everything_a_session_needs(bench: Bench) -> None:
    bench.apply(BASE)
    assert rows(bench, qatrack.Unit.number, qatrack.Unit.name, qatrack.Unit.node) == [
        (1, "living-room", "living-room"),
        (2, "bedroom", "bedroom"),
    ]
    assert rows(bench, qatrack.Status.name, qatrack.Status.is_default, qatrack.Status.valid) == [
        ("Approved", False, True),
        ("Rejected", False, False),
        ("Unreviewed", True, True),
    ]
    assert rows(bench, qatrack.UnitType.name) == [("Device",)]
    assert rows(bench, qatrack.Category.name, qatrack.Category.slug) == [("General", "general")]
    assert rows(bench, qatrack.Collection.name, qatrack.Collection.active) == [("Zapping", True)] * 2
    assert limits(bench) == {
        ("living-room", "next_channel"): (1.0, None, True),
        ("bedroom", "next_channel"): (1.0, None, True),
        ("living-room", "zap_time"): (2.0, 0.0, True),
        ("bedroom", "zap_time"): (3.0, 0.0, True),
    }


def test_limits_change_and_what_they_were_stays(bench: Bench) -> None:
    bench.apply(BASE)
    done = bench.apply(BASE.replace("{high: 3}", "{high: 4}"))
    assert changed(done, "limits") == [("change", "Zapping::zap_time on bedroom")]
    assert limits(bench)["bedroom", "zap_time"] == (4.0, 0.0, True)
    assert (3.0,) in rows(bench, qatrack.Reference.value), "sessions may refer to it"


def test_a_test_that_leaves_a_list_is_kept_and_its_limits_are_inactive(bench: Bench) -> None:
    bench.apply(BASE)
    do_once(bench, "next_channel")
    done = bench.apply(BASE.replace("      - next_channel\n", ""))
    assert changed(done, "member") == [
        ("remove", "Zapping::next_channel in Zapping"),
        ("change", "Zapping::zap_time in Zapping"),
    ]
    assert changed(done, "limits") == [
        ("deactivate", "Zapping::next_channel on living-room"),
        ("deactivate", "Zapping::next_channel on bedroom"),
    ]
    assert limits(bench)["bedroom", "next_channel"] == (1.0, None, False)
    assert ("next_channel",) in rows(bench, qatrack.Test.slug)
    assert rows(bench, func.count(qatrack.TestInstance.id)) == [(1,)]
    back = bench.apply(BASE)
    assert changed(back, "limits")[0] == ("change", "Zapping::next_channel on living-room")
    assert limits(bench)["bedroom", "next_channel"] == (1.0, None, True)


def test_a_list_that_leaves_a_unit_is_inactive_there(bench: Bench) -> None:
    bench.apply(BASE)
    do_once(bench, "zap_time")
    done = bench.apply(f"{BASE.rstrip()}\n      units: [living-room]\n")
    assert changed(done, "collection") == [("deactivate", "Zapping on bedroom")]
    assert rows(bench, qatrack.Collection.active) == [(False,), (True,)]
    assert [pair for pair, (_value, _level, active) in limits(bench).items() if active] == [
        ("living-room", "next_channel"),
        ("living-room", "zap_time"),
    ]
    again = bench.apply(BASE)
    assert changed(again, "collection") == [("change", "Zapping on bedroom")]


def test_a_list_that_is_done_nowhere_keeps_what_was_recorded(bench: Bench) -> None:
    bench.apply(BASE)
    do_once(bench, "zap_time")
    done = bench.apply(f"{BASE.rstrip()}\n      active: false\n")
    assert [action for action, _name in changed(done, "collection")] == ["deactivate", "deactivate"]
    assert rows(bench, func.count(qatrack.TestInstance.id)) == [(1,)]


def test_limits_of_a_list_that_is_not_mentioned_stay(bench: Bench) -> None:
    bench.apply(BASE)
    done = bench.apply("units: [kitchen]\nlists:\n- {name: Other, tests: [opens]}\n")
    assert {name for _action, name in changed(done, "limits")} == {"Other::opens on kitchen"}
    assert [remark for remark in done.remarks if "left alone" in remark] == [
        "left alone, since nothing is said of them: units bedroom, living-room",
        "left alone, since nothing is said of them: lists Zapping",
    ]


def test_sublists_bring_their_tests_to_every_unit(bench: Bench) -> None:
    text = """
        units: [box]
        lists:
        - {name: Inner, tests: [a], units: []}
        - {name: Middle, sublists: [{list: Inner, outline: true}], units: []}
        - {name: Outer, tests: [b], sublists: [Middle]}
        """
    bench.apply(text)
    assert set(limits(bench)) == {("box", "a"), ("box", "b")}
    done = bench.apply(text.replace("tests: [a]", "tests: [a, c]"))
    assert changed(done, "limits") == [("create", "Inner::c on box")]


def test_cycles_take_turns_and_their_days_may_change(bench: Bench) -> None:
    text = """
        units: [box]
        lists:
        - {name: One, tests: [a], units: []}
        - {name: Two, tests: [b], units: []}
        cycles:
        - {name: Turns, lists: [One, Two, One], frequency: Daily}
        """
    bench.apply(text)
    assert set(limits(bench)) == {("box", "a"), ("box", "b")}
    assert rows(bench, qatrack.CycleMembership.order) == [(0,), (1,), (2,)]
    done = bench.apply(text.replace("[One, Two, One]", "[One, One]"))
    assert changed(done, "day") == [("remove", "day 2 of Turns"), ("change", "day 1 of Turns")]
    assert changed(done, "limits") == [("deactivate", "Two::b on box")]


def test_two_units_may_swap_their_numbers(bench: Bench) -> None:
    bench.apply("units:\n- {node: a, number: 1}\n- {node: b, number: 2}\n")
    bench.apply("units:\n- {node: a, number: 2}\n- {node: b, number: 1}\n")
    assert rows(bench, qatrack.Unit.number, qatrack.Unit.name) == [(1, "b"), (2, "a")]


def test_a_unit_that_says_no_number_keeps_it_and_a_new_one_gets_a_free_one(bench: Bench) -> None:
    bench.apply("units:\n- {node: a, number: 7, date_acceptance: 2020-01-01}\n")
    bench.apply("units: [b, a]\n")
    assert rows(bench, qatrack.Unit.number, qatrack.Unit.name) == [(7, "a"), (8, "b")]


def test_categories_are_numbered_as_a_tree(bench: Bench) -> None:
    bench.apply(
        "categories:\n- {name: Zap, parent: Speed}\n- {name: Speed}\n- {name: Boot, parent: Speed}\n- {name: Picture}\n"
    )
    category = qatrack.Category
    columns = (category.tree_id, category.lft, category.rght, category.level, category.name)
    assert rows(bench, *columns) == [
        (1, 1, 2, 0, "Picture"),
        (2, 1, 6, 0, "Speed"),
        (2, 2, 3, 1, "Boot"),
        (2, 4, 5, 1, "Zap"),
    ]


def test_names_that_look_alike_have_slugs_of_their_own(bench: Bench) -> None:
    bench.apply("lists:\n- name: A b\n- name: a-b\n- name: 日本\n- name: 菜单\n")
    assert rows(bench, qatrack.TestList.slug) == [("a-b",), ("a-b-2",), ("x",), ("x-2",)]


def test_another_default_replaces_the_one_there_is(bench: Bench) -> None:
    bench.apply("units: [a]\n")
    done = bench.apply("statuses:\n- {name: New, default: true}\n")
    assert changed(done, "status") == [("create", "New"), ("change", "Unreviewed")]
    assert [name for name, default in rows(bench, qatrack.Status.name, qatrack.Status.is_default) if default] == ["New"]


def test_review_rules_hold_for_tests_that_name_none(bench: Bench) -> None:
    bench.apply("""
        review_rules:
        - {name: Usual, default: true, rules: {ok: Approved, tolerance: Unreviewed}}
        - {name: Other, rules: {ok: Unreviewed}}
        tests:
        - macro: a
        - {macro: b, review: Other}
        """)
    query = select(qatrack.Test.slug, qatrack.AutoReviewRuleSet.name).join(
        qatrack.AutoReviewRuleSet, qatrack.AutoReviewRuleSet.id == qatrack.Test.autoreviewruleset
    )
    with bench.store.read() as connection:
        assert sorted(map(tuple, connection.execute(query))) == [("a", "Usual"), ("b", "Other")]
    done = bench.apply("review_rules:\n- {name: Usual, default: true, rules: {ok: Approved}}\n")
    assert changed(done, "rule of review rules") == [("remove", "tolerance is Unreviewed by Usual")]


def test_who_did_it_is_on_the_rows_and_in_the_log(bench: Bench) -> None:
    Access(bench.store).add_user("anna", Role.WRITE, None)
    apply(bench.store, defined(BASE), Identity(1, "anna", Role.WRITE, "token"))
    assert set(rows(bench, qatrack.Test.created_by, qatrack.Test.modified_by)) == {(1, 1)}
    with bench.store.read() as connection:
        [line] = [entry for entry in entries(connection) if entry.action == "qatrack.define"]
    assert line.user == "anna"
    assert line.details["changes"] > 10


def test_many_who_apply_the_same_at_once_make_it_once(bench: Bench) -> None:
    problems: list[BaseException] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            apply(bench.store, defined(BASE))
        except BaseException as error:  # noqa: BLE001 - told below
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert bench.plan(BASE) == []


REFUSED = [
    ("units:\n- {node: a, number: 3}\n- {node: b, number: 3}", "2: the number 3 is that of several units: a, b"),
    ("units:\n- {node: kitchen, number: 1}", "2: the number 1 is that of several units: kitchen, living-room. Leave"),
    ("lists:\n- {name: x, units: [bedrom]}", "2: there is no unit 'bedrom'. Did you mean 'bedroom'?"),
    ("lists:\n- {name: x, units: [bedroom], frequency: Wekly}", "2: there is no frequency 'Wekly'. Define it"),
    ("lists:\n- {name: x, sublists: [Zaping]}", "2: there is no list 'Zaping'. Did you mean 'Zapping'?"),
    ("lists:\n- {name: x, tests: ['Zapping::zap_tme']}", "2: there is no test 'Zapping::zap_tme'. Did you mean 'Zappi"),
    ("cycles:\n- {name: x, lists: [Zaping]}", "2: there is no list 'Zaping'. Did you mean 'Zapping'?"),
    ("tests:\n- {macro: a, review: Usual}", "2: there is no review rules 'Usual'. Define it"),
    ("tests:\n- {macro: a, per_unit: {bedrom: {}}}", "2: there is no unit 'bedrom'. Did you mean 'bedroom'?"),
    ("categories:\n- {name: a, parent: b}", "2: there is no category 'b'. There are General, a"),
    ("categories:\n- {name: a, parent: b}\n- {name: b, parent: a}", "2: the category 'a' is a part of itself"),
    ("review_rules:\n- {name: a, rules: {ok: Aproved}}", "2: there is no status 'Aproved'. Did you mean 'Approved'"),
    ("lists:\n- {name: x, sublists: [y]}\n- {name: y, sublists: [x]}", "2: the list 'x' is a sublist of itself"),
    ("lists:\n- {name: x, sublists: [y, z]}\n- {name: y, sublists: [z]}\n- {name: z}",
     "2: the list 'x' has the list 'z' more than once"),
    ("lists:\n- {name: x, tests: [zap_time], sublists: [Zapping]}", "2: in the list 'x': the macro zap_time is 2 time"),
    ("lists:\n- name: x\n  tests:\n  - {macro: a, calculation: result = b}\n  - {macro: b, calculation: result = a}",
     "2: in the list 'x': these composites depend on each other: a, b"),
    ("statuses:\n- {name: Unreviewed}", "2: no status is the default. Give the one that new results get: default: tru"),
    ("statuses:\n- {name: A, default: true}\n- {name: B, default: true}", "3: A and B are both the default"),
]  # fmt: skip


def test_what_there_is_is_named_once_for_whoever_looks_for_something_else(bench: Bench) -> None:
    bench.apply(BASE)
    found = bench.refused("units: [living-room]\nlists:\n- {name: x, units: [q]}")
    assert found.endswith("there is no unit 'q'. There are living-room, bedroom")


def test_what_cannot_be_beside_what_there_is_is_told_with_its_line(bench: Bench) -> None:
    bench.apply(BASE)
    for text, said in REFUSED:
        found = bench.refused(text)
        assert found.removeprefix("config/qatrack/test.yaml:").startswith(said), (text, found)


def test_a_list_holds_at_most_250_tests(bench: Bench) -> None:
    macros = ", ".join(f"m{number}" for number in range(251))
    assert "in the list 'x': the list has 251 tests; at most 250 are allowed" in bench.refused(
        f"lists:\n- name: x\n  tests: [{macros}]\n"
    )


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("{macro: zap_time, type: string}", "the type of 'Zapping::zap_time' cannot change from simple any more"),
        (
            "{macro: zapping, name: 'Zapping::zap_time', high: 2}",
            "the macro of 'Zapping::zap_time' cannot change from zap",
        ),
    ],
)
def test_a_test_with_results_stays_what_it_was(bench: Bench, instead: str, said: str) -> None:
    other = f"units: [living-room, bedroom]\nlists:\n- name: Zapping\n  tests:\n  - next_channel\n  - {instead}\n"
    bench.apply(BASE)
    assert any("slug zap_time" in line or "type simple" in line for line in bench.plan(other))
    do_once(bench, "zap_time")
    assert said in bench.refused(other)
    bench.apply(BASE.replace("high: 2", "high: 5"))  # its limits may change


def test_rows_that_nobody_defined_do_not_stand_in_the_way(bench: Bench) -> None:
    bench.apply(BASE)
    with bench.store.write() as connection:
        connection.execute(update(qatrack.Tolerance).values(name="the vendor's own word"))
    assert bench.plan(BASE) == []
