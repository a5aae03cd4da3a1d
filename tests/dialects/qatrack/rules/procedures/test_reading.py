"""What a procedure may consist of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qarunner.dialects.qatrack.rules.procedures.reading import Procedure, Unsupported, read_procedure


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = a + b", {"a", "b"}),
        ("result = math.sqrt(a ** 2)", {"a"}),
        ("import math\nimport numpy as np\nx = np.mean([a, b])", {"a", "b"}),
        ("half = a / 2\r\nif half > 1:\r\n    x = 1\r\nelif b:\r\n    x = 2\r\nelse:\r\n    x = 3", {"a", "b", "half"}),
        ("x = REFS['a'] if TOLS['a']['type'] == 'absolute' else META['day']", set()),
        ("x = 0\nx += a", {"a"}),
        ('"""Words."""\nx = f"{a:.2f} mm"', {"a"}),
        ("x = not a is None and a in (1, 2)", {"a"}),
    ],
)
def test_arithmetic_is_supported(text, names):
    procedure = read_procedure(text, "x")
    assert isinstance(procedure, Procedure)
    assert procedure.names - {"x"} == names


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("y = 1", "it sets neither x nor result"),
        ("", "it sets neither x nor result"),
        ("x = (1", "line 1: '(' was never closed"),
        ("x = 1\nfor i in a:\n    x = i", "line 2: for is not part of this language"),
        ("while a:\n    x = 1", "line 1: while is not part"),
        ("x = [i for i in a]", "line 1: a list comprehension is not part"),
        ("x = (lambda: 1)()", "line 1: (...)() is not known"),
        ("def f(): pass\nx = f()", "line 1: def is not part"),
        ("x = {}", "line 1: a dictionary is not part"),
        ("x = a.real", "line 1: a.real is not known"),
        ("x = ().__class__.__bases__", "line 1: (...).__class__.__bases__ is not known"),
        ("x = math.__dict__", "line 1: math.__dict__ is not known"),
        ("x = math.factorial(9)", "line 1: math.factorial() is not known"),
        ("x = 'a'.join(['b'])", "line 1: (...).join() is not known"),
        ("x = open('f')", "line 1: open() is not known"),
        ("x = __import__('os')", "line 1: __import__() is not known"),
        ("x = eval('1')", "line 1: eval() is not known"),
        ("x = getattr(a, 'b')", "line 1: getattr() is not known"),
        ("import os\nx = 1", "line 1: import os is not known"),
        ("import numpy as math\nx = 1", "line 1: import numpy"),
        ("from math import sqrt\nx = sqrt(2)", "line 1: from ... import is not part"),
        ("x = max(a, key=b)", "line 1: max() with key"),
        ("x = max(*a)", "line 1: a starred argument"),
        ("x = max(**a)", "line 1: max() with None"),
        ("x, y = a", "line 1: only a name can be assigned to"),
        ("a[0] = 1\nx = 1", "line 1: only a name can be assigned to"),
        ("x = a[1:2]", "line 1: a slice is not part"),
        ("x = f'{a!r}'", "line 1: a conversion in an f-string"),
        ("x = f'{a:{b}}'", "line 1: a calculated format in an f-string"),
        ("x = a is 5", "line 1: `is` with anything but None"),
        ("x = 5j", "line 1: a constant of type complex"),
        ("x = b'a'", "line 1: a constant of type bytes"),
        ("x = 1 << 9", "LShift is not part"),
        ("x = (y := 1)", "line 1: := is not part"),
        ("x: int = 1", "line 1: an annotation is not part"),
        ("REFS = 1\nx = 1", "it sets REFS"),
        ("math = 1\nx = 1", "it sets math"),
        ("x = 1\nassert x", "line 2: assert is not part"),
        ("raise x", "line 1: raise is not part"),
        ("with a as x: pass", "line 1: with is not part"),
        ("x = 1" + " " * 10_000, "it has more than 10000 characters"),
        ("x = [" + "1," * 3_000 + "]", "it has more than 3000 parts"),
        ("x = " + "(" * 60 + "-1" + ")" * 60 + "-" * 60 + "1", "it is nested too deeply"),
        ("x = " + "-" * 9_000 + "1", "it is nested too deeply"),
        ("x = " + "(" * 300 + "1" + ")" * 300, "line 1: too many nested parentheses"),
        ("x = a" + "[0]" * 50, "it is nested too deeply"),
        ("x = a.b().c", "line 1: a.b().c is not known"),
        ("x = a" + ".b" * 900, "line 1: (...).b.b.b.b.b.b is not known"),
        ("x = a" + "()" * 900, "line 1: (...)()()()()()()() is not known"),
        ("x = a" + ".b" * 4_900, "it is nested too deeply"),
        ("x = '\0'", ""),
    ],
)
def test_the_rest_is_not_and_says_why(text, reason):
    found = read_procedure(text, "x")
    assert isinstance(found, Unsupported)
    assert reason in found.reason
    assert found.reason


def test_a_long_sum_is_one_level():
    assert isinstance(read_procedure("x = " + " + ".join(["a"] * 250), "x"), Procedure)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="xab=+-*/()[]'\"\n .,:1if9 \\{}%<>", max_size=60))
def test_any_text_is_read_without_an_error(text):
    assert isinstance(read_procedure(text, "x"), Procedure | Unsupported)
