from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qarunner.dialects.qatrack.definition.yaml_text import DEEPEST, LARGEST, YamlError, read_yaml
from qarunner.dialects.qatrack.definition.yaml_writing import as_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("true", True),
        ("null", None),
        ("~", None),
        ("yes", "yes"),
        ("on", "on"),
        ("No", "No"),
        ("12:30", "12:30"),
        ("2026-12-31", "2026-12-31"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-7", -7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e-3", 0.001),
        ('"12"', "12"),
        ("'true'", "true"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("9" * 30, float("9" * 30)),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, value: Any) -> None:
    found, _lines = read_yaml(text)
    assert found == value
    assert type(found) is type(value)


def test_every_value_has_its_line() -> None:
    _value, lines = read_yaml("units:\n  - a\n  - node: b\n\n    site: >\n      Lab\nlists: {x: 1}\n")
    assert lines == {
        "$": 1,
        "$.units": 1,
        "$.units[0]": 2,
        "$.units[1]": 3,
        "$.units[1].node": 3,
        "$.units[1].site": 5,
        "$.lists": 7,
        "$.lists.x": 7,
    }


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: [1, 2\n", 3, "it is no YAML"),
        ("a:\n\t- x\n", 2, "it is no YAML"),
        ("a: 1\na: 2\n", 2, "'a' is here a second time"),
        ("a: &x 1\n", 1, "anchors and aliases are not read"),
        ("a: 1\nb: *x\n", 2, "anchors and aliases are not read"),
        ("a: 1\n<<: {b: 1}\nc: 1\n<<: {d: 1}\n", 4, "'<<' is here a second time"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "the tag tag:yaml.org,2002:python"),
        ('a: !!int "5"\n', 1, "the tag tag:yaml.org,2002:int is not read"),
        ("a: !secret x\n", 1, "the tag !secret is not read"),
        ("a: 1\n? [1, 2]\n: 3\n", 2, "a name is a list or a table here"),
        ("a: 1e999\n", 1, "1e999 is too large for a number"),
        ("\n" + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), 2, "it is nested too deeply"),
        ("[" * 100_000, 1, "it is nested too deeply"),
        ("x" * (LARGEST + 1), 0, "the file has"),
        ("a: 1\n--- \nb: 2\n", 2, "it is no YAML"),
        ("a: \x07\n", 0, "it is no YAML"),
    ],
)
def test_what_is_no_yaml_or_too_much_of_it_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    assert problem in caught.value.problem
    assert caught.value.line == line
    assert caught.value.advice


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)
    | st.sampled_from(["yes", "on", "1e5", "1_0", "~", "null", "0x1", "12:30", "", " a", "# b", "- c", "a: b", "é"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc: -1", max_size=5), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_as_the_same(value: Any) -> None:
    assert read_yaml(as_yaml(value))[0] == value


def test_what_is_written_pleases_the_eye() -> None:
    value = {
        "units": ["box", {"type": "X", "node": "a"}],
        "lists": [{"tests": ["b", {"high": 1.5, "macro": "c"}], "name": "Menu", "units": []}],
    }
    assert as_yaml(value) == (
        "units:\n"
        "  - box\n"
        "  - {node: a, type: X}\n"
        "lists:\n"
        "  - name: Menu\n"
        "    tests:\n"
        "      - b\n"
        "      - {macro: c, high: 1.5}\n"
        "    units: []\n"
    )
