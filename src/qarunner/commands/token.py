"""``qarunner token``: the access tokens of a server's users, changed in its data folder, also while it serves."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from qarunner.commands.server_data import add_data
from qarunner.commands.terminal import add_json, note, say, say_json, say_table
from qarunner.commands.user import open_access
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.access import Access


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument("action", choices=("create", "list", "revoke"), help="what to do")
    parser.add_argument("number", nargs="?", type=int, metavar="NUMBER", help="for revoke: as list shows it")
    parser.add_argument("--user", metavar="NAME", default="", help="whose; for create, and to list only these")
    parser.add_argument("--name", metavar="TEXT", default="", help="for create: what uses it, such as jenkins")
    parser.add_argument("--days", type=int, metavar="DAYS", help="for create: expires after so many days")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0."""
    with open_access(arguments) as access:
        if arguments.action == "list":
            _list(access, arguments.user, as_json=arguments.json)
        elif arguments.action == "create":
            _create(access, arguments)
        else:
            if arguments.number is None:
                raise QarunnerError("which token?", "Give its number; `qarunner token list` shows it")
            access.revoke_token(arguments.number, arguments.user)
            say(f"token {arguments.number} is revoked")
    return 0


def _create(access: Access, arguments: argparse.Namespace) -> None:
    if not arguments.user or not arguments.name:
        raise QarunnerError("a token belongs to a user and has a name", "Give --user NAME and --name TEXT")
    expires = _in_days(arguments.days) if arguments.days is not None else None
    number, secret = access.create_token(arguments.user, arguments.name, expires)
    if arguments.json:
        say_json({"id": number, "token": secret, "expires": expires})
        return
    note(f"token {number} of {arguments.user}, shown this one time:")
    say(secret)


def _in_days(days: int) -> datetime:
    from qarunner.store.clock import now

    try:
        return now() + timedelta(days=days)
    except OverflowError as error:
        raise QarunnerError(f"{days} days is too long", "Leave --days out for a token that does not expire") from error


def _list(access: Access, user: str, *, as_json: bool) -> None:
    tokens = access.tokens(user)
    if as_json:
        say_json(tokens)
        return
    rows = [
        [
            str(token.id),
            token.user,
            token.name,
            "revoked" if token.revoked else _moment(token.expires, "does not expire"),
            _moment(token.last_used, "never"),
        ]
        for token in tokens
    ]
    say_table(["NUMBER", "USER", "NAME", "EXPIRES (UTC)", "LAST USED (UTC)"], rows)


def _moment(moment: datetime | None, otherwise: str) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else otherwise
