"""When a session is flagged."""

import pytest

from qarunner.dialects.qatrack.rules.flags import flagged
from qarunner.dialects.qatrack.rules.kinds import Kind
from qarunner.dialects.qatrack.rules.records import EvaluatedTest, ListedTest, PassFail, Value


@pytest.mark.parametrize(
    ("kind", "flag_when", "number", "skipped", "raised"),
    [
        (Kind.BOOLEAN, True, 1.0, False, True),
        (Kind.BOOLEAN, True, 0.0, False, False),
        (Kind.BOOLEAN, False, 0.0, False, True),
        (Kind.BOOLEAN, False, 1.0, False, False),
        (Kind.BOOLEAN, None, 0.0, False, False),
        (Kind.BOOLEAN, False, None, False, False),
        (Kind.BOOLEAN, True, 1.0, True, False),
        (Kind.SIMPLE, True, 1.0, False, False),
    ],
)
def test_a_boolean_raises_the_flag_with_its_value(kind, flag_when, number, skipped, raised):
    entry = EvaluatedTest(
        test=ListedTest(macro="x", kind=kind, flag_when=flag_when),
        value=Value(number=number),
        skipped=skipped,
        comment="",
        pass_fail=PassFail.NO_TOL,
        value_display="",
        diff_display="",
    )
    assert flagged([entry]) is raised
