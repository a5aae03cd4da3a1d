"""The types of tests and their groups."""

from qarunner.dialects.qatrack.rules.kinds import AUTOMATIC, COMPOSITES, NUMBERS, TEXTS, Kind


def test_the_names_are_those_of_the_api():
    names = "boolean simple wraparound multchoice constant composite date datetime string scomposite upload"
    assert {kind.value for kind in Kind} == set(names.split())


def test_groups_hold_what_they_say():
    assert {"simple", "wraparound", "constant", "composite"} == NUMBERS
    assert {"string", "scomposite", "multchoice"} == TEXTS
    assert {"composite", "scomposite"} == COMPOSITES
    assert {"composite", "scomposite", "constant"} == AUTOMATIC
