"""The table ``[reporters.qatrack]``, and the settings that follow from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from qarunner import ConfigurationError, Options, read_token_file

URL, TOKEN = "QARUNNER_QATRACK_URL", "QARUNNER_QATRACK_TOKEN"
"""Of the environment: where the API is, unless the table says so, and the token, which wins over the table's."""
MEGABYTE = 1_000_000
Kind = Literal["screenshot", "video", "log", "other"]


class QatrackOptions(Options, frozen=True):
    """Options of the reporter."""

    url: Annotated[str, msgspec.Meta(description=f"root of the API, ends with /api; without it {URL}")] = ""
    token: Annotated[str, msgspec.Meta(description=f"of a user who may add results; {TOKEN} wins over it")] = ""
    token_file: Annotated[str, msgspec.Meta(description="file that holds the token")] = ""
    units: Annotated[
        dict[str, int | str],
        msgspec.Meta(description="number or exact name of each node's unit; without it the unit is called as the node"),
    ] = {}
    lists: Annotated[
        dict[str, str],
        msgspec.Meta(description='exact name of each list, by file or by what a marker says: {"tests/a.py" = "Menus"}'),
    ] = {}
    time_zone: Annotated[
        str, msgspec.Meta(description="of the server, such as Europe/Berlin; without it this machine's")
    ] = ""
    evidence: Annotated[
        tuple[Kind, ...], msgspec.Meta(description="which files are attached: screenshot, video, log, other")
    ] = ("screenshot", "log")
    evidence_of: Annotated[
        Literal["failed", "all", "none"], msgspec.Meta(description="which testcases bring their files")
    ] = "failed"
    file_limit: Annotated[int, msgspec.Meta(ge=0, description="bytes of a file; a larger one is only named")] = (
        20 * MEGABYTE
    )
    total_limit: Annotated[int, msgspec.Meta(ge=0, description="bytes of all files of a list")] = 60 * MEGABYTE
    comments: Annotated[
        bool, msgspec.Meta(description="say more about what was done; QATrack+ never reviews that by itself")
    ] = True
    scheduling: Annotated[
        Literal["complete", "always", "never"],
        msgspec.Meta(description="which runs count as the list having been done when it was due"),
    ] = "complete"
    fail_on: Annotated[
        Literal["", "tolerance", "action"], msgspec.Meta(description="the server's verdict that fails the run")
    ] = ""
    strict: Annotated[
        bool, msgspec.Meta(description="send no list which lacks a test for something that was found out")
    ] = False
    verify: Annotated[
        bool | str, msgspec.Meta(description="check the server's certificate; or the file it is checked by")
    ] = True
    proxies: Annotated[
        dict[str, str], msgspec.Meta(description='such as {"https" = "http://proxy:3128"}; else the environment\'s')
    ] = {}


@dataclass(frozen=True)
class Settings:
    """What the options say, ready for use. `zone` is the server's; None for this machine's."""

    options: QatrackOptions
    url: str
    token: str
    zone: tzinfo | None

    def unit_of(self, node: str) -> int | str:
        """Return the number or name of a node's unit."""
        return self.options.units.get(node, node)

    def list_name(self, name: str) -> str:
        """Return the list that is meant by a file or by what a marker says."""
        return self.options.lists.get(name, name)

    def local(self, moment: datetime) -> str:
        """Return a time as the server takes it: naive, in its own zone, with microseconds."""
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S.%f}"


def settings_of(options: QatrackOptions) -> Settings:
    """Return the settings.

    :raises ConfigurationError: says which option is missing or cannot be used.
    """
    url = _url(options)
    token = os.environ.get(TOKEN) or options.token
    if not token and options.token_file:
        token = read_token_file(options.token_file, "[reporters.qatrack]: token_file")
    try:
        zone = ZoneInfo(options.time_zone) if options.time_zone else None
    except (ValueError, OSError, KeyError) as error:
        problem = f"[reporters.qatrack]: time_zone: there is no {options.time_zone!r}"
        raise ConfigurationError(problem, "Name one such as Europe/Berlin or UTC") from error
    return Settings(options, url, token, zone)


def _url(options: QatrackOptions) -> str:
    """Return the root of the API, without a slash at its end."""
    url = (options.url or os.environ.get(URL, "")).strip().rstrip("/")
    if not url:
        advice = f"Give url in [reporters.qatrack], or {URL}, such as https://HOST/api"
        raise ConfigurationError("it is not said where QATrack+ is", advice)
    problem = f"{'url of [reporters.qatrack]' if options.url else URL} is {url!r}"
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError(problem, "It begins with https:// or http://, such as https://HOST/api")
    if not url.endswith("/api"):
        raise ConfigurationError(problem, f"It is the root of the API and ends with /api: is it {url}/api?")
    return url
