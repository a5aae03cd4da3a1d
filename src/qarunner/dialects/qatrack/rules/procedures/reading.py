"""From the text of a procedure to a tree in which everything is known and allowed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from qarunner.dialects.qatrack.rules.procedures.functions import BUILTINS, CONSTANTS, MODULES, Function
from qarunner.dialects.qatrack.rules.procedures.limits import DEPTH, NODES, SOURCE_LENGTH
from qarunner.dialects.qatrack.rules.procedures.operators import BINARY, COMPARISONS, UNARY

RESULT = "result"
RESERVED = frozenset({"REFS", "TOLS", "META"})
"""Mappings that every procedure may look up in."""

_LEVELS_SHOWN, _LETTERS_SHOWN = 6, 40
_ALLOWED = (
    *(ast.Module, ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.Pass, ast.Import, ast.alias),
    *(ast.Name, ast.Load, ast.Store, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.And, ast.Or),
    *(ast.Compare, ast.IfExp, ast.Call, ast.keyword, ast.Attribute, ast.List, ast.Tuple, ast.Subscript),
    *(ast.JoinedStr, ast.FormattedValue, *BINARY, *UNARY, *COMPARISONS),
)
_PLAIN_NAMES = {
    "For": "for",
    "While": "while",
    "Lambda": "lambda",
    "FunctionDef": "def",
    "ClassDef": "class",
    "With": "with",
    "ImportFrom": "from ... import",
    "Try": "try",
    "Assert": "assert",
    "Raise": "raise",
    "NamedExpr": ":=",
    "ListComp": "a list comprehension",
    "GeneratorExp": "a generator expression",
    "Dict": "a dictionary",
    "Set": "a set",
    "Slice": "a slice",
    "AnnAssign": "an annotation",
    "Starred": "a starred value",
}


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure that may run. `names`: what it reads: macros of other tests, and names of its own."""

    tree: ast.Module
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A procedure that never runs here, and why."""

    reason: str


class _Refused(Exception):  # noqa: N818 - never leaves this file
    """Something in the tree is not allowed."""


@lru_cache(maxsize=1024)
def read_procedure(text: str, macro: str) -> Procedure | Unsupported:
    """Return the procedure of a test, or why it is not supported.

    It must set `macro` or ``result`` somewhere. This does not raise, whatever the text; a text is parsed once.
    """
    try:
        tree = _parsed(text)
        _check(tree)
        _check_names(tree, macro)
    except _Refused as refusal:
        return Unsupported(str(refusal))
    return Procedure(tree, frozenset(_names_read(tree)))


def _parsed(text: str) -> ast.Module:
    if len(text) > SOURCE_LENGTH:
        raise _Refused(f"it has more than {SOURCE_LENGTH} characters")
    try:
        return ast.parse(text.replace("\r\n", "\n").replace("\r", "\n"))
    except SyntaxError as problem:
        raise _Refused(f"line {problem.lineno or 1}: {problem.msg}") from None
    except (RecursionError, MemoryError):
        raise _Refused("it is nested too deeply") from None
    except (ValueError, OverflowError) as problem:
        raise _Refused(str(problem)) from None


def _check(tree: ast.Module) -> None:
    for count, (node, depth) in enumerate(_walk(tree)):
        if count >= NODES:
            raise _Refused(f"it has more than {NODES} parts")
        if depth > DEPTH:
            raise _Refused("it is nested too deeply")
        reason = _refusal(node)
        if reason:
            line = getattr(node, "lineno", None)
            raise _Refused(f"line {line}: {reason}" if line else reason)


def _check_names(tree: ast.Module, macro: str) -> None:
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if not stored & {RESULT, macro}:
        raise _Refused(f"it sets neither {macro} nor {RESULT}")
    if reserved := stored & (RESERVED | MODULES.keys() | BUILTINS.keys()):
        raise _Refused(f"it sets {', '.join(sorted(reserved))}")


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Yield each node with its depth; the left sides of ``a + b + c`` are on one level, as they are run."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        for child in reversed(list(ast.iter_child_nodes(node))):
            if isinstance(child, ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop):
                yield child, depth
                continue
            chain = isinstance(node, ast.BinOp) and child is node.left and isinstance(child, ast.BinOp)
            waiting.append((child, depth if chain else depth + 1))


def _refusal(node: ast.AST) -> str:  # noqa: C901, PLR0911 - one line for each kind of node
    if not isinstance(node, _ALLOWED):
        name = type(node).__name__
        return f"{_PLAIN_NAMES.get(name, name)} is not part of this language"
    match node:
        case ast.Constant(value=value) if not isinstance(value, bool | int | float | str | None):
            return f"a constant of type {type(value).__name__}"
        case ast.Assign(targets=targets) if not all(isinstance(target, ast.Name) for target in targets):
            return "only a name can be assigned to"
        case ast.AugAssign(target=target) if not isinstance(target, ast.Name):
            return "only a name can be assigned to"
        case ast.Import(names=names):
            return next((f"import {name.name} is not known" for name in names if not _known_import(name)), "")
        case ast.Attribute():
            return "" if _constant(node) is not None or _function(node) else f"{_shown(node)} is not known"
        case ast.Call():
            return _call_refusal(node)
        case ast.FormattedValue(conversion=conversion) if conversion != -1:
            return "a conversion in an f-string"
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=values)) if not _is_fixed(values):
            return "a calculated format in an f-string"
        case ast.Compare(ops=ops, comparators=comparators):
            return _identity_refusal(ops, comparators)
    return ""


def _is_fixed(values: list[ast.expr]) -> bool:
    return all(isinstance(value, ast.Constant) for value in values)


def _known_import(name: ast.alias) -> bool:
    # `import numpy as np` needs nothing to be done, because np means numpy anyway.
    return (name.name, name.asname) in {("math", None), ("numpy", None), ("numpy", "np")}


def _identity_refusal(ops: list[ast.cmpop], comparators: list[ast.expr]) -> str:
    for sign, other in zip(ops, comparators, strict=True):
        if isinstance(sign, ast.Is | ast.IsNot) and not (isinstance(other, ast.Constant) and other.value is None):
            return "`is` with anything but None"
    return ""


def _call_refusal(call: ast.Call) -> str:
    function = _function(call.func)
    if function is None:
        return f"{_shown(call.func)}() is not known"
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return "a starred argument"
    unknown = [str(word.arg) for word in call.keywords if word.arg not in function.keywords]
    return f"{_shown(call.func)}() with {unknown[0]}" if unknown else ""


def _shown(node: ast.expr) -> str:
    """Return names and calls as they are written, such as ``open().read``; of anything else only where it stands."""
    written = ""
    for _ in range(_LEVELS_SHOWN):
        match node:
            case ast.Attribute(value=holder, attr=name):
                node, written = holder, f".{name[:_LETTERS_SHOWN]}{written}"
            case ast.Call(func=function):
                node, written = function, f"(){written}"
            case _:
                break
    return (node.id[:_LETTERS_SHOWN] if isinstance(node, ast.Name) else "(...)") + written


def _function(node: ast.expr) -> Function | None:
    match node:
        case ast.Name(id=name):
            return BUILTINS.get(name)
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return MODULES.get(module, {}).get(name)
    return None


def _constant(node: ast.Attribute) -> float | None:
    match node.value:
        case ast.Name(id=module):
            return CONSTANTS.get(module, {}).get(node.attr)
    return None


def _names_read(tree: ast.Module) -> set[str]:
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return read - RESERVED - MODULES.keys() - BUILTINS.keys()
