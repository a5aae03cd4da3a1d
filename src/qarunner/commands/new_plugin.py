"""``qarunner new-plugin``: makes a package with a driver that works as made, and with a test that proves it."""

from __future__ import annotations

import argparse
import re
import string
from pathlib import Path

from qarunner.commands.context import Context, context_of
from qarunner.commands.terminal import painted, say
from qarunner.errors import ConfigurationError
from qarunner.hookspecs import HOOK_INTERFACE

TEMPLATES = Path(__file__).parent / "plugin_templates"

AS_MADE = {
    "capture": "it draws a picture that moves",
    "remote": "it writes each key as a line to a file",
    "power": "it writes 1 or 0 to a file",
}
EXAMPLES = {"capture": "{}:?fps=10", "remote": "{}:/dev/ttyUSB0", "power": "{}:/sys/class/gpio/gpio17/value"}

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument(
        "name", metavar="NAME", help="of the plugin and of its addresses (NAME:...), such as my-grabber"
    )
    parser.add_argument("folder", nargs="?", metavar="DIR", help="where to (default: qarunner-NAME)")
    parser.add_argument(
        "--capability", choices=list(AS_MADE), default="capture", help="what it is to drive (default: capture)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make it, and say what to do next."""
    name, capability = arguments.name, arguments.capability
    _check_name(context_of(arguments), name, capability)
    folder = Path(arguments.folder or f"qarunner-{name}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} is not empty", "Name a folder that is empty or does not exist")
    for path, text in files(name, capability).items():
        _write(folder, path, text)
    say(f"{painted(str(folder), 'bold')}: a {capability} driver that works as made: {AS_MADE[capability]}.")
    say("\nTry it:")
    say(f"  cd {folder}")
    say("  pip install -e .")
    say("  pytest")
    say(f"  qarunner plugins {name}")
    say(f"\nThen put your device into src/{package_of(name)}/device.py; the tests say whether it keeps the rules.")
    return 0


def package_of(name: str) -> str:
    """Return the name of the Python package."""
    return f"qarunner_{name.replace('-', '_')}"


def files(name: str, capability: str) -> dict[str, str]:
    """Return the files of the plugin, path to content."""
    package = package_of(name)
    words = {
        "plugin": name,
        "scheme": name,
        "package": package,
        "distribution": f"qarunner-{name}",
        "class_name": "".join(word.capitalize() for word in name.split("-")),
        "capability": capability,
        "as_made": AS_MADE[capability],
        "example": EXAMPLES[capability].format(name),
        "hook_interface": HOOK_INTERFACE,
    }
    templates = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        f"src/{package}/__init__.py": f"{capability}_init.py",
        f"src/{package}/device.py": f"{capability}_device.py",
        f"tests/test_{package.removeprefix('qarunner_')}.py": f"{capability}_test.py",
    }
    return {path: _filled(template, words) for path, template in templates.items()}


def _filled(template: str, words: dict[str, str]) -> str:
    text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    return string.Template(text).substitute(words)


def _check_name(context: Context, name: str, capability: str) -> None:
    if not _NAME.fullmatch(name):
        advice = "Use lower-case letters, digits and single dashes, such as my-grabber"
        raise ConfigurationError(f"{name!r} cannot be the name of a plugin", advice)
    if name in {plugin.name for plugin in context.plugins.loaded}:
        raise ConfigurationError(f"there is a plugin {name!r} already", "Choose another name")
    if (capability, name) in context.plugins.drivers():
        raise ConfigurationError(f"there is a {capability} driver for {name}: already", "Choose another name")


def _write(folder: Path, path: str, text: str) -> None:
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{target} cannot be written: {error.strerror}", "Name another folder") from error
