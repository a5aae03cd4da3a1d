"""``qarunner keys``: the keys that encrypt what a server keeps of other services' secrets."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from qarunner.commands.server_data import add_data, existing_data
from qarunner.commands.terminal import add_json, counted, note, say, say_json, say_table

if TYPE_CHECKING:
    from qarunner.store.engine import Store
    from qarunner.store.keys import Keys

HELP = """\
rotate makes a new key, encrypts all secrets of the store with it, and forgets the keys before the last one: the last
one stays until the next time, for somebody may be using it. It works while the server serves."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = HELP
    parser.add_argument("action", choices=("list", "rotate"), help="what to do")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0, or 1 when a secret cannot be read with any key."""
    from qarunner.server.data_folder import private_files
    from qarunner.store.engine import Store
    from qarunner.store.keys import KEY_FILE, Keys

    config, data = existing_data(arguments)
    with private_files(), Store.open(data, config.database) as store:
        keys = Keys.open(data / KEY_FILE)
        if arguments.action == "list":
            _list(store, keys, as_json=arguments.json)
            return 0
        return _rotate(store, keys, as_json=arguments.json)


def _list(store: Store, keys: Keys, *, as_json: bool) -> None:
    from qarunner.store.sealed import texts_by_key

    used = texts_by_key(store)
    rows = [(key, key == keys.current, used[key]) for key in keys.ids]
    if as_json:
        say_json([{"id": key, "current": current, "secrets": count} for key, current, count in rows])
        return
    say_table(["KEY", "STATE", "SECRETS"], [[key, "current" if now else "", str(count)] for key, now, count in rows])


def _rotate(store: Store, keys: Keys, *, as_json: bool) -> int:
    from qarunner.store.sealed import seal_again, texts_by_key

    before = keys.current
    new = keys.rotate()
    again = seal_again(store, keys)
    forgotten = keys.forget({before, *texts_by_key(store)})
    if as_json:
        say_json({"current": new, "secrets": again.texts, "forgotten": forgotten, "unreadable": again.unreadable})
    else:
        say(f"the current key is {new}; {counted(again.texts, 'secret')} encrypted with it")
        if forgotten:
            say(f"forgotten: {', '.join(forgotten)}")
        for place in again.unreadable:
            note(f"warning: no key fits {place}; enter it again")
    return 1 if again.unreadable else 0
