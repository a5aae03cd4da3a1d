"""Testcases of Python files are named without importing them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from qarunner.pack.names import function_names

EXAMPLE = '''
import stbt_core

"""
def test_in_a_string() -> None: pass
"""

def test_first() -> None: pass

@decorated(
    "x")
def test_decorated(
    argument=1,
): pass

async def test_async(): pass
async   def   test_spaced(): pass

def helper():
    def test_inside_a_function(): pass
    class TestInsideAFunction:
        def test_y(self): pass

if True:
    def test_in_if(): pass
else:
    def test_in_else(): pass

try:
    def test_in_try(): pass
except Exception:
    def test_in_except(): pass

class TestMenu:
    """A ' quote."""
    def helper(self): pass
    @property
    def test_opens(self):
        def test_deeper(): pass
    async def test_closes(self): pass
    class TestInner:
        def test_inner(self): pass

class Menu(stbt_core.FrameObject):
    def test_of_a_page_object(self): pass

class Old(unittest.TestCase):
    def test_old_style(self): pass

# def test_in_a_comment(): pass
def untested(): pass
def test_first() -> None: "again"
'''

EXPECTED = [
    "test_first",
    "test_decorated",
    "test_async",
    "test_spaced",
    "test_in_if",
    "test_in_else",
    "test_in_try",
    "test_in_except",
    "TestMenu::test_opens",
    "TestMenu::test_closes",
    "TestMenu::TestInner::test_inner",
    "Old::test_old_style",
]


def test_functions_and_methods_are_listed_and_nested_ones_are_not() -> None:
    assert function_names(EXAMPLE.encode()) == EXPECTED


def test_a_syntax_error_hides_no_testcase_of_the_file() -> None:
    broken = EXAMPLE.replace("unittest.TestCase", "").replace("class Old()", "class TestOld") + "\ndef test_last(:\n"
    names = function_names(broken.encode())
    outside = [name for name in EXPECTED if not name.startswith(("Old", "test_in_"))]
    assert [name for name in names if name in outside] == outside
    assert names[-1] == "test_last"
    assert not any("inside" in name or "string" in name or "comment" in name or "deeper" in name for name in names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b"", []),
        (b"\xef\xbb\xbfdef test_x(): pass", ["test_x"]),
        (b"# coding: latin-1\n# \xe9\ndef test_x(): '\xe9'", ["test_x"]),
        (b"# coding: no-such-code\ndef test_x(): pass", ["test_x"]),
        (b"def test_x(): '\xff\xfe'", ["test_x"]),
        (b"def test_x(): pass\0\nclass TestY:\n  def test_z(self): pass\n", ["test_x", "TestY::test_z"]),
        ("def test_größe(): pass".encode(), ["test_größe"]),
        (b"def test_a(): pass\r\ndef test_b(): pass\r\n", ["test_a", "test_b"]),
        (b"def test_a(): pass\rdef test_b(): pass\r", ["test_a", "test_b"]),
        (b"\x0cdef test_page(): pass", ["test_page"]),
        (b"x = '''\ndef test_x(): pass\n'''", []),
        (b"x = '\\\ndef test_x(): pass'", []),
        (b"x = \"'''\"\ndef test_x(): pass\ny = \"'''\"", ["test_x"]),
        (b'"""\ndef test_unclosed_string(): pass', ["test_unclosed_string"]),
        (b"if True:\n" + b"(" * 500 + b"\n  def test_deep(): pass", ["test_deep"]),
        (b"contest = undefined", []),
    ],
)
def test_any_bytes_give_the_names_that_can_be_seen(text: bytes, names: list[str]) -> None:
    assert function_names(text, Path("tests/x.py")) == names


def test_the_plain_look_agrees_with_the_parser_on_the_standard_library() -> None:
    folder = Path(ast.__file__).parent
    for path in sorted(folder.glob("*.py"))[:80]:
        text = path.read_bytes()
        parsed = [
            node.name
            for node in ast.parse(text).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
        ]
        plain = [name for name in function_names(text) if "::" not in name]
        assert plain == list(dict.fromkeys(parsed)), path
