"""Binds dialects to a host name or a prefix of their own, as the tables ``[dialects.NAME]`` say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from qarunner.dialects.spec import Binding
from qarunner.errors import ConfigurationError, nearest
from qarunner.server.claims import segments

if TYPE_CHECKING:
    from qarunner.config import Configuration
    from qarunner.dialects.spec import Dialect

OWN = ("portal", "server")
"""What the server itself answers with; they stay where they are."""
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def bind(dialects: Iterable[Dialect], configuration: Configuration, external_url: str = "") -> list[Dialect]:
    """Return the dialects, each with its binding if it has one.

    :param external_url: how clients reach the server.
    :raises ConfigurationError: there is no such dialect, or it cannot be bound so; says where that stands.
    """
    found = {dialect.name: dialect for dialect in dialects}
    known = sorted(set(found) - set(OWN))
    names = dict.fromkeys(key[1] for table in configuration.tables for key in table if key[0] == "dialects")
    places: dict[str, str] = {}
    for name in names:
        table, source = configuration.dialect_options(name)
        if name not in known:
            advice = f"{nearest(name, known)} known: {', '.join(known) or 'none'}".strip()
            raise ConfigurationError(f"{source}: there is no dialect {name!r}", advice)
        try:
            binding = msgspec.convert(table, Binding)
        except msgspec.ValidationError as error:
            advice = "There are host, prefix and shared."
            raise ConfigurationError(f"{source}: [dialects.{name}]: {error}", advice) from error
        problem = _problem(binding, external_url) or _clash(binding, places) or _hidden(binding, found.values())
        if problem:
            raise ConfigurationError(f"{source}: [dialects.{name}]: {problem[0]}", problem[1])
        places.update(dict.fromkeys([place for place in (binding.host, binding.prefix) if place], name))
        found[name] = replace(found[name], binding=binding)
    return list(found.values())


def _problem(binding: Binding, external_url: str) -> tuple[str, str] | None:
    """Return what is wrong with a binding by itself, and what to do."""
    if not binding.host and not binding.prefix:
        return "neither host nor prefix is given", 'Write host = "stbt.example.com" or prefix = "/stbt".'
    if binding.host and not _HOST.fullmatch(binding.host):
        return f"host {binding.host!r} is no host name", "Write it in small letters, without scheme and port."
    if binding.prefix and not _PREFIX.fullmatch(binding.prefix):
        return f"prefix {binding.prefix!r} is not usable", 'Write it like "/stbt", without a slash at the end.'
    if binding.host and not external_url:
        advice = "Set external_url in [server] to the address of the portal."
        return "with a host of its own, links to the portal would lead nowhere", advice
    if binding.host and binding.host == urlsplit(external_url).hostname:
        return f"host {binding.host!r} is that of the server itself", "Give it another one, or a prefix."
    return None


def _clash(binding: Binding, places: dict[str, str]) -> tuple[str, str] | None:
    for place in (binding.host, binding.prefix):
        if place in places:
            return f"{place!r} is that of dialect {places[place]!r}", "Give it another one."
    for place, name in places.items():
        if binding.prefix and place.startswith("/") and _meet(binding.prefix, place):
            return f"prefix {binding.prefix!r} meets {place!r} of dialect {name!r}", "Give it another one."
    return None


def _hidden(binding: Binding, dialects: Iterable[Dialect]) -> tuple[str, str] | None:
    """Return which claim a prefix would hide, or lie within."""
    if not binding.prefix:
        return None
    for dialect in dialects:
        for claim in dialect.claims:
            if claim.path != "/" and _meet(binding.prefix, claim.path):
                problem = f"prefix {binding.prefix!r} meets {claim.path!r}, which dialect {dialect.name!r} claims"
                return problem, "Give it another one."
    return None


def _meet(one: str, other: str) -> bool:
    """Whether one path is the other or lies within it."""
    pairs: Sequence[tuple[str, ...]] = sorted((segments(one), segments(other)), key=len)
    return pairs[1][: len(pairs[0])] == pairs[0]
