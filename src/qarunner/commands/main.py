"""The entry of the ``qarunner`` command: finds the verb, gives it its arguments, and turns errors into advice."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.context import Context
from qarunner.commands.terminal import note, painted, say
from qarunner.errors import QarunnerError, nearest

if TYPE_CHECKING:
    from qarunner.commands.spec import Command

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141

OF_SERVER = frozenset((
    "serve", "user", "token", "backup", "restore", "migrate", "clean", "keys", "qatrack show", "qatrack apply",
))  # fmt: skip
"""Verbs in whose process no test pack's code may run: it could read the server's keys."""

LOOK_AT_TROUBLE = ("plugins", "config", "doctor")
"""Verbs that work beside a broken plugin: they say what is broken."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: the verb's own, 2 for wrong usage or an explained error."""
    for stream in (sys.stdout, sys.stderr):  # names of testcases may hold what this terminal cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except QarunnerError as error:
        show(error)
        return EXIT_USAGE
    except KeyboardInterrupt:
        note("")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough. What is left in the buffer must not be written at exit either.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except OSError as error:  # a file or folder that the system refuses; its message says all there is to say
        show(QarunnerError(f"{error.filename or 'the system refuses'}: {error.strerror or error}"))
        return EXIT_USAGE
    except SystemExit as ended:  # argparse: help was asked for, or an argument is wrong
        return ended.code if isinstance(ended.code, int) else EXIT_USAGE
    return code


def show(error: QarunnerError) -> None:
    """Print an error with its advice."""
    first, *rest = str(error).splitlines()
    note("\n".join([f"{painted('qarunner:', 'bold', stream=sys.stderr)} {first}", *rest]))


def _run(words: list[str]) -> int:
    given, words = common_options().parse_known_args(words)
    verb = words[0] if words else ""
    options = {name: value for name, value in vars(given).items() if value}
    context = Context(options, _here(), look_for_pack=OF_SERVER.isdisjoint({verb, " ".join(words[:2])}))
    if verb in ("-V", "--version"):
        say(_version())
        return 0
    strict = verb not in LOOK_AT_TROUBLE
    commands = _commands(context, strict=strict and verb not in ("", "-h", "--help"))
    if verb in ("", "-h", "--help", "help"):
        say(overview(commands))
        return 0 if verb else EXIT_USAGE
    if verb not in commands:
        group = {name: command for name, command in commands.items() if name.startswith(f"{verb} ")}
        verb = _verb_of_group(verb, words[1:2], group) if group else _unknown(verb, commands)
    if not verb:
        say(overview(group, words[0]))
        return 0 if words[1:] else EXIT_USAGE
    parser = parser_of(commands[verb])
    arguments = _parsed(parser, words[len(verb.split()) :])
    arguments.context = context
    return commands[verb].run(arguments)


def _verb_of_group(group: str, words: Sequence[str], commands: Mapping[str, Command]) -> str:
    """Return the verb of two words that is meant, such as ``qatrack plan``; empty where the list of them is."""
    if not words or words[0] in ("-h", "--help"):
        return ""
    verb = f"{group} {words[0]}"
    return verb if verb in commands else _unknown(verb, commands)


def _unknown(verb: str, commands: Mapping[str, Command]) -> str:
    problem = f"there is no option {verb!r}" if verb.startswith("-") else f"there is no verb {verb!r}"
    raise QarunnerError(problem, f"{nearest(verb, commands)} `qarunner --help` lists all".strip())


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise QarunnerError("this folder does not exist any more", "Go to another: cd") from error


def common_options() -> argparse.ArgumentParser:
    """Return the options that every verb takes, anywhere on the line."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    group = parser.add_argument_group("options of every verb")
    group.add_argument(
        "--block",
        "--qa-block",  # as errors advise, which pytest shows too
        metavar="PLUGIN",
        dest="block_plugins",
        action="append",
        help="do not load this plugin; may be given again",
    )
    group.add_argument("--trace", "--qa-trace", action="store_true", help="print every hook call of plugins")
    return parser


def parser_of(command: Command) -> argparse.ArgumentParser:
    """Return the parser of a verb."""
    parser = argparse.ArgumentParser(
        prog=f"qarunner {command.name}",
        description=f"{command.summary[0].upper()}{command.summary[1:]}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    for action in common_options()._action_groups[-1]._group_actions:  # noqa: SLF001 - argparse lists them nowhere else
        parser._add_action(action)  # noqa: SLF001 - shown in the verb's help; taken from the line before it is parsed
    return parser


def _parsed(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Parse a verb's arguments, with options also between two names, as in ``press NODE --hold 1 KEY_OK``."""
    try:
        return parser.parse_intermixed_args(words)
    except TypeError:  # a plugin's parser with sub-commands or a rest cannot be read that way
        return parser.parse_args(words)


def _commands(context: Context, *, strict: bool) -> Mapping[str, Command]:
    """Return all verbs; with a broken plugin at least those that qarunner brings along, unless `strict`."""
    from qarunner.commands import qa_commands

    try:
        if strict:
            context.plugins.check()
        return {name: command for name, (_plugin, command) in context.plugins.commands().items()}
    except QarunnerError:
        if strict:
            raise
        return {command.name: command for command in qa_commands()}


def overview(commands: Mapping[str, Command], verb: str = "VERB") -> str:
    """Return the text of ``qarunner --help``, or of a verb that is the first of two words."""
    width = max(len(name) for name in commands)
    lines = [
        f"usage: qarunner {verb} ...",
        "",
        "Run test packs on televisions, set-top boxes and browsers, and keep the evidence.",
    ]
    for group in dict.fromkeys(command.group for command in commands.values()):
        lines += ["", painted(f"{group}:", "bold")]
        lines += [f"  {c.name.ljust(width)}  {c.summary}" for c in commands.values() if c.group == group]
    return "\n".join(
        [
            *lines,
            "",
            painted("Options:", "bold"),
            f"  {'-h, --help'.ljust(width + 4)}  this list; after a verb, its arguments",
            f"  {'-V, --version'.ljust(width + 4)}  the version",
            f"  {'--block PLUGIN'.ljust(width + 4)}  do not load this plugin; may be given again",
            f"  {'--trace'.ljust(width + 4)}  print every hook call of plugins",
            "",
            "Testcases are run by pytest, inside a test pack: pytest --qa-node=NODE [FILES] [OPTIONS]",
            "See it work now: qarunner demo",
        ]
    )


def _version() -> str:
    import platform
    from importlib import metadata

    from qarunner._version import __version__

    return f"qarunner {__version__} (Python {platform.python_version()}, stbt-core {metadata.version('stbt-core')})"
