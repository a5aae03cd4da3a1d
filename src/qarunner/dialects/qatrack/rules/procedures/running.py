"""Runs a procedure by walking its tree."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from qarunner.dialects.qatrack.rules.formatting import specified
from qarunner.dialects.qatrack.rules.procedures.functions import BUILTINS, CONSTANTS, MODULES
from qarunner.dialects.qatrack.rules.procedures.limits import Budget, Item, ProcedureError, checked
from qarunner.dialects.qatrack.rules.procedures.operators import BINARY, COMPARISONS, UNARY
from qarunner.dialects.qatrack.rules.procedures.reading import RESULT, Procedure


def run(procedure: Procedure, macro: str, names: Mapping[str, Item]) -> Item:
    """Return what a procedure sets ``result`` to, or else `macro`.

    :param names: what it may read: macros, REFS, TOLS, META. :raises ProcedureError: it failed; nothing else is raised.
    """
    walk = _Run(names)
    try:
        walk.statements(procedure.tree.body)
    except RecursionError:
        raise ProcedureError("it is nested too deeply") from None
    for name in (RESULT, macro):
        if name in walk.locals:
            return walk.locals[name]
    raise ProcedureError(f"it did not set {macro} or {RESULT}")


class _Run:
    """One run: the names it may read, those it has set, and its budget."""

    def __init__(self, names: Mapping[str, Item]) -> None:
        self.names = names
        self.locals: dict[str, Item] = {}
        self.budget = Budget()

    def statements(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self.budget.spend()
            match statement:
                case ast.Assign(targets=targets, value=node):
                    value = self.value(node)
                    for target in targets:
                        self._set(target, value)
                case ast.AugAssign(target=ast.Name(id=name) as target, op=sign, value=node):
                    self._set(target, self._applied(sign, self._named(name), self.value(node)))
                case ast.If(test=test, body=then, orelse=otherwise):
                    self.statements(then if self.value(test) else otherwise)
                case ast.Expr(value=node):
                    self.value(node)

    def _set(self, target: ast.expr, value: Item) -> None:
        assert isinstance(target, ast.Name)
        self.locals[target.id] = value

    def _named(self, name: str) -> Item:
        if name in self.locals:
            return self.locals[name]
        if name in self.names:
            return self.names[name]
        raise ProcedureError(f"name '{name}' is not defined")

    def value(self, node: ast.expr) -> Item:
        """Return what an expression is worth. :raises ProcedureError: it cannot be calculated."""
        self.budget.spend()
        match node:
            case ast.Constant(value=constant):
                return checked(constant)
            case ast.Name(id=name):
                return self._named(name)
            case ast.BinOp():
                return self._chain(node)
            case ast.UnaryOp(op=sign, operand=operand):
                return self._called(UNARY[type(sign)], self.value(operand))
            case ast.BoolOp():
                return self._either(node)
            case ast.Compare():
                return self._compared(node)
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return self.value(then if self.value(test) else otherwise)
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return checked([self.value(element) for element in elements])
            case _:
                return self._rarer(node)

    def _rarer(self, node: ast.expr) -> Item:
        match node:
            case ast.Call(func=function, args=arguments, keywords=words):
                given = [self.value(argument) for argument in arguments]
                named = {str(word.arg): self.value(word.value) for word in words}
                return self._called(_function(function), *given, **named)
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                return CONSTANTS[module][name]
            case ast.Subscript(value=holder, slice=key):
                return self._called(lambda held, at: held[at], self.value(holder), self.value(key))
            case ast.JoinedStr(values=parts):
                return checked("".join(self._part(part) for part in parts))
        raise ProcedureError(f"{type(node).__name__} is not part of this language")

    def _chain(self, node: ast.BinOp) -> Item:
        """Work out ``a + b + c`` from the left without going down a level for each term."""
        steps: list[ast.BinOp] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp):
            steps.append(first)
            first = first.left
        value = self.value(first)
        for step in reversed(steps):
            self.budget.spend()
            value = self._applied(step.op, value, self.value(step.right))
        return value

    def _applied(self, sign: ast.operator, one: Item, other: Item) -> Item:
        return self._called(BINARY[type(sign)], one, other)

    def _either(self, node: ast.BoolOp) -> Item:
        wanted = isinstance(node.op, ast.Or)
        value: Item = None
        for part in node.values:
            value = self.value(part)
            if bool(value) is wanted:
                break
        return value

    def _compared(self, node: ast.Compare) -> Item:
        one = self.value(node.left)
        for sign, part in zip(node.ops, node.comparators, strict=True):
            other = self.value(part)
            if not self._called(COMPARISONS[type(sign)], one, other):
                return False
            one = other
        return True

    def _part(self, part: ast.expr) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        assert isinstance(part, ast.FormattedValue)
        fixed = part.format_spec.values if isinstance(part.format_spec, ast.JoinedStr) else []
        form = "".join(str(piece.value) for piece in fixed if isinstance(piece, ast.Constant))
        text = specified(self.value(part.value), form)
        if text is None:
            raise ProcedureError(f"a value does not fit the format '{form[:20]}'")
        return str(checked(text))

    def _called(self, function: Any, *given: Item, **named: Item) -> Item:
        self.budget.spend(sum(len(value) for value in given if isinstance(value, list | str | Mapping)))
        try:
            return checked(function(*given, **named))
        except ProcedureError:
            raise
        except KeyError as problem:
            raise ProcedureError(f"there is no {problem}") from None
        except (ArithmeticError, ValueError, TypeError, LookupError) as problem:
            raise ProcedureError(str(problem) or type(problem).__name__) from None


def _function(node: ast.expr) -> Any:
    match node:
        case ast.Name(id=name):
            return BUILTINS[name].call
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return MODULES[module][name].call
    raise ProcedureError("only a function by its name can be called")
