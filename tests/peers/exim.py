"""exim, a real mail server, on a loopback port: it puts what it takes into a folder and sends nothing anywhere.

It runs as an ordinary user with a configuration of its own. Some names are special: nobody is called ``unknown``,
``later`` is refused for now, and at ``slow`` it thinks for a while.
"""

from __future__ import annotations

import email
import email.policy
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.peers.certificates import make_certificate
from tests.peers.ports import free_port

PROGRAM = "/usr/sbin/exim4"
USER, PASSWORD = "farm", "correct horse"
CONFIGURATION = """
exim_user = {uid}
exim_group = {gid}
primary_hostname = localhost
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
deliver_drop_privilege = true
acl_smtp_rcpt = rcpt
tls_advertise_hosts = *
tls_certificate = {folder}/cert.pem
tls_privatekey = {folder}/key.pem
begin acl
rcpt:
  deny local_parts = unknown
       message = nobody is called that here
  defer local_parts = later
       message = come back later
  warn local_parts = slow
       delay = 2s
  accept
begin routers
all:
  driver = accept
  transport = files
begin transports
files:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  create_directory
  envelope_to_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and {{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
"""


class Exim:
    """The server; it is down until `start`."""

    def __init__(self) -> None:
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._folder = Path(tempfile.mkdtemp(prefix="qarunner-exim-"))
        self.certificate, _key = make_certificate(self._folder)
        self.port = free_port()
        text = CONFIGURATION.format(
            uid=owner.pw_uid, gid=owner.pw_gid, folder=self._folder, port=self.port, user=USER, password=PASSWORD
        )
        (self._folder / "exim.conf").write_text(text, encoding="utf-8")
        for name in ("spool", "log", "mail"):
            (self._folder / name).mkdir()
        for path in (self._folder, *self._folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        as_root: dict[str, Any] = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self._identity = as_root if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Come up; return when it takes mail."""
        command = [PROGRAM, "-C", str(self._folder / "exim.conf"), "-bdf"]
        self._process = subprocess.Popen(command, cwd=self._folder, stderr=subprocess.DEVNULL, **self._identity)
        deadline = time.monotonic() + 60
        while True:
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as connection:
                    assert connection.noop()[0] == 250
            except OSError:
                assert self._process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Go down; what it has is still there."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def remove(self) -> None:
        """Go down and leave nothing."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def mails(self) -> list[EmailMessage]:
        """Return what has arrived, in that order."""
        files = sorted(self._folder.glob("mail/new/*"), key=lambda path: path.stat().st_mtime_ns)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def log(self) -> str:
        """Return what it says of itself."""
        return "".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("log/*")))
