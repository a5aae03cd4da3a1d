"""The options of pytest: one per setting that has one, and two of behave's own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    import pytest

    from qarunner.settings import Setting


def add_options(parser: pytest.Parser) -> None:
    """Add them; a name that another plugin has taken is left to that plugin."""
    from qarunner.settings import SETTINGS

    group = parser.getgroup("qarunner", "test packs on devices (qarunner)")
    for setting in SETTINGS:
        if setting.option:
            name = f"qa_{setting.name}"
            group.addoption(setting.option, dest=name, default=None, help=_help(setting), **_kind(setting))
    for name, keywords in _BEHAVE.items():
        try:
            group.addoption(name, **keywords)
        except ValueError:
            group.addoption(f"--behave-{name.strip('-')}", **keywords)


_BEHAVE: dict[str, dict[str, Any]] = {
    "--tags": {
        "dest": "behave_tags",
        "action": "append",
        "metavar": "EXPRESSION",
        "help": "run only behave scenarios whose tags fit, such as 'smoke and not slow' (functions are not affected)",
    },
    "-D": {
        "dest": "behave_defines",
        "action": "append",
        "metavar": "NAME=VALUE",
        "help": "define user data for behave's context.config.userdata",
    },
}


def _kind(setting: Setting) -> dict[str, Any]:
    if not setting.metavar:
        return {"action": "store_true"}
    is_list = "again" in setting.help
    return {"metavar": setting.metavar, **({"action": "append"} if is_list else {})}


def _help(setting: Setting) -> str:
    return setting.help.replace("%", "%%")


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that the command line names, by name.

    :raises ConfigurationError: a tag is not usable.
    """
    from qarunner.config_sources import parse_tags
    from qarunner.settings import SETTINGS

    values = {setting.name: getattr(options, f"qa_{setting.name}", None) for setting in SETTINGS}
    found = {name: value for name, value in values.items() if value is not None}
    for name in ("block_plugins", "reporters"):
        if name in found:
            found[name] = [part.strip() for text in found[name] for part in text.split(",") if part.strip()]
    if "tags" in found:
        try:
            found["tags"] = parse_tags(found["tags"])
        except ConfigurationError as error:
            raise ConfigurationError(f"--qa-tag: {error.problem}", error.advice) from error
    return found
