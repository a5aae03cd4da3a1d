"""A real SNMP agent, snmpd, on the loopback, with the outlets of a power unit in it: a script keeps their state."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

from tests.peers.ports import free_port
from tests.peers.rig_node import eventually

OUTLETS = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4"
SCRIPT = """#!/bin/sh
# Called by snmpd for every object below the outlets': -g OBJECT, or -s OBJECT TYPE VALUE.
folder={folder}
number=${{2##*.}}
[ -e "$folder/$number" ] || exit 0
if [ "$1" = -s ]; then
    echo "$4" >"$folder/$number"
    exit 0
fi
echo "$2"
echo integer
cat "$folder/$number"
"""
SETTINGS = """rwcommunity {community} 127.0.0.1
createUser operator SHA "{password}" AES "{password}"
rwuser operator priv
pass .{outlets} {script}
"""


class SnmpAgent:
    """The agent, for the length of a ``with`` block. `community` and `password` let a manager switch."""

    community, password = "outlets-of-the-lab", "quite-a-long-password"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
        (folder / "outlets").mkdir()
        (folder / "outlets" / "3").write_text("1\n", encoding="utf-8")
        script = folder / "outlets.sh"
        script.write_text(SCRIPT.format(folder=folder / "outlets"), encoding="utf-8")
        script.chmod(0o755)
        settings = {"community": self.community, "password": self.password, "outlets": OUTLETS, "script": script}
        (folder / "snmpd.conf").write_text(SETTINGS.format(**settings), encoding="utf-8")

    @property
    def outlet(self) -> int:
        """What outlet 3 is: 1 is on, 2 is off."""
        return int((self.folder / "outlets" / "3").read_text(encoding="utf-8"))

    def start(self) -> None:
        program = shutil.which("snmpd") or "/usr/sbin/snmpd"
        command = [
            program,
            "-f",
            "-Lf",
            str(self.folder / "log"),
            "-C",
            "-c",
            str(self.folder / "snmpd.conf"),
            f"udp:{self.address}",
        ]
        persistent = {"SNMP_PERSISTENT_DIR": str(self.folder / "persistent"), "MIBS": ""}
        self._process = subprocess.Popen(command, env={**os.environ, **persistent})
        eventually(self._answers, "an answer of the agent")

    def _answers(self) -> bool:
        question = ["snmpget", "-v2c", "-c", self.community, "-t", "1", "-r", "0", self.address, f"{OUTLETS}.3"]
        own = {"SNMPCONFPATH": str(self.folder), "SNMP_PERSISTENT_DIR": str(self.folder / "asking"), "MIBS": ""}
        asked = subprocess.run(question, env={**os.environ, **own}, capture_output=True, check=False)
        return asked.returncode == 0

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def hang(self) -> None:
        """Take questions and answer none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
