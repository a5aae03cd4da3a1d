"""The table of settings.

One row gives the option of pytest, the environment variable, the key in ``qarunner.toml`` and the line of the
reference. Nodes and reporters have tables of their own in the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0)]
OFF, ON = False, True
Count = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True)
class Setting:
    """One setting.

    :param name: the key in ``qarunner.toml``; ``QARUNNER_<NAME>`` in the environment.
    :param kind: what `msgspec.convert` checks it against.
    :param option: of pytest, empty when there is none.
    :param metavar: of the option; empty for an on/off option.
    :param stbt: ``section.key`` of ``.stbt.conf`` which also sets it.
    :param environment: its environment variable, where that is not called after it.
    """

    name: str
    kind: Any
    default: Any
    help: str
    option: str = ""
    metavar: str = ""
    stbt: str = ""
    environment: str = ""

    @property
    def variable(self) -> str:
        """The name of its environment variable."""
        return self.environment or f"QARUNNER_{self.name.upper()}"


SETTINGS: tuple[Setting, ...] = (
    Setting("node", str, "", "run on this node; `qarunner nodes` lists them", "--qa-node", "NODE"),
    Setting("wait", Seconds, 0.0, "wait at most this long for a node that is leased", "--qa-wait", "SECONDS"),
    Setting(
        "results",
        str,
        "",
        "write the run into this folder (default: a new one in qa-results/)",
        "--qa-results",
        "DIR",
    ),
    Setting(
        "time_limit",
        Seconds,
        0.0,
        "end a testcase after this long as an error; 0 for no limit",
        "--qa-time-limit",
        "SECONDS",
        stbt="test_pack.watchdog_timeout",
    ),
    Setting("tags", dict[str, str], {}, "note this about the run; may be given again", "--qa-tag", "NAME[=VALUE]"),
    Setting("category", str, "", "the category under which the results are filed", "--qa-category", "NAME"),
    Setting("repeat", Annotated[int, msgspec.Meta(ge=1)], 1, "run the testcases this often", "--qa-repeat", "N"),
    Setting("forever", bool, OFF, "run the testcases again and again until stopped", "--qa-forever"),
    Setting(
        "shuffle",
        bool,
        OFF,
        "random order; with --qa-forever weighted so that each testcase gets equal time",
        "--qa-shuffle",
    ),
    Setting("seed", int, None, "of the random order (default: a new one, noted in the run)", "--qa-seed", "N"),
    Setting(
        "retry_errors",
        Count,
        0,
        "run a testcase that ends as an error up to N times more; a fail is never retried",
        "--qa-retry-errors",
        "N",
    ),
    Setting("video", bool, ON, "record a video of each testcase that uses the device, or a browser"),
    Setting(
        "reporters",
        list[str],
        None,
        "report with this reporter besides the usual; may be given again",
        "--qa-reporter",
        "NAME",
    ),
    Setting(
        "server_url",
        str,
        "",
        "deliver results to this qarunner server; QARUNNER_SERVER_TOKEN holds the token",
        "--qa-server",
        "URL",
        environment="QARUNNER_SERVER",
    ),
    Setting("delivery_wait", Seconds, 10.0, "at the end, wait at most this long for reporters that deliver results"),
    Setting("block_plugins", list[str], [], "do not load this plugin; may be given again", "--qa-block", "PLUGIN"),
    Setting("trace", bool, OFF, "print every hook call of qarunner's plugins", "--qa-trace"),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}
