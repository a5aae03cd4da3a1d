"""What every request passes before Flask sees it: slashes merged, the proxy's prefix taken off, its dialect found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from qarunner.dialects.addresses import PREFIX

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]
_SLASHES = re.compile(r"/{2,}")


def merge_slashes(application: Application) -> Application:
    """Return an application to which ``//`` in a path is ``/``: clients paste ids that begin with a slash."""

    def merged(environ: Environ, start_response: Any) -> Iterable[bytes]:
        environ["PATH_INFO"] = _SLASHES.sub("/", environ.get("PATH_INFO", "")) or "/"
        return application(environ, start_response)

    return merged


def under_prefix(application: Application, external_url: str) -> Application:
    """Return an application that makes its links below the path of the external URL.

    It answers with and without the prefix: some proxies take it off, some pass it on.
    """
    prefix = urlsplit(external_url).path.rstrip("/")
    if not prefix:
        return application

    def prefixed(environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == prefix or path.startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        environ["SCRIPT_NAME"] = prefix
        return application(environ, start_response)

    return prefixed


def by_host(application: Application, hosts: Mapping[str, Application]) -> Application:
    """Return an application that leaves requests for a host's name to that host's own application."""
    if not hosts:
        return application

    def dispatched(environ: Environ, start_response: Any) -> Iterable[bytes]:
        return hosts.get(_host_of(environ), application)(environ, start_response)

    return dispatched


def by_prefix(application: Application, prefixes: Mapping[str, Application]) -> Application:
    """Return an application that leaves paths below a prefix to that prefix's own application."""

    def dispatched(environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for prefix, own in prefixes.items():
            if path == prefix or path.startswith(f"{prefix}/"):
                environ["PATH_INFO"] = path[len(prefix) :] or "/"
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
                environ[PREFIX] = prefix
                return own(environ, start_response)
        return application(environ, start_response)

    return dispatched if prefixes else application


def _host_of(environ: Environ) -> str:
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    except ValueError:
        return ""


def behind_proxies(application: Application, count: int) -> Application:
    """Return an application that believes the X-Forwarded-* headers of so many proxies; of none when 0."""
    if not count:
        return application
    from werkzeug.middleware.proxy_fix import ProxyFix

    fixed: Any = ProxyFix(application, x_for=count, x_proto=count, x_host=count, x_prefix=count)
    return fixed  # type: ignore[no-any-return]  # typed as the class, used as the application
