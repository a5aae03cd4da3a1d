"""The filter language: what is understood, what is refused, and where the finger points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qarunner.store.filter import Expression, FilterError, parse, show
from qarunner.store.filter.tree import (
    EVERYTHING,
    FIELDS,
    All,
    AnyOf,
    Field,
    Lasting,
    Not,
    Pattern,
    Tagged,
    When,
    Words,
    all_of,
    any_of,
    negated,
)

NOW = datetime(2026, 11, 21, 14, 30, 15, 123456, tzinfo=UTC)
STEP = timedelta(microseconds=1)


def read(text: str, zone: str = "UTC") -> Expression:
    return parse(text, zone, NOW)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_exactly(name: str, text: str) -> Field:
    return Field(name, Pattern((text,)))


ATTESTED: list[tuple[str, Expression]] = [
    ("job:/stb-tester-abcdef123456/0a23/972", is_exactly("job", "/stb-tester-abcdef123456/0a23/972")),
    (
        "testcase:tests/menu.py::test_that_menu_appears",
        is_exactly("testcase", "tests/menu.py::test_that_menu_appears"),
    ),
    ("result:fail", is_exactly("result", "fail")),
    ('category:"soak test of release x"', is_exactly("category", "soak test of release x")),
    ("category:refs/snapshots/kim", is_exactly("category", "refs/snapshots/kim")),
    ("node:stb-tester-abcdef123456", is_exactly("node", "stb-tester-abcdef123456")),
    ('date:>"2024-01-01 00:00"', When(moment("2024-01-01") + STEP, None)),
    (
        'testcase:tests/a.py::test_x date:>"2024-01-01"',
        All((is_exactly("testcase", "tests/a.py::test_x"), When(moment("2024-01-01") + STEP, None))),
    ),
]


@pytest.mark.parametrize(("text", "meaning"), ATTESTED)
def test_terms_that_clients_send_are_understood(text: str, meaning: Expression) -> None:
    assert read(text) == meaning


A, B, C = (is_exactly("node", name) for name in "abc")

COMBINED: list[tuple[str, Expression]] = [
    ("", EVERYTHING),
    (" \n\t ", EVERYTHING),
    ("node:a node:b", All((A, B))),
    ("node:a AND node:b", All((A, B))),
    ("node:a OR node:b", AnyOf((A, B))),
    ("node:a OR node:b node:c", AnyOf((A, All((B, C))))),
    ("(node:a OR node:b) node:c", All((AnyOf((A, B)), C))),
    ("-node:a", Not(A)),
    ("--node:a", A),
    ("-(node:a OR node:b)", Not(AnyOf((A, B)))),
    ("-node:a node:b", All((Not(A), B))),
    ("((node:a))", A),
    ("node:a (node:b node:c)", All((A, B, C))),
    ("NODE:a", A),
    ("Result:FAIL", is_exactly("result", "fail")),
    ("job:node/0a23/9", is_exactly("job", "/node/0a23/9")),
    ("job:*/972", Field("job", Pattern(("", "/972")))),
    ("node:OR", is_exactly("node", "OR")),
    ("node:or-else", is_exactly("node", "or-else")),
    ("node:-x", is_exactly("node", "-x")),
    ('node:""', is_exactly("node", "")),
    ("testcase:tests/*::test_*[a(b)]", Field("testcase", Pattern(("tests/", "::test_", "[a(b)]")))),
    ('testcase:"features/menu.feature::Open *"', Field("testcase", Pattern(("features/menu.feature::Open ", "")))),
    (r"node:a\*b\ c\)", is_exactly("node", "a*b c)")),
    (r'node:"a\"b\\c"', is_exactly("node", 'a"b\\c')),
    ("ORANGE", Words(Pattern(("ORANGE",)))),
    ('"EPG is empty" stalled', All((Words(Pattern(("EPG is empty",))), Words(Pattern(("stalled",)))))),
    ('"node:a"', Words(Pattern(("node:a",)))),
    ("http://example.com/x", Words(Pattern(("http://example.com/x",)))),
    ("reason:black*screen", Words(Pattern(("black", "screen")))),
    ("tag:smoke", Tagged(Pattern(("smoke",)))),
    ("tag.jenkins/BUILD_ID:42", Tagged(Pattern(("jenkins/BUILD_ID",)), Pattern(("42",)))),
    (r"tag.a\ b:c*", Tagged(Pattern(("a b",)), Pattern(("c", "")))),
    ('tag.model:"T 1000"', Tagged(Pattern(("model",)), Pattern(("T 1000",)))),
]


@pytest.mark.parametrize(("text", "meaning"), COMBINED)
def test_terms_combine(text: str, meaning: Expression) -> None:
    assert read(text) == meaning


DATES: list[tuple[str, str | None, str | None]] = [
    ("2024", "2024-01-01", "2025-01-01"),
    ("2024-02", "2024-02-01", "2024-03-01"),
    ("2024-12", "2024-12-01", "2025-01-01"),
    ("2024-02-29", "2024-02-29", "2024-03-01"),
    ('"2024-02-29 18:30"', "2024-02-29 18:30", "2024-02-29 18:31"),
    ("2024-02-29T18:30:05", "2024-02-29 18:30:05", "2024-02-29 18:30:06"),
    ("2024-02-29T18:30:05.25Z", "2024-02-29 18:30:05.25", "2024-02-29 18:30:05.26"),
    ('"2024-02-29 18:30+02:00"', "2024-02-29 16:30", "2024-02-29 16:31"),
    ('"2024-02-29 18:30 America/Denver"', "2024-03-01 01:30", "2024-03-01 01:31"),
    ("today", "2026-11-21", "2026-11-22"),
    ("Yesterday", "2026-11-20", "2026-11-21"),
    ("-7d", "2026-11-14 14:30:15.123456", None),
    ("-90m", "2026-11-21 13:00:15.123456", None),
    ("2024-01-01..2024-01-31", "2024-01-01", "2024-02-01"),
    ("2024-01..", "2024-01-01", None),
    ("..yesterday", None, "2026-11-21"),
    ("-2w..-1w", "2026-11-07 14:30:15.123456", "2026-11-14 14:30:15.123457"),
    (">2024-01-01", "2024-01-01 00:00:00.000001", None),
    (">=2024-01-01", "2024-01-01", None),
    ("<2024-01-01", None, "2024-01-01"),
    ("<=2024-01-01", None, "2024-01-02"),
    ('> "2024-01-01 10:00"', "2024-01-01 10:00:00.000001", None),
    (">-1h", "2026-11-21 13:30:15.123457", None),
    (">today", "2026-11-21 00:00:00.000001", None),
]


@pytest.mark.parametrize(("text", "start", "stop"), DATES)
def test_dates_are_spans_of_time(text: str, start: str | None, stop: str | None) -> None:
    assert read(f"date:{text}") == When(start and moment(start), stop and moment(stop))  # type: ignore[arg-type]  # no empty


@pytest.mark.parametrize(
    ("text", "zone", "start", "stop"),
    [
        ("2024-01-01", "America/Denver", "2024-01-01 07:00", "2024-01-02 07:00"),
        ("2024-01-01T10:00", "Asia/Kolkata", "2024-01-01 04:30", "2024-01-01 04:31"),
        ("2024-01-01T10:00Z", "Asia/Kolkata", "2024-01-01 10:00", "2024-01-01 10:01"),
        ("2024-03-10", "America/Denver", "2024-03-10 07:00", "2024-03-11 06:00"),  # 23 hours long
        ("today", "Pacific/Auckland", "2026-11-21 11:00", "2026-11-22 11:00"),
        ("yesterday", "Pacific/Pago_Pago", "2026-11-20 11:00", "2026-11-21 11:00"),
    ],
)
def test_dates_without_a_zone_are_in_the_zone_asked_for(text: str, zone: str, start: str, stop: str) -> None:
    assert read(f"date:{text}", zone) == When(moment(start), moment(stop))


def test_an_unknown_time_zone_is_no_fault_of_the_filter() -> None:
    for zone in ("Mars/Olympus", "", "../etc/passwd", "\0", "UTC\n"):
        with pytest.raises(ValueError, match="no time zone"):
            parse("", zone)


@pytest.mark.parametrize(
    ("text", "least", "below"),
    [
        ("30", 30, 31),
        ("2m", 120, 180),
        ("1.5", 1.5, 1.6),
        ("500ms", 0.5, 0.501),
        (">=1h", 3600, None),
        ("<90s", None, 90),
        ("10..", 10, None),
    ],
)
def test_durations_are_seconds_or_have_a_unit(text: str, least: float | None, below: float | None) -> None:
    meaning = read(f"duration:{text}")
    assert isinstance(meaning, Lasting)
    assert meaning.least == (None if least is None else pytest.approx(least))
    assert meaning.below == (None if below is None else pytest.approx(below))


def test_ends_of_durations_are_inclusive_where_one_says_so() -> None:
    over, up_to, between = (read(f"duration:{text}") for text in (">30", "<=30", "20..30"))
    assert isinstance(over, Lasting)
    assert over.least
    assert over.least > 30
    assert isinstance(up_to, Lasting)
    assert isinstance(between, Lasting)
    assert up_to.below == between.below == over.least


REFUSED: list[tuple[str, int, str, str]] = [
    ("job:", 5, "ends too early", "a value"),
    ("node:a job:)", 12, "')' cannot stand here", "a value"),
    ("job: /x", 6, "nothing stands after job:", "without a space"),
    ("result:failed", 8, "failed is not a result", "pass or fail or error or skip"),
    ("result:f*", 8, "not a result", "pass"),
    ("node:a foo:bar", 8, "no field 'foo'", "in quotes"),
    ("jobb:/x", 1, "no field 'jobb'", "Did you mean 'job'"),
    ("category:>x", 10, "compares dates and durations only", ""),
    ("(node:a", 8, "ends too early", ")"),
    ("node:a)", 7, "')' cannot stand here", "the end"),
    ("()", 2, "')' cannot stand here", "a word"),
    ('node:a "abc', 8, "quote is not closed", "another quote"),
    ("date:", 6, "ends too early", "a value"),
    ("date:>", 7, "ends too early", "a value"),
    ("date:soon", 6, "'soon' is not a date", "2024-02-29"),
    ("date:2024-13", 6, "month must be", "2024-02-29"),
    ("date:2023-02-29", 6, "day", "2024-02-29"),
    ("date:0000", 6, "is not a date", "2024-02-29"),
    ("date:9999-12-31", 6, "is not a date", "2024-02-29"),
    ("date:-999999w", 6, "is not a date", "2024-02-29"),
    ("date:2024..2023", 6, "ends before it begins", "2024-02-29"),
    ("date:>2024..2025", 7, "do not go together", "2024-02-29"),
    ("date:..", 6, "a beginning or an end", "2024-02-29"),
    ('date:"2024-01-01 10:00 Mars/Olympus"', 6, "no time zone", "2024-02-29"),
    ("duration:long", 10, "not a duration", "1.5m"),
    ("duration:-5", 10, "not a duration", "1.5m"),
    ("duration:20..10", 10, "ends before it begins", "1.5m"),
    ("OR node:a", 1, "nothing stands before this OR", "a term"),
    ("node:a OR", 10, "ends too early", "a word"),
    ("node:a OR OR node:b", 11, "nothing stands before this OR", "a term"),
    ("-", 2, "ends too early", "a word"),
    ("<3", 1, "'<3' cannot stand here", "a word"),
    ("\\", 1, "cannot stand here", "a word"),
    ("(" * 51 + "a" + ")" * 51, 51, "more than 50 parentheses", ""),
    ("x" * 10_001, 10_001, "at most 10000 characters", ""),
    ("x " * 201, 401, "at most 200 terms", ""),
]


@pytest.mark.parametrize(("text", "column", "problem", "advice"), REFUSED, ids=[case[0][:20] for case in REFUSED])
def test_a_mistake_is_pointed_at_with_what_was_expected(text: str, column: int, problem: str, advice: str) -> None:
    with pytest.raises(FilterError) as caught:
        read(text)
    error = caught.value
    assert problem in error.reason
    assert error.column == column
    assert f"column {column}" in error.problem
    assert advice in error.advice
    line, caret = error.pointer.split("\n")
    assert text[column - 1 : column] == line[len(caret) - 1 : len(caret)]


def test_parentheses_within_quotes_do_not_count() -> None:
    assert read('"' + "(" * 100 + '"') == Words(Pattern(("(" * 100,)))


texts = st.text(max_size=8)
patterns = st.lists(texts, min_size=1, max_size=3).map(lambda pieces: Pattern(tuple(_joined(pieces))))
moments = st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zoned
lengths = st.floats(0, 1e9, allow_subnormal=False)


def _joined(pieces: list[str]) -> list[str]:
    """Two wildcards with nothing between them are one."""
    return [piece for place, piece in enumerate(pieces) if piece or place in {0, len(pieces) - 1}]


terms = st.one_of(
    st.builds(Field, st.sampled_from([name for name in FIELDS if name not in {"result", "job"}]), patterns),
    st.sampled_from(["pass", "fail", "error", "skip"]).map(lambda word: is_exactly("result", word)),
    texts.map(lambda rest: is_exactly("job", f"/{rest}")),
    st.builds(Words, patterns),
    st.builds(Tagged, patterns.filter(lambda pattern: pattern.pieces != ("",)), st.none() | patterns),
    st.tuples(moments, moments).filter(lambda both: both[0] != both[1]).map(lambda both: When(min(both), max(both))),
    st.builds(When, moments, st.none()),
    st.builds(When, st.none(), moments),
    st.tuples(lengths, lengths).filter(lambda b: b[0] != b[1]).map(lambda b: Lasting(min(b), max(b))),
    st.builds(Lasting, lengths, st.none()),
)
expressions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(all_of),
        st.lists(inner, min_size=1, max_size=3).map(any_of),
        inner.map(negated),
    ),
    max_leaves=12,
)


@given(expressions)
def test_what_is_written_down_is_read_back_the_same(expression: Expression) -> None:
    assert read(show(expression)) == expression


FRAGMENTS = [
    *("job:", "date:", "tag.", "duration:", "result:", "node:", ":", "OR", "AND"),
    *(">", "<=", "..", "-", "(", ")", '"', "\\", "*", " "),
    *("fail", "2024-01", "-7d", "1.5m", "x", "\0", "\u00e9", "\ud800", "\u2028"),
]


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(FRAGMENTS), max_size=15).map("".join)))
def test_any_text_is_understood_or_refused_with_a_place(text: str) -> None:
    places: list[int] = []
    try:
        expression = read(text)
    except FilterError as error:
        places.append(error.column)
    else:
        assert read(show(expression)) == expression
    assert all(1 <= place <= len(text) + 1 for place in places)
