"""``qarunner serve``: the quality store, the portal and the APIs, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import ipaddress
import signal
from contextlib import nullcontext
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from qarunner.commands.context import context_of
from qarunner.commands.server_data import add_data, given_of
from qarunner.commands.terminal import note, painted, say

if TYPE_CHECKING:
    from qarunner.server.running import RunningServer
    from qarunner.server_config import ServerConfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.add_argument("--test-pack", metavar="PATH|URL", help="folder or git URL of the test pack that jobs run")
    add_data(parser)
    parser.add_argument("--host", metavar="ADDRESS", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", metavar="PORT", help="0 picks a free one (default: 8080)")
    parser.add_argument(
        "--ready-file", metavar="PATH", help="write url, pid and, the first time, the token as JSON here"
    )
    parser.add_argument("--tls-cert", metavar="PATH", help="serve HTTPS with this certificate (PEM)")
    parser.add_argument("--tls-key", metavar="PATH", help="the certificate's key (PEM)")
    parser.add_argument("--external-url", metavar="URL", help="how clients reach the server through a proxy")
    parser.add_argument("--log", choices=("auto", "json", "text"), default="auto", help="form of the log lines")


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal comes; 0."""
    from qarunner.engine_choice import choose_job_engine
    from qarunner.notifier_choice import open_notifiers
    from qarunner.server import logs
    from qarunner.server.bindings import bind
    from qarunner.server.engine import with_jobs
    from qarunner.server.ready_file import ReadyFile
    from qarunner.server.running import RunningServer

    context = context_of(arguments)
    config = context.configuration.server(given_of(arguments))
    handler = logs.configure(arguments.log)
    blocked = context.sources.get("block_plugins")
    offered = [dialect for _plugin, dialect in context.plugins.dialects().values()]
    dialects = bind(offered, context.configuration, config.external_url.rstrip("/"))
    chosen = choose_job_engine(context.plugins, context.configuration, config.job_engine)
    engine = with_jobs(context.configuration, context.plugins.testcase_sources(), blocked, chosen)
    notifiers = open_notifiers(context.plugins, context.configuration)
    server = RunningServer(config, dialects, engine, notifiers)
    try:
        with Signals() as ended:
            with ReadyFile(Path(arguments.ready_file)) if arguments.ready_file else nullcontext() as ready:
                server.start()
                _say_ready(server, config)
                if ready is not None:
                    ready.write(server.ready())
                ended.wait()
            note("stopping")
            server.stop()
    finally:
        server.stop()
        handler.close()
    return 0


class Signals:
    """What waits for SIGINT or SIGTERM, within a with block; the signals mean what they did before afterwards."""

    def __init__(self) -> None:
        # A handler runs in the middle of whatever the thread does. An event's lock may be held just then, by the thread
        # that begins to wait: it would wait for ever. This queue has none.
        self._come: SimpleQueue[int] = SimpleQueue()

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._take) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self) -> None:
        """Return when one has come, be it before."""
        self._come.get()

    def _take(self, number: int, _frame: object) -> None:
        self._come.put(number)


def _say_ready(server: RunningServer, config: ServerConfig) -> None:
    say(f"{painted('qarunner serves', 'bold')} {server.url}")
    say(f"  data: {Path(config.data).expanduser().absolute()}")
    admin = server.first_admin
    if admin is not None:
        say("\nThis is shown once:")
        say(f"  user:     {admin.name}")
        say(f"  password: {admin.password}")
        say(f"  token:    {admin.token}")
    if not is_loopback(config.host) and not config.tls_cert and not config.external_url.startswith("https:"):
        note("warning: passwords and tokens travel unencrypted; use --tls-cert and --tls-key, or a proxy with TLS")
    say()
    note("Ctrl-C stops it.")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
