"""``qarunner run``: runs testcases on a node of a server, with the checkout's files as they are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qarunner.commands.context import context_of
from qarunner.commands.terminal import counted, note, say
from qarunner.errors import ConfigurationError, NodeBusyError

if TYPE_CHECKING:
    from qarunner.commands.context import Context
    from qarunner.commands.remote.answers import Job
    from qarunner.commands.remote.client import Server
    from qarunner.config import Configuration

SETTINGS = ("server_url", "node", "wait", "category")
ON_OR_OFF = ("forever", "shuffle")
EPILOG = """
exit code: 0 all passed, 1 something failed, 2 interrupted or an error that says what to do, 6 something ended as an
error, 7 the node is not free. Ctrl-C and SIGTERM stop the job and wait until it has ended.

The token is in QARUNNER_SERVER_TOKEN, in --token-file, or where [reporters.server] of qarunner.toml says.
""".strip()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = EPILOG
    parser.add_argument(
        "testcases", nargs="*", metavar="TESTCASE", help="tests/menu.py::test_x, or a file, or a folder"
    )
    parser.add_argument("--all", action="store_true", help="run all testcases of the test pack")
    parser.add_argument("--server", dest="server_url", metavar="URL", help="of the server (default: as configured)")
    parser.add_argument("--node", metavar="NODE", help="the server's node to run on (default: as configured)")
    parser.add_argument("--token-file", metavar="PATH", help="file that holds the token")
    parser.add_argument(
        "--revision", metavar="NAME", help="run a branch, tag or commit that the server has, not the files here"
    )
    parser.add_argument("--remote-control", metavar="NAME", default="", help="remote control of the test pack to use")
    parser.add_argument("--category", metavar="NAME", help="file the results under this category")
    parser.add_argument(
        "--tag", dest="tags", metavar="NAME[=VALUE]", action="append", help="note this; may be given again"
    )
    parser.add_argument("--shuffle", action="store_true", help="random order")
    parser.add_argument("--forever", action="store_true", help="again and again until Ctrl-C")
    parser.add_argument("--time-limit", metavar="SECONDS", type=float, default=0.0, help="end the whole job after this")
    parser.add_argument("--wait", metavar="SECONDS", help="wait at most this long for a node that somebody has")
    parser.add_argument("--junitxml", "--junit-xml", metavar="PATH", help="write the results as jUnit XML")
    parser.add_argument("--artifacts", metavar="DIR", help="fetch logs, videos and other files into folders in DIR")


def run(arguments: argparse.Namespace) -> int:
    """Run them; the exit code is the runner's."""
    from qarunner.commands.main import show
    from qarunner.commands.remote.address import address_of
    from qarunner.commands.remote.client import Server
    from qarunner.commands.remote.summary import NODE_BUSY

    if bool(arguments.testcases) == arguments.all:
        problem = (
            "it is not said what to run" if not arguments.all else "--all and names of testcases exclude each other"
        )
        raise ConfigurationError(problem, "Name testcases, files or folders, or give --all")
    context = context_of(arguments)
    configuration = _configuration(arguments, context)
    server = Server(*address_of(configuration, arguments.token_file))
    try:
        return _run(arguments, context, configuration, server)
    except NodeBusyError as error:
        show(error)
        return NODE_BUSY
    finally:
        server.close()


def _configuration(arguments: argparse.Namespace, context: Context) -> Configuration:
    """Return the configuration with what the command line says of settings."""
    from qarunner.config import load
    from qarunner.config_sources import parse_tags

    given = {name: getattr(arguments, name) for name in SETTINGS if getattr(arguments, name) is not None}
    given |= {name: True for name in ON_OR_OFF if getattr(arguments, name)}
    if arguments.tags:
        given["tags"] = parse_tags(arguments.tags)
    return load(given, context.pack)


def _run(arguments: argparse.Namespace, context: Context, configuration: Configuration, server: Server) -> int:
    from qarunner.commands.remote.following import Following
    from qarunner.commands.remote.interrupts import Interrupts
    from qarunner.commands.remote.starting import check_node, start
    from qarunner.commands.remote.summary import exit_code

    node = configuration.get("node")
    check_node(server, node)
    revision, testcases = _revision(arguments, context, server)
    wanted = _job(arguments, configuration) | {"node": node, "revision": revision, "testcases": testcases}
    with Interrupts() as interrupts:
        following = Following(server, start(server, wanted, configuration.get("wait"), interrupts))
        note(f"job {following.job.uid} runs {counted(len(testcases), 'testcase')} on {node}; Ctrl-C stops it")
        try:
            interrupts.release()
            job = following.to_the_end()
        except KeyboardInterrupt:
            job = following.stop()
        except BrokenPipeError:  # whoever read the log went away, as from a pytest of this machine
            following.stop(quietly=True)
            raise
        _bring_home(arguments, server, job)
    return exit_code(job)


def _revision(arguments: argparse.Namespace, context: Context, server: Server) -> tuple[str, list[str]]:
    """Return the commit to run, which the server has from now on, and the names of the testcases."""
    from qarunner.commands.remote.answers import Names
    from qarunner.commands.remote.choosing import choose
    from qarunner.commands.remote.client import API
    from qarunner.commands.remote.sending import send
    from qarunner.pack.listing import list_testcases
    from qarunner.pack.root import required_root

    here = Path.cwd()
    if arguments.revision is not None:
        names = server.ask(Names, "GET", f"{API}/testcases", query={"revision": arguments.revision}, patience=30)
        return names.revision, choose(arguments.testcases, names.testcases, context.pack, here)
    root = context.pack or required_root(here)
    known = list_testcases(root, context.plugins.testcase_sources())
    testcases = choose(arguments.testcases, known, root, here)
    own = [Path(path) for path in (arguments.junitxml, arguments.artifacts) if path]
    return send(server, root, own), testcases


def _job(arguments: argparse.Namespace, configuration: Configuration) -> dict[str, Any]:
    """Return what else a job is told."""
    settings = {name: configuration.get(name) for name in ("category", "tags", "forever", "shuffle")}
    settings = {name: value for name, value in settings.items() if value}
    return settings | {"remote_control": arguments.remote_control, "time_limit": arguments.time_limit}


def _bring_home(arguments: argparse.Namespace, server: Server, job: Job) -> None:
    from qarunner.commands.remote.fetching import fetch_artifacts, fetch_junit, results_of
    from qarunner.commands.remote.summary import say_summary

    results = list(results_of(server, job))
    say_summary(server, job, results)
    if arguments.junitxml:
        fetch_junit(server, job, len(results), Path(arguments.junitxml))
        say(f"  jUnit XML: {arguments.junitxml}")
    if arguments.artifacts:
        files = sum(fetch_artifacts(server, row, Path(arguments.artifacts)) for row in results)
        say(f"  artifacts: {counted(files, 'file')} in {arguments.artifacts}")
    sys.stdout.flush()
