"""Which testcases hold keys down, as far as that can be told before they run.

A remote that cannot hold keys would end such a testcase in its middle, with the device in a state that nobody wants.
Python is read, not run: only what happens whatever the device shows counts. A call within ``if``, ``for`` or ``try``,
or one in a function elsewhere, is found when it is reached; the marker ``holds_keys`` announces it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qarunner.errors import DeviceError

if TYPE_CHECKING:
    import pytest

    from qarunner.runner.node_use import NodeUse

MARKER = "holds_keys"
OWNERS = ("stbt", "stbt_core", "node")
"""What a press is called on."""
MAYBE = (
    *(ast.If, ast.For, ast.While, ast.Try, ast.Match, ast.IfExp, ast.BoolOp),
    *(ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.comprehension),
)
"""What is in these may not happen."""
LEAVING = (ast.Return, ast.Raise)
SKIPPING = ("skip", "xfail", "fail", "importorskip")


def refuse_holding(item: pytest.Item, use: NodeUse) -> None:
    """Raise `DeviceError` when a testcase is known to hold keys and the node's remote cannot.

    A testcase that holds none is not kept waiting for a node that is to be reached anew.
    """
    if use.can_hold:
        return
    reason = why_it_holds(item)
    if reason and not (handle := use.handle).can_hold:
        problem = f"the remote of node {handle.id} cannot hold keys down, and {item.name} {reason}"
        raise DeviceError(problem, "Use single presses, or a node whose remote can: `qarunner plugins` tells which do")


def why_it_holds(item: Any) -> str:
    """Return what says that a testcase holds keys; empty when nothing does."""
    if item.get_closest_marker(MARKER) is not None:
        return f"says that it does ({MARKER})"
    if (scenario := getattr(item, "scenario", None)) is not None:
        return _of_steps(scenario.all_steps)
    function = getattr(item, "function", None)
    return _of_function(inspect.unwrap(function)) if function is not None else ""


def _of_steps(steps: Any) -> str:
    from behave.step_registry import registry

    from qarunner.runner.behave import device_steps

    for step in steps:
        found = None if registry.find_match(step) else device_steps.find_match(step)
        if found is not None and found.func is device_steps.hold:
            return f"has the step '{step.name}' in line {step.line}"
    return ""


def _of_function(function: Any) -> str:
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError):  # made by a program, not written
        return ""
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return ""
    for call in _certain_calls(definition.body):
        if _holds(call):
            return f"does in line {first + call.lineno - 1}: {ast.unparse(call)}"
    return ""


def _certain_calls(statements: list[ast.stmt]) -> Iterator[ast.Call]:
    """Yield the calls that are made whenever the function runs to its end."""
    for statement in statements:
        if isinstance(statement, MAYBE):
            if any(_may_end(part) for part in ast.walk(statement)):
                return
            continue
        for part in _certain(statement):
            if isinstance(part, LEAVING) or (isinstance(part, ast.Call) and _name(part) in SKIPPING):
                return
            if isinstance(part, ast.Call):
                yield part


def _certain(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a part of the source and those within it, in their order, but not what may not happen."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, MAYBE):
            yield from _certain(child)


def _may_end(part: ast.AST) -> bool:
    return isinstance(part, LEAVING) or (isinstance(part, ast.Call) and _name(part) in SKIPPING)


def _name(call: ast.Call) -> str:
    function = call.func
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _holds(call: ast.Call) -> bool:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if owner is not None and not (isinstance(owner, ast.Name) and owner.id in OWNERS):
        return False
    if _name(call) == "pressing":
        return True
    seconds = next((word.value for word in call.keywords if word.arg == "hold_secs"), None)
    return _name(call) == "press" and isinstance(seconds, ast.Constant) and bool(seconds.value)
