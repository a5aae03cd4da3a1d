"""Writes the pages of the reference that are made from the code: ``python -m qarunner.commands.reference``.

A test fails when a page in ``docs/reference/`` differs from what is made here.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from qarunner import hookspecs
from qarunner.commands import qa_commands
from qarunner.commands.main import parser_of
from qarunner.commands.reference_definition import definition
from qarunner.commands.reference_devices import devices
from qarunner.commands.terminal import say
from qarunner.runner.options import add_options
from qarunner.settings import SETTINGS, Setting

MADE = "<!-- Made by `python -m qarunner.commands.reference`; edit src/qarunner/commands/reference*.py instead. -->"
HERE = Path(__file__).parent / "reference_pages"


def pages() -> dict[str, Callable[[], str]]:
    """Return what makes each page, by its file name."""
    return {
        "commands.md": lambda: _page("commands.md", _commands()),
        "settings.md": lambda: _page("settings.md", _settings()),
        "hooks.md": lambda: _page("hooks.md", _hooks()),
        "pytest-options.md": lambda: _page("pytest-options.md", _options()),
        "devices.md": lambda: _page("devices.md", devices()),
        "qatrack-definition.md": lambda: _page("qatrack-definition.md", definition()),
    }


def _page(name: str, lines: Iterable[str]) -> str:
    """Return a page: its introduction, which is a file beside this one, with the made lines at ``(made here)``."""
    introduction = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    title, _, rest = introduction.partition("\n")
    return f"{title}\n\n{MADE}\n{rest.replace('(made here)', chr(10).join(lines).strip())}"


def _commands() -> Iterator[str]:
    group = ""
    for command in qa_commands():
        if command.group != group:
            group = command.group
            yield from (f"## {group}", "")
        parser = parser_of(command)
        actions = [action for action in parser._actions if not _is_common(action)]  # noqa: SLF001 - listed nowhere else
        words = " ".join(_usage(action) for action in sorted(actions, key=lambda action: bool(action.option_strings)))
        yield from (f"### {command.name}", "", str(parser.description), "")
        yield from ("```sh", f"qarunner {command.name} {words}".rstrip(), "```", "")
        if actions:
            yield from ("| argument | meaning |", "| --- | --- |")
            yield from (f"| {_argument(action)} | {_cell(str(action.help))} |" for action in actions)
            yield ""
        if parser.epilog:
            yield from ("```text", parser.epilog, "```", "")


def _is_common(action: argparse.Action) -> bool:
    return action.dest in ("help", "block_plugins", "trace")


def _metavar(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices:
        return "|".join(str(choice) for choice in action.choices)
    return str(action.metavar or action.dest.upper())


def _usage(action: argparse.Action) -> str:
    word = " ".join(filter(None, [action.option_strings[-1] if action.option_strings else "", _metavar(action)]))
    if action.option_strings:
        longest = max(action.option_strings, key=lambda name: (not name.startswith("--qa-"), len(name)))
        word = f"{longest} {_metavar(action)}".rstrip()
        return word if action.required else f"[{word}]"
    return {"?": f"[{word}]", "*": f"[{word} ...]", "+": f"{word} ..."}.get(str(action.nargs), word)


def _argument(action: argparse.Action) -> str:
    names = [name for name in action.option_strings if not name.startswith("--qa-")] or [_metavar(action)]
    value = f" {_metavar(action)}" if action.option_strings and _metavar(action) else ""
    return ", ".join(f"`{name}{value}`" for name in names).replace("|", "\\|")


def _settings() -> Iterator[str]:
    yield from ("| setting | value | default | meaning |", "| --- | --- | --- | --- |")
    for setting in SETTINGS:
        yield f"| `{setting.name}` | {_kind(setting)} | {_default(setting)} | {_cell(setting.help)} |"
    yield from ("", "| setting | option of pytest | environment variable | `.stbt.conf` |", "| --- | --- | --- | --- |")
    for setting in SETTINGS:
        option = f"`{setting.option} {setting.metavar}`".replace(" `", "`") if setting.option else ""
        stbt = f"`[{setting.stbt.partition('.')[0]}] {setting.stbt.partition('.')[2]}`" if setting.stbt else ""
        yield f"| `{setting.name}` | {option} | `{setting.variable}` | {stbt} |"


def _kind(setting: Setting) -> str:
    from qarunner.commands.offers import words_of

    schema, components = msgspec.json.schema_components([setting.kind])
    return words_of(schema[0], components)


def _default(setting: Setting) -> str:
    return "" if setting.default in (None, "", [], {}) else f"`{str(setting.default).lower()}`"


def _hooks() -> Iterator[str]:
    for name, hook in vars(hookspecs).items():
        if not name.startswith("qa_"):
            continue
        signature = re.sub(r"'", "", str(inspect.signature(hook)))
        yield from (f"## {name}", "", "```python", "@hookimpl", f"def {name}{signature}: ...", "```", "")
        text = inspect.cleandoc(hook.__doc__ or "").replace("``", "`")
        yield from (re.sub(r"\b(When|Who calls|Return):", r"**\1:**", text), "")


def _options() -> Iterator[str]:
    recorder = _Options()
    add_options(recorder)  # type: ignore[arg-type]  # it only asks for a group and adds to it
    by_option = {setting.option: setting for setting in SETTINGS if setting.option}
    yield from ("| option | meaning | environment variable |", "| --- | --- | --- |")
    for name, keywords in recorder.options:
        setting = by_option.get(name)
        variable = f"`{setting.variable}`" if setting else ""
        value = f" {keywords['metavar']}" if "metavar" in keywords else ""
        yield f"| `{name}{value}` | {_cell(keywords['help'].replace('%%', '%'))} | {variable} |"


class _Options:
    """Stands where pytest's parser stands, and notes the options."""

    def __init__(self) -> None:
        self.options: list[tuple[str, dict[str, Any]]] = []

    def getgroup(self, *_words: str) -> _Options:
        return self

    def addoption(self, name: str, **keywords: Any) -> None:
        self.options.append((name, keywords))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main(arguments: list[str] | None = None) -> int:
    """Write all pages into a folder, ``docs/reference`` by default."""
    words = sys.argv[1:] if arguments is None else arguments
    folder = Path(words[0] if words else "docs/reference")
    for name, make in pages().items():
        (folder / name).write_text(make(), encoding="utf-8")
        say(f"{folder / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
