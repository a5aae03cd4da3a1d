"""Lists of results: every filter, every order, page by page, on both databases."""

from __future__ import annotations

import base64
import functools
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.peers.filter_meaning import wanted
from tests.peers.sample_results import START, sample

from qarunner.results import Device, Outcome, Result
from qarunner.store.engine import Store
from qarunner.store.errors import BadCursorError, StoreError
from qarunner.store.filter import Expression, parse
from qarunner.store.filter.tree import (
    Field,
    Lasting,
    Pattern,
    Tagged,
    When,
    Words,
    all_of,
    any_of,
    negated,
)
from qarunner.store.ingest import ingest, ingest_batch
from qarunner.store.listing import SORT_FIELDS, BadSortError, Sort, list_results, parse_sort
from qarunner.store.rows import ResultRow
from qarunner.store.submission import Submission

TESTCASES = [
    "tests/menu.py::test_opens",
    "tests/menu.py::test_[a*b?]",
    "tests/epg.py::test_100%_x",
    "\u00dcnicode \U0001f4fa",
    "a\\b",
]
REASONS = [
    "",
    "EPG is empty",
    "\u00c4PFEL sind nicht da",
    "100% wrong_",
    "100 wrongly",
    "Stra\u00dfe",
    'it\'s "quoted"',
    "ab",
    "no EPG. EPG!",
    "x\ny\\z",
]
NEWEST_FIRST = Sort()


def various(count: int) -> list[Submission]:
    """Results that differ in everything one can ask for, some alike in nearly everything."""
    chance = random.Random(5)
    made = []
    for number in range(count):
        result = sample(
            number % 60,
            outcome=chance.choice(list(Outcome)),
            reason=chance.choice(REASONS),
            testcase=chance.choice(TESTCASES),
            node=chance.choice(["kitchen", "living-room"]),
            duration=float(chance.choice([0, 1.5, 30, 90])),
            device=Device(model=chance.choice(["T-1", "T-2"]), build=chance.choice(["", "1.0"])),
            tags={chance.choice(["smoke", "a/b", "é*"]): chance.choice(["", "1", "x*y"]) for _ in range(number % 3)},
        )
        job = chance.choice(["", "/kitchen/0000/1", "/kitchen/0000/2"])
        category = chance.choice(["default", "soak", "a b"])
        user = chance.choice(["kim", ""])
        made.append(Submission(result=result, job=job, category=category, user=user, revision="c0ffee"))
    return made


def all_pages(
    store: Store, where: Expression, sort: Sort = NEWEST_FIRST, limit: int = 2000, **options: Any
) -> list[ResultRow]:
    rows: list[ResultRow] = []
    after = None
    with store.read() as connection:
        for _ in range(1000):
            page = list_results(connection, where, sort, limit=limit, after=after, **options)
            assert len(page.rows) == limit or page.cursor is None
            rows += page.rows
            if page.cursor is None:
                return rows
            after = page.cursor
    raise AssertionError("the pages have no end")


class Results(dict[str, Result]):
    """Results by their ids, short when shown."""

    def __repr__(self) -> str:
        return f"{len(self)} results"


@pytest.fixture
def results(store: Store) -> Results:
    submissions = various(150)
    ingest_batch(store, submissions)
    return Results({submission.result.id: submission.result for submission in submissions})


@pytest.fixture
def running(store: Store, results: Results) -> str:
    """The id of a result that has not finished."""
    result = sample(outcome=None)
    results[result.id] = result
    ingest(store, Submission(result=result))
    return result.id


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("field", SORT_FIELDS)
def test_pages_in_every_order_show_each_result_once(
    store: Store,
    results: Results,
    field: Any,
    descending: bool,  # noqa: FBT001 - a parameter
) -> None:
    whole = all_pages(store, parse(""), Sort(field, descending))
    name = {"date": "started", "result": "outcome"}.get(field, field)
    keys = [(str(getattr(row, name)) if field not in {"date", "duration"} else getattr(row, name)) for row in whole]
    assert keys == sorted(keys, reverse=descending)
    assert {row.id for row in whole} == set(results)
    for limit in (1, 7, 150, 151):
        assert all_pages(store, parse(""), Sort(field, descending), limit) == whole


def test_results_that_arrive_while_one_leafs_through_neither_hide_nor_repeat_others(
    store: Store, results: Results
) -> None:
    seen: list[str] = []
    after = None
    while True:
        with store.read() as connection:
            page = list_results(connection, limit=10, after=after)
        seen += [row.id for row in page.rows]
        ingest(store, Submission(result=sample(started=START + timedelta(days=1 + len(seen)))))
        if page.cursor is None:
            break
        after = page.cursor
    assert len(seen) == len(set(seen))
    assert set(seen) == set(results)


PATTERNS = [
    *(("tests/menu.py::test_opens",), ("tests/", ""), ("", "::test_", ""), ("", ""), ("",), ("a\\b",)),
    *(("", "[a*b?]"), ("tests/epg.py::test_100%_x",), ("", "%_", ""), ("\u00dc", "\U0001f4fa")),
    *(("kitchen",), ("k", "n"), ("soak",), ("/kitchen/0000/", ""), ("T-1",), ("1.0",), ("kim",)),
    *(("smoke",), ("a/b",), ("\u00e9*",), ("x*y",), ("1",)),
]
WORDS = [
    *(("epg",), ("EPG", "empty"), ("\u00e4pfel",), ("STRASSE",), ("0%w",), ("g_",), ("100%",), ("wrong_",)),
    *(('"quoted"',), ("ab",), ("b",), ("",), ("zzz",), ("epg", "epg"), ("\\z",), ("'s",), ("", "x"), ("*",)),
]
pattern = st.sampled_from(PATTERNS).map(Pattern)
words = st.sampled_from(WORDS).map(Pattern)
fields = st.sampled_from(["job", "testcase", "category", "node", "model", "build", "user", "revision", "source"])
moments = st.integers(-5, 65).map(lambda minutes: START + timedelta(minutes=minutes))
lengths = st.sampled_from([0.0, 1.5, 30.0, 91.0])
terms = st.one_of(
    st.builds(Field, fields, pattern),
    st.sampled_from(["pass", "fail", "error", "skip"]).map(lambda word: Field("result", Pattern((word,)))),
    st.builds(Words, words),
    st.builds(Tagged, pattern, st.none() | pattern),
    st.builds(When, st.none() | moments, st.none() | moments),
    st.builds(Lasting, st.none() | lengths, st.none() | lengths),
)
expressions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(all_of),
        st.lists(inner, min_size=1, max_size=3).map(any_of),
        inner.map(negated),
    ),
    max_leaves=6,
)


@pytest.fixture
def sorted_rows(store: Store, results: Results, running: str) -> Callable[[Any, bool], list[Any]]:
    """All rows in the order of a field, with or without the one that runs; read once each."""
    return functools.cache(lambda field, also: all_pages(store, parse(""), Sort(field), running=also))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(expression=expressions, field=st.sampled_from(SORT_FIELDS))
def test_the_database_answers_what_the_filter_means(
    store: Store, results: Results, sorted_rows: Callable[[Any, bool], list[Any]], expression: Expression, field: Any
) -> None:
    for also in (False, True):
        expected = [row for row in sorted_rows(field, also) if wanted(expression, row, results[row.id].tags)]
        assert all_pages(store, expression, Sort(field), running=also) == expected


@pytest.mark.parametrize("text", ["EPG is", "epg", "ÄPFEL SIND", "äpfel", "100%", "wrong_", "quoted", "no*EPG", "ab"])
def test_words_are_found_in_failure_reasons_whatever_their_case(store: Store, results: Results, text: str) -> None:
    rows = all_pages(store, parse(f'"{text}"'))
    assert rows
    wanted_pieces = text.casefold().split("*")
    assert all(piece in row.failure_reason.casefold() for row in rows for piece in wanted_pieces)
    assert len(rows) + len(all_pages(store, parse(f'-"{text}"'))) == len(results)


def test_words_of_results_that_changed_or_went_are_no_longer_found(store: Store) -> None:
    from qarunner.store.retention import delete_result

    running = sample(outcome=None)
    ingest(store, Submission(result=running))
    ended = sample(outcome=Outcome.FAIL, reason="no picture at all", id=running.id)
    ingest(store, Submission(result=ended))
    assert [row.id for row in all_pages(store, parse("picture"))] == [running.id]
    delete_result(store, running.id, "test")
    assert all_pages(store, parse("picture")) == []


def test_running_results_are_listed_only_when_asked_for(store: Store, results: Results, running: str) -> None:
    assert {row.id for row in all_pages(store, parse(""), running=True)} == set(results)
    assert {row.id for row in all_pages(store, parse(""))} == set(results) - {running}
    assert running not in {row.id for row in all_pages(store, parse(""), Sort("result"), running=True)}
    assert running in {row.id for row in all_pages(store, parse("-result:pass"), running=True)}


def test_a_list_shows_what_a_dialect_calls_its_results(store: Store) -> None:
    named = ingest(store, Submission(result=sample(1), names={"stbt": "/n/1", "qtest": "9"}))
    ingest(store, Submission(result=sample(0)))
    rows = all_pages(store, parse(""), dialect="stbt")
    assert [(row.number, row.name) for row in rows] == [(named.number, "/n/1"), (rows[1].number, "")]


@pytest.mark.parametrize("limit", [0, -1, 2001])
def test_pages_have_a_size(store: Store, limit: int) -> None:
    with store.read() as connection, pytest.raises(StoreError, match="1 to 2000"):
        list_results(connection, limit=limit)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


BAD_CURSORS = [
    *("", "x", "\u00e9", "\0", "!!!!", "A" * 5000),
    *map(_encoded, ["[]", "{}", '["date",true,null,"x",1]', '["date",true,"unexpected",1,1]']),
    *map(_encoded, [f'["date",true,null,{10**30},1]', f'["date",true,null,1,{10**30}]']),
    *map(_encoded, [f'["date",true,null,{2**62},1]', '["job",true,"x",1,1]', '["date",false,null,1,1]']),
]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_a_made_up_cursor_is_refused(store: Store, results: Results, cursor: str) -> None:
    with store.read() as connection, pytest.raises(BadCursorError):
        list_results(connection, after=cursor)


@pytest.mark.parametrize(("field", "value"), [("job", "1"), ("duration", '"x"'), ("job", "null"), ("job", '"\\u0000"')])
def test_a_cursor_of_another_kind_of_value_is_refused(store: Store, field: Any, value: str) -> None:
    cursor = _encoded(f'["{field}",true,{value},1,1]')
    with store.read() as connection, pytest.raises(BadCursorError):
        list_results(connection, sort=Sort(field), after=cursor)


@pytest.mark.parametrize("field", SORT_FIELDS)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_orders_are_read(field: str, direction: str) -> None:
    assert parse_sort(f"{field}:{direction}") == (field, direction == "desc")


OTHER_ORDERS = [
    ("", "There are"),
    ("dat:desc", "Did you mean 'date'"),
    ("date", "date:asc"),
    ("date:up", "date:desc"),
    ("date:desc:x", "date:asc"),
    ("number:asc", "There are"),
]


@pytest.mark.parametrize(("text", "advice"), OTHER_ORDERS)
def test_other_orders_are_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(BadSortError) as caught:
        parse_sort(text)
    assert advice in caught.value.advice
