"""The pages of the reference that are made from the code say what the code says."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from qarunner import hookspecs
from qarunner.commands import qa_commands, reference
from qarunner.runner.loop import EXIT_ERRORS, EXIT_NODE_BUSY
from qarunner.settings import SETTINGS

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
HOOKS = [
    node
    for node in ast.parse(inspect.getsource(hookspecs)).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("qa_")
]


def page(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(reference.pages()))
def test_the_page_is_up_to_date(name: str) -> None:
    assert page(name) == reference.pages()[name](), "run: .venv/bin/python -m qarunner.commands.reference"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook.name))
def test_each_hook_is_described_with_its_exact_arguments(hook: ast.FunctionDef) -> None:
    section = page("hooks.md").partition(f"\n## {hook.name}\n")[2].partition("\n## ")[0]
    assert (
        f"def {hook.name}({ast.unparse(hook.args)}) -> {ast.unparse(hook.returns or ast.Name('None'))}: ..." in section
    )
    words = " ".join((ast.get_docstring(hook) or "").replace("``", "`").split())
    assert " ".join(section.replace("**", "").split()).endswith(words)


def test_every_verb_with_each_of_its_options_is_described() -> None:
    text = page("commands.md")
    assert re.findall(r"^### (.+)$", text, flags=re.MULTILINE) == [command.name for command in qa_commands()]
    for option in ("--failure", "--capability", "--rejected-too", "--hold SECONDS", "-o FILE"):
        assert f"`{option}" in text
    assert "--qa-block" not in text


def test_every_setting_is_described_in_all_its_places() -> None:
    text = page("settings.md")
    for setting in SETTINGS:
        assert text.count(f"\n| `{setting.name}` |") == 2
        assert f"`{setting.variable}`" in text
        assert setting.option in text


def test_every_option_of_pytest_and_our_exit_codes_are_described() -> None:
    text = page("pytest-options.md")
    for setting in SETTINGS:
        assert f"`{setting.option}" in text
    assert "`--tags EXPRESSION`" in text
    assert f"| {EXIT_ERRORS} | at least one testcase is an error and none is a fail" in text
    assert f"| {EXIT_NODE_BUSY} | the node is not free" in text


def test_the_pages_are_written_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder := tmp_path / "pages").mkdir()
    assert reference.main([str(folder)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(reference.pages())
