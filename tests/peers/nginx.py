"""nginx as a proxy in front of a server: HTTPS on a loopback port, from a configuration and a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

from tests.peers.certificates import make_certificate
from tests.peers.ports import free_port

PROGRAM = "/usr/sbin/nginx"
CONFIGURATION = """
daemon off;
master_process off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 64m;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_read_timeout 90s;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    server {{
        listen 127.0.0.1:{port} ssl default_server;
        location / {{ return 404 "not below the prefix"; }}
        location {prefix}/ {{ proxy_pass http://127.0.0.1:{behind}{rest}; }}
    }}
    server {{
        listen 127.0.0.1:{port} ssl;
        server_name {name};
        location / {{ proxy_pass http://127.0.0.1:{behind}; }}
    }}
}}
"""


class Nginx:
    """The proxy; it is down until `start`.

    :param prefix: below which the server is; what is outside is nobody's.
    :param name: a host whose requests all go to the server.
    :param behind: the server's port.
    """

    def __init__(self, folder: Path, prefix: str, name: str, behind: int) -> None:
        self._folder, self._prefix, self._name, self._behind = folder, prefix, name, behind
        self.certificate, self._key = make_certificate(folder)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """How clients reach the server through it."""
        return f"https://127.0.0.1:{self.port}{self._prefix}"

    def start(self, *, takes_off: bool) -> None:
        """Come up; return when it accepts connections. :param takes_off: the server does not see the prefix."""
        text = CONFIGURATION.format(
            folder=self._folder,
            user="user root;" if os.geteuid() == 0 else "",
            certificate=self.certificate,
            key=self._key,
            port=self.port,
            prefix=self._prefix,
            behind=self._behind,
            rest="/" if takes_off else "",
            name=self._name,
        )
        file = self._folder / "nginx.conf"
        file.write_text(text, encoding="utf-8")
        log = str(self._folder / "error.log")
        self._process = subprocess.Popen([PROGRAM, "-c", str(file), "-e", log, "-p", str(self._folder)])
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, Path(log).read_text(encoding="utf-8")
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Go down."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None
