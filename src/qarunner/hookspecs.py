"""Every hook a plugin may implement. Mark an implementation with `qarunner.hookimpl`; take only the arguments you need.

`HOOK_INTERFACE` is the version of this file. Adding a hook or an argument raises the second number. Removing or
changing one raises the first, after at least one release in which using the old form warns (`DeprecationWarning`) and
still works. A plugin may state what it was written for with a module attribute ``qarunner_hooks = "1.0"``; one written
for another first number is refused with a word that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from qarunner.commands.spec import Command
    from qarunner.config import Configuration
    from qarunner.dialects.spec import Dialect
    from qarunner.drivers import Driver
    from qarunner.job_engines import JobEngineDescription
    from qarunner.notifiers import NotifierDescription
    from qarunner.reporters import ReporterDescription
    from qarunner.results import Result
    from qarunner.testcases import TestcaseSource

NAME = "qarunner"
HOOK_INTERFACE = "1.2"

hookspec = pluggy.HookspecMarker(NAME)
hookimpl = pluggy.HookimplMarker(NAME)


@hookspec
def qa_drivers() -> Iterable[Driver]:
    """Offer drivers for capture, remote, power or browser.

    When: once per process, before the first node is opened or listed. Who calls: the plugin manager.
    Return: descriptions (`qarunner.Driver`), one per capability and scheme. Must be quick and import no device library.
    Two plugins that offer the same scheme for one capability are an error that names both.
    """
    return ()


@hookspec
def qa_nodes() -> Mapping[str, Mapping[str, Any]]:
    """Offer nodes that exist without any configuration, such as simulated ones.

    When: at configuration. Return: node id to the table that ``[nodes.ID]`` would hold in ``qarunner.toml``, which
    every other source of configuration may override.
    """
    return {}


@hookspec
def qa_reporters() -> Iterable[ReporterDescription]:
    """Offer reporters.

    When: once per process, before the first run starts. Return: descriptions (`qarunner.ReporterDescription`).
    """
    return ()


@hookspec
def qa_commands() -> Iterable[Command]:
    """Offer verbs of the ``qarunner`` command.

    When: when the command line is read. Return: `qarunner.Command` objects; their modules import lazily.
    """
    return ()


@hookspec
def qa_testcase_sources() -> Iterable[TestcaseSource]:
    """Offer kinds of files in which testcases are found, beside Python functions and behave features.

    When: before collection, and when testcases are listed without running. Return: `qarunner.TestcaseSource` objects.
    """
    return ()


@hookspec
def qa_dialects() -> Iterable[Dialect]:
    """Offer public APIs that the server speaks.

    When: at the start of ``qarunner serve``. Return: `qarunner.dialects.spec.Dialect` objects; make their routes, and
    import Flask, only when the server asks for the blueprint. Two dialects that claim the same path are an error that
    names both.
    """
    return ()


@hookspec
def qa_notifiers() -> Iterable[NotifierDescription]:
    """Offer ways to tell people that a job finished, a testcase newly fails or a node is offline.

    When: at the start of ``qarunner serve``. Return: descriptions (`qarunner.NotifierDescription`); one is in use when
    it has a table ``[notifiers.NAME]``.
    """
    return ()


@hookspec
def qa_job_engines() -> Iterable[JobEngineDescription]:
    """Offer engines that run the jobs of a server, such as on other machines.

    When: at the start of ``qarunner serve``. Return: descriptions (`qarunner.JobEngineDescription`); ``job_engine`` in
    ``[server]`` chooses one, by default ``local``, which runs jobs on the server's own machine.
    """
    return ()


@hookspec(firstresult=True)
def qa_device_info(node: Any, configuration: Configuration) -> Mapping[str, str] | None:
    """Tell what the device under test is, for instance by asking it for its firmware version.

    When: once per run, after the lease is taken and before the first testcase; time limit 30 s. `node`: the node,
    as tests get it. Return: ``model``, ``build`` and any other properties, or None to leave it to the next plugin.
    The first answer wins over configuration; a tag given on the command line wins over it.
    """
    return None


@hookspec
def qa_result_finished(result: Result) -> None:
    """Tell that a result is finished and its evidence is on disk.

    When: after each testcase, on the test's thread: be quick (what takes longer belongs into a reporter).
    """


__all__ = ["HOOK_INTERFACE", "NAME", "hookimpl", "hookspec"]
