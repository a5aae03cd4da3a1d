"""A real LIRC daemon without a blaster: its file driver writes pulses into a file, and LIRC's decoder reads them."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.peers.ports import free_port

PLUGINS = str(next(Path("/usr/lib").glob("*/lirc/plugins"), ""))
CODES = {"KEY_POWER": "0x10EF", "KEY_OK": "0x22DD", "KEY_UP": "0xA05F", "KEY_DOWN": "0x609F", "KEY_1": "0xC03F"}
CONFIGURATION = """
begin remote
  name  {name}
  bits           16
  flags SPACE_ENC|CONST_LENGTH
  eps            30
  aeps          100
  header       9000  4500
  one           560  1690
  zero          560   560
  ptrail        560
  repeat       9000  2250
  pre_data_bits   16
  pre_data       {number}
  gap          108000
  min_repeat      0
      begin codes
{codes}
      end codes
end remote
"""


class LircDaemon:
    """lircd in a folder: `socket` and `port` are where it listens, `pulses` what it has sent."""

    def __init__(self, folder: Path, *remotes: str) -> None:
        self.folder, self.remotes = folder, remotes or ("living-room",)
        self.socket, self.pulses, self.configuration = folder / "lircd", folder / "pulses", folder / "lircd.conf"
        self.port = free_port()
        codes = "\n".join(f"        {key} {code}" for key, code in CODES.items())
        text = "".join(
            CONFIGURATION.format(name=name, codes=codes, number=hex(0x61D6 + number))
            for number, name in enumerate(self.remotes)
        )
        self.configuration.write_text(text, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.pulses.write_bytes(b"")
        command = ["/usr/sbin/lircd", "-O", "/dev/null", "--nodaemon", "--driver=file", f"--device={self.pulses}"]
        command += [f"--output={self.socket}", f"--pidfile={self.folder / 'pid'}", f"--listen=127.0.0.1:{self.port}"]
        command += [f"--plugindir={PLUGINS}", "--loglevel=notice", f"--logfile={self.folder / 'log'}"]
        self._process = subprocess.Popen([*command, str(self.configuration)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket))
                return
            time.sleep(0.02)
        log = self.folder / "log"
        raise AssertionError(log.read_text(encoding="utf-8") if log.exists() else "lircd has not started")

    def hang(self) -> None:
        """Stop it in its tracks."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def decoded(self) -> list[tuple[str, int, str]]:
        """Return what LIRC's own decoder reads from the pulses: key, how many repeats before, remote."""
        quiet = self.folder / "with-silence-before"  # a decoder waits for a pause before it believes a pulse
        quiet.write_bytes(b"space 1000000\n" + self.pulses.read_bytes())
        return decode(self.configuration, quiet)


def decode(configuration: Path, pulses: Path) -> list[tuple[str, int, str]]:
    """Let ``irsimreceive`` decode a file of pulses."""
    command = ["irsimreceive", "-U", PLUGINS, str(configuration), str(pulses)]
    environment = {"XDG_CACHE_HOME": str(pulses.parent), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(
        command, cwd=pulses.parent, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    lines = [line.split() for line in ended.stdout.splitlines()]
    return [(words[2], int(words[1], 16), words[3]) for words in lines if len(words) == 4]


@contextlib.contextmanager
def lirc_daemon(*remotes: str) -> Iterator[LircDaemon]:
    """Have a daemon for a while, in a folder with a short name: a socket's path has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="qa-lirc-") as folder:
        daemon = LircDaemon(Path(folder), *remotes)
        try:
            daemon.start()
            yield daemon
        finally:
            daemon.stop()
