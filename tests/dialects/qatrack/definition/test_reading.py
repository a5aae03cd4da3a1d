from __future__ import annotations

from pathlib import Path

import pytest

from qarunner.dialects.qatrack.definition.merging import merged, with_places
from qarunner.dialects.qatrack.definition.reading import definition_files, read_files, read_text
from qarunner.dialects.qatrack.definition.troubles import DefinitionError
from qarunner.errors import ConfigurationError


def refusal(text: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_text(text, "a.yaml")
    [trouble] = caught.value.troubles
    return str(trouble)


TEST = "lists:\n- name: x\n  tests:\n  - macro: q\n    "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lists: {a: 1}", "a.yaml:1: a list is expected here, not a table"),
        ("[]", "a.yaml:1: a table is expected here, not a list"),
        ("list:\n- a", "a.yaml:1: 'list' is not known here. Did you mean 'lists'?"),
        ("units: [5]", "a.yaml:1: a text or a table is expected here, not a whole number. Put a text that looks"),
        ("units:\n- nod: a", "a.yaml:2: 'nod' is not known here. Did you mean 'node'"),
        ("units:\n- zz: a", "a.yaml:2: 'zz' is not known here. There are active, date_acceptance"),
        ("units:\n- node: a\n  install_date: 31.12.2026", "a.yaml:3: this is no date. Write it like 2026-12-31"),
        ("units:\n- node: a\n  number: -1", "a.yaml:3: expected a whole number >= 0"),
        ("units:\n- node: a\n  number: x", "a.yaml:3: a whole number or nothing is expected here, not a text"),
        ("lists:\n- tests: [a]", "a.yaml:2: there is no 'name' here. It is what"),
        ("lists:\n- name:", "a.yaml:2: a text is expected here, not nothing"),
        ("lists:\n- name: ''", "a.yaml:2: expected a text of length >= 1"),
        (f"{TEST}type: bool", "a.yaml:5: 'bool' is none of the words that may stand here. Did you mean 'boolean'"),
        (f"{TEST}low: x", "a.yaml:5: a number or nothing is expected here, not a text"),
        (f"{TEST}per_unit:\n      a: {{low: 1}}\n      b: {{lo: 1}}", "a.yaml:7: 'lo' is not known here. Did you mean"),
        (f"{TEST}tolerance: {{act_hi: 1}}", "a.yaml:5: 'act_hi' is not known here. Did you mean 'act_high'"),
        (f"{TEST}hidden: yes", "a.yaml:5: true or false is expected here, not a text"),
        ("review_rules:\n- name: x\n  rules: {okay: Approved}", "a.yaml:3: 'okay' is none of the words that may stand"),
        ("statuses:\n- name: x\n  colour: url(http://x)", "a.yaml:3: expected a text matching regex"),
        ("a: }", "a.yaml:1: it is no YAML"),
        ("a: 1\na: 2", "a.yaml:2: 'a' is here a second time. Put both together"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_a_piece_of_advice(text: str, said: str) -> None:
    assert refusal(text).startswith(said)


def test_an_empty_file_defines_nothing() -> None:
    part = read_text("# nothing yet\n", "a.yaml")
    assert part.definition.units == []
    assert part.where("$.units[0]") == "a.yaml:1"


def test_all_files_of_a_pack_are_read_and_everything_wrong_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "qatrack"
    folder.mkdir(parents=True)
    for name, text in {"b.yml": "units: [5]", "a.yaml": "lists: 7", "c.txt": "no", "d.yaml": "units: [x]"}.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "latin.yaml").write_bytes(b"units: [\xe4]")
    files = definition_files(tmp_path)
    assert [path.name for path in files] == ["a.yaml", "b.yml", "d.yaml", "latin.yaml"]
    with pytest.raises(DefinitionError) as caught:
        read_files(files, tmp_path)
    places = [trouble.place for trouble in caught.value.troubles]
    assert places == ["config/qatrack/a.yaml:1", "config/qatrack/b.yml:1", "config/qatrack/latin.yaml"]


def test_a_pack_without_files_is_told_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="qarunner qatrack plan"):
        definition_files(tmp_path)


def test_files_together_are_one_definition_whose_places_are_those_in_the_files() -> None:
    one = read_text("units: [a]\nlists:\n- name: x\n", "one.yaml")
    other = read_text("\nlists:\n- name: y\n  tests:\n  - q\n  - r\n", "other.yaml")
    part = merged([one, other])
    assert [test_list.name for test_list in part.definition.lists] == ["x", "y"]
    assert part.where("$.lists[1].tests[1]") == "other.yaml:6"
    assert part.where("$.units[0]") == "one.yaml:1"
    said = "body $.definition.lists[1].tests[0]: that is wrong\nbody $.definition.lists[0]: that, too"
    assert with_places(said, part) == "other.yaml:5: that is wrong\none.yaml:3: that, too"


def test_files_that_are_too_much_together_are_refused() -> None:
    part = read_text("lists:\n" + "".join(f"- name: l{number}\n" for number in range(600)), "a.yaml")
    with pytest.raises(DefinitionError, match="the files together have too much"):
        merged([part, part])
