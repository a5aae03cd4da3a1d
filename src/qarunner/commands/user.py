"""``qarunner user``: the users of a server, changed in its data folder, also while it serves."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.commands.server_data import add_data, existing_data
from qarunner.commands.terminal import add_json, say, say_json, say_table
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.access import Access

ACTIONS = ("add", "list", "role", "disable", "enable", "password")
ROLES = ("admin", "write", "read", "manual")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument("action", choices=ACTIONS, help="what to do")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the user's name; for all but list")
    parser.add_argument("--role", choices=ROLES, help="for add and role: what the user may do")
    parser.add_argument("--email", metavar="ADDRESS", default="", help="for add: where notifications go")
    parser.add_argument("--no-password", action="store_true", help="for add and password: tokens only")
    parser.add_argument("--password-file", metavar="PATH", help="read the password from this file; - is standard input")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0."""
    if arguments.action != "list" and not arguments.name:
        raise QarunnerError(f"qarunner user {arguments.action} needs a name", "qarunner user list shows them")
    with open_access(arguments) as access:
        if arguments.action == "list":
            _list(access, as_json=arguments.json)
        else:
            _change(access, arguments)
    return 0


@contextmanager
def open_access(arguments: argparse.Namespace) -> Iterator[Access]:
    """Give the users of the data folder that the arguments name."""
    from qarunner.access import Access
    from qarunner.store.engine import Store

    config, data = existing_data(arguments)
    with Store.open(data, config.database) as store:
        yield Access(store)


def _change(access: Access, arguments: argparse.Namespace) -> None:
    from qarunner.store.models import Role

    name, action = arguments.name, arguments.action
    if action == "add":
        access.add_user(name, Role(arguments.role or "read"), _password(arguments), arguments.email)
        say(f"user {name} is made, with the role {arguments.role or 'read'}")
    elif action == "role":
        if not arguments.role:
            raise QarunnerError("which role?", f"Give --role {'|'.join(ROLES)}")
        access.set_role(name, Role(arguments.role))
        say(f"user {name} has the role {arguments.role}")
    elif action == "password":
        access.set_password(name, _password(arguments))
        say(f"user {name} has {'no' if arguments.no_password else 'a new'} password; all sessions ended")
    else:
        access.set_disabled(name, disabled=action == "disable")
        say(f"user {name} is {action}d")


def _password(arguments: argparse.Namespace) -> str | None:
    if arguments.no_password:
        return None
    if arguments.password_file:
        path = Path("/dev/stdin" if arguments.password_file == "-" else arguments.password_file)  # noqa: S105 - a path
        try:
            return path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise QarunnerError(f"the password cannot be read: {error}", "Name a file with one line of text") from error
    if not sys.stdin.isatty():
        raise QarunnerError("there is nobody to ask for the password", "Give --password-file PATH or --no-password")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise QarunnerError("the two passwords differ")
    return first


def _list(access: Access, *, as_json: bool) -> None:
    users = access.users()
    if as_json:
        say_json(users)
        return
    rows = [
        [
            user.name,
            str(user.role),
            "disabled" if user.disabled else "",
            "yes" if user.has_password else "no",
            f"{user.last_login:%Y-%m-%d %H:%M}" if user.last_login else "never",
            user.email,
        ]
        for user in users
    ]
    say_table(["NAME", "ROLE", "STATE", "PASSWORD", "SIGNED IN (UTC)", "MAIL"], rows)
