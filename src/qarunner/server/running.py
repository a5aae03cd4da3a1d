"""A server from start to stop, in the order in which its parts need each other."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from qarunner.access import Access
from qarunner.errors import ConfigurationError
from qarunner.server.app import AppSettings, create_app
from qarunner.server.data_folder import DataFolder, private_files
from qarunner.server.engine import Parts
from qarunner.server.http import HttpServer
from qarunner.server.live.notices import Notices
from qarunner.server.upkeep import Upkeep
from qarunner.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from qarunner.dialects.spec import Dialect, Services
    from qarunner.notifiers import Notifier
    from qarunner.server.engine import Engine
    from qarunner.server_config import ServerConfig

logger = logging.getLogger(__name__)


class FirstAdmin(msgspec.Struct, frozen=True):
    """What is shown once, at the first start."""

    name: str
    password: str
    token: str


class RunningServer:
    """A server that accepts connections from `start` on, until `stop`.

    :param dialects: the APIs it speaks.
    :param engine: makes packs, farm and jobs out of store, access and configuration, on the stack that ends them.
    """

    def __init__(
        self,
        config: ServerConfig,
        dialects: Iterable[Dialect],
        engine: Engine,
        notifiers: Mapping[str, Notifier] | None = None,
    ) -> None:
        self.config = config
        self.first_admin: FirstAdmin | None = None
        self._dialects = list(dialects)
        self._engine = engine
        self._notifiers = dict(notifiers or {})
        self._parts = ExitStack()
        self._stopping = threading.Event()
        self.services: Services | None = None
        self.http: HttpServer | None = None

    def start(self) -> None:
        """Start everything, connections last.

        :raises QarunnerError: something cannot be used; what had started has ended again.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        config, stack = self.config, self._parts
        _check(config)
        data = stack.enter_context(DataFolder(Path(config.data)))
        with private_files():
            store = stack.enter_context(Store.open(data.path, config.database))
        access = Access(store)
        parts = Parts(store, access, config, self._stopping, lambda: self.local_url)
        if self._notifiers:
            notices = Notices(store, self._notifiers, lambda: self.url if self.http else "")
            stack.callback(notices.close)
            notices.start()  # before jobs are looked after: the end of one that was left running is told
        self.services = self._engine(stack, parts)
        upkeep = Upkeep(store, config, packs=self.services.packs, chores=self._chores(self.services))
        stack.callback(upkeep.close)
        app = create_app(self.services, self._dialects, AppSettings(config.body_limit, config.proxies))
        tls = (config.tls_cert, config.tls_key) if config.tls_cert else None
        self.http = HttpServer(app, config.host, config.port, tls=tls, threads=config.threads)
        stack.callback(self.http.stop)
        stack.callback(self._stopping.set)  # before the threads that wait in requests are waited for
        # When all else is known to work and the port is ours: the token is shown once, so nothing may fail after it.
        made = access.make_first_admin()
        self.first_admin = FirstAdmin(*made) if made else None
        self.http.start()
        upkeep.start()
        logger.info("the server accepts connections at %s", self.url)

    def _chores(self, services: Services) -> list[Callable[[], None]]:
        return [partial(dialect.upkeep, services) for dialect in self._dialects if dialect.upkeep is not None]

    @property
    def local_url(self) -> str:
        """How this machine reaches it."""
        assert self.http is not None, "nothing is asked before it listens"
        return self.http.url

    @property
    def url(self) -> str:
        """How clients reach it."""
        return self.config.external_url.rstrip("/") or self.local_url

    def ready(self) -> dict[str, Any]:
        """Return what a script wants to know of it; the first time with the token."""
        content: dict[str, Any] = {"url": self.url, "pid": os.getpid()}
        return content if self.first_admin is None else content | {"token": self.first_admin.token}

    def stop(self) -> None:
        """End everything in the opposite order; requests under way have a few seconds to end."""
        self._parts.close()


def _check(config: ServerConfig) -> None:
    if config.job_user and not config.job_folder:
        problem = f"jobs are to run as {config.job_user}, who cannot look into the data folder"
        raise ConfigurationError(problem, "Name a job_folder in [server] for the files of jobs.")
    if bool(config.tls_cert) != bool(config.tls_key):
        raise ConfigurationError("TLS needs a certificate and a key", "Give both --tls-cert and --tls-key.")
    if config.external_url and not config.external_url.startswith(("http://", "https://")):
        problem = f"the external URL {config.external_url!r} is not one"
        raise ConfigurationError(problem, "Write it as https://farm.example.com or https://example.com/farm.")
