"""Names the testcases of a Python file from its text, without importing it.

A list of 10,000 testcases is wanted quickly, so the exact way (parsing) is taken only where a plain look could err:
where a test stands inside a class, or inside an ``if``. A file with a syntax error gives what can still be seen.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

FUNCTION_PREFIX = "test"
CLASS_PREFIX = "Test"

# No possessive quantifiers: those of Python 3.11.2, which Debian 12 has, match wrongly.
_STRING_OR_COMMENT = re.compile(
    r'''
      """ (?: [^"\\] | \\. | "(?!"") )* """
    | \'\'\' (?: [^'\\] | \\. | '(?!'') )* \'\'\'
    | " (?: [^"\\\n] | \\. )* "?
    | ' (?: [^'\\\n] | \\. )* '?
    | \# [^\n]*
    ''',
    re.VERBOSE | re.DOTALL,
)
_DEFINITION = re.compile(r"^([ \t\f]*)(?:(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+))", re.MULTILINE)
_PLAIN = re.compile(rf"^\f?(?:async[ \t]+)?def[ \t]+({FUNCTION_PREFIX}\w*)", re.MULTILINE)
_NOT_PLAIN = re.compile(
    rf"^[ \t\f]+(?:async[ \t]+)?def[ \t]+{FUNCTION_PREFIX}|^[ \t\f]*class[ \t]+(?:{CLASS_PREFIX}|\w+\(.*TestCase)",
    re.MULTILINE,
)


def function_names(text: bytes, _path: Path | None = None) -> Sequence[str]:
    """Return ``test_x`` and ``TestX::test_y`` of one file's content, in its order, each once.

    Whatever the bytes are, it never fails: what does not parse gives the names that its lines show.
    """
    if FUNCTION_PREFIX.encode() not in text or b"def" not in text:
        return []
    source = _decoded(text)
    bare = _STRING_OR_COMMENT.sub('""', source)
    if not _NOT_PLAIN.search(bare):
        return list(dict.fromkeys(_PLAIN.findall(bare)))
    try:
        names = _in_block(ast.parse(source).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        names = _in_lines(bare)
    return list(dict.fromkeys(names))


def _decoded(text: bytes) -> str:
    """Decode as Python would; where that is impossible, so that at least the ASCII names survive."""
    try:
        encoding, _lines = tokenize.detect_encoding(io.BytesIO(text).readline)
        source = text.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        source = text.decode("utf-8", errors="replace").removeprefix("\ufeff")
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _in_block(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the testcases of a module's or class's statements; ``if``, ``try`` and ``with`` belong to it."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            if statement.name.startswith(FUNCTION_PREFIX):
                yield statement.name
        elif isinstance(statement, ast.ClassDef):
            if _holds_testcases(statement):
                yield from (f"{statement.name}::{name}" for name in _in_block(statement.body))
        else:
            for part in ("body", "handlers", "orelse", "finalbody"):
                yield from _in_block(getattr(statement, part, ()))


def _holds_testcases(statement: ast.ClassDef) -> bool:
    """As pytest decides: by the name, or because it is a ``unittest.TestCase``."""
    return statement.name.startswith(CLASS_PREFIX) or any("TestCase" in ast.unparse(base) for base in statement.bases)


def _in_lines(bare: str) -> Iterator[str]:
    """Yield the testcases of a text that is no Python, guessing by indentation which class a function belongs to."""
    around: list[tuple[int, str | None]] = []
    for found in _DEFINITION.finditer(bare):
        indentation, function, class_name = found.groups()
        depth = len(indentation.expandtabs(8))
        while around and around[-1][0] >= depth:
            around.pop()
        if function is None:
            around.append((depth, class_name if class_name.startswith(CLASS_PREFIX) else None))
            continue
        classes = [name for _depth, name in around]
        if function.startswith(FUNCTION_PREFIX) and None not in classes:
            yield "::".join([*(name for name in classes if name), function])
        around.append((depth, None))
