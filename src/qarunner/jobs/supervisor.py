"""The process that looks after one job: ``python -m qarunner.jobs.supervisor NODE``.

It gets the order as the first line of its standard input, and after that ``stop USER`` or, when the server is gone, the
end of the input. It starts pytest in the exported tree, writes the live log, brings results into the store as they
come, and ends only when nothing is left below it and the job's record says how it ended. By the node on its command
line the node's exporter knows whose job the processes below it are.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING

import msgspec

from qarunner.job_engines import JobEnding, JobOrder
from qarunner.jobs.delivery import Delivery
from qarunner.jobs.processes import adopt_orphans, end_descendants
from qarunner.jobs.workspace import Workspace, clean
from qarunner.masking import MaskedStream, Masking

if TYPE_CHECKING:
    from qarunner.store.engine import Store

TICK = 0.5
"""Seconds between two looks for new results."""
STOP_GRACE = 5.0
"""Seconds a testcase gets to come to its end when its job is stopped."""
LARGEST_LOG = 64 * 1024 * 1024
CRASHES = 3
"""A job whose pytest dies so often in a row without one finished result is given up."""
QUOTED = 600


class Supervisor:
    """One job. `run` returns when it is over."""

    def __init__(self, order: JobOrder, orders_from: int = 0) -> None:
        self._order = order
        self._input = orders_from
        self._heard = b""
        self._workspace = Workspace(order)
        self._masking = Masking(order.secrets.values())
        self._log: IO[bytes] | None = None
        self._delivery: Delivery | None = None
        self._deadline = time.monotonic() + order.time_limit if order.time_limit else None
        self.ending: JobEnding | None = None
        self.detail = ""
        self.exit_code: int | None = None

    def run(self) -> None:
        """Run the job to its end and write that end down."""
        from qarunner.jobs.records import close_job
        from qarunner.pack.trees import Trees
        from qarunner.store.engine import Store

        order = self._order
        self._workspace.make()
        with Store.open(order.data, order.database) as store:
            self._introduce(store)
            self._delivery = Delivery(store, self._workspace.results, order.uid, order.node.id, self._masking)
            try:
                with order.log.open("ab", buffering=0) as self._log:
                    trees = Trees(Path(order.trees), Path(order.mirror), order.prefix)
                    with trees.using(order.sha) as tree:
                        self._run_all(tree)
            except Exception as error:  # noqa: BLE001 - the record must say it, whatever it is
                self.ending, self.detail = JobEnding.ERROR, f"{type(error).__name__}: {error}"
            finally:
                self._clean_up()
            if self._delivery.problems:
                self.detail = " ".join([self.detail, *self._delivery.problems]).strip()
            close_job(store, order.uid, self._how(), self.detail, self.exit_code)

    def _over(self) -> bool:
        return self.ending is not None

    def _how(self) -> JobEnding:
        return self.ending or JobEnding.FINISHED

    def _introduce(self, store: Store) -> None:
        """Write down who looks after the job, for a server that comes up later."""
        from qarunner.jobs.records import remember
        from qarunner.outbox.processes import this_process

        remember(store, self._order.uid, msgspec.to_builtins(this_process()))

    def _run_all(self, tree: Path) -> None:
        """Run the testcases; after a hard end of pytest those that remain, file by file where pytest refuses them."""
        batches = [list(self._order.testcases)]
        attempt = crashes = 0
        while batches and self.ending is None:
            batch = batches.pop(0)
            attempt += 1
            before = self._delivered()
            ended_well = self._run_once(tree, batch, attempt)
            if self._over() or self._delivery is None:
                return
            left = batch if self._order.forever else [case for case in batch if case not in self._delivery.testcases]
            crashes = 0 if self._delivered() > before else crashes + 1
            if ended_well and not self._order.forever:
                self._never_began(left)
            elif crashes >= CRASHES or (crashes and len(by_file(left)) == 1):
                self._never_began(left)
                self._give_up_forever()
            elif left:
                batches = [left] if not crashes else [*by_file(left), *batches]

    def _give_up_forever(self) -> None:
        if self._order.forever:
            self.ending, self.detail = JobEnding.ERROR, f"pytest ends at once. {self._end_of_log()}"

    def _delivered(self) -> int:
        return self._delivery.delivered if self._delivery else 0

    def _never_began(self, testcases: Sequence[str]) -> None:
        if testcases and self._delivery and not self._order.forever:
            quoted = self._end_of_log()
            for testcase in testcases:
                self._delivery.not_run(testcase, f"the testcase could not be run. {quoted}")

    def _end_of_log(self) -> str:
        text = self._order.log.read_bytes()[-QUOTED:].decode(errors="replace").strip()
        return f"The job's log ends:\n{text}" if text else "The job's log is empty"

    def _run_once(self, tree: Path, testcases: Sequence[str], attempt: int) -> bool:
        """Run one pytest; return whether it ended by itself, with its run closed."""
        reading, writing = os.pipe()
        command = self._workspace.command(testcases, attempt, tree)
        try:
            process = subprocess.Popen(
                command,
                cwd=tree,
                env=self._workspace.environment(),
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
                umask=0o077,
                **self._workspace.identity(),
            )
        finally:
            os.close(writing)
        stream = MaskedStream(self._masking)
        try:
            self._watch(process, reading, stream)
            self.exit_code = process.returncode
            stubborn = end_descendants()
            self._read_log(reading, stream, whole=not stubborn)
        finally:
            os.close(reading)
        if stubborn:
            self.ending = JobEnding.ERROR
            self.detail = f"processes {', '.join(map(str, stubborn))} of the job could not be ended"
        return self._close_run(attempt)

    def _watch(self, process: subprocess.Popen[bytes], reading: int, stream: MaskedStream) -> None:
        """Wait until pytest has ended, by itself or because it must."""
        os.set_blocking(reading, False)
        pidfd = os.pidfd_open(process.pid)
        poll = select.poll()
        for descriptor in (pidfd, reading, self._input):
            poll.register(descriptor, select.POLLIN)
        must_end = float("inf")
        next_look = time.monotonic() + TICK
        try:
            while True:
                ready = {descriptor for descriptor, _event in poll.poll(TICK * 1000)}
                if reading in ready and not self._read_log(reading, stream):
                    poll.unregister(reading)
                if pidfd in ready:
                    process.wait()
                    return
                if self.ending is None and (self._input in ready or self._late()):
                    self._listen()
                    if self.ending is not None:
                        poll.unregister(self._input)
                        must_end = self._ask_to_end(process)
                if time.monotonic() >= must_end:
                    process.kill()
                if time.monotonic() >= next_look and self._delivery:
                    self._delivery.deliver()
                    next_look = time.monotonic() + TICK
        finally:
            os.close(pidfd)

    def _late(self) -> bool:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self.ending = JobEnding.TIME_LIMIT
            self.detail = f"the job did not end within its time limit of {self._order.time_limit:g} s"
            return True
        return False

    def _listen(self) -> None:
        """Take what the server says."""
        if self.ending is not None:
            return
        if select.select([self._input], [], [], 0)[0]:
            heard = os.read(self._input, 4096)
            if not heard:
                self.ending, self.detail = JobEnding.SERVER_STOPPED, "the server stopped while the job was running"
            self._heard += heard
        line, newline, _rest = self._heard.partition(b"\n")
        if newline and self.ending is None:
            self.ending = JobEnding.STOPPED
            self.detail = f"stopped by {line.decode(errors='replace').removeprefix('stop').strip()}"

    def _ask_to_end(self, process: subprocess.Popen[bytes]) -> float:
        """Tell pytest to end; return by when it must have. When the server is gone nobody waits for it."""
        if self.ending is JobEnding.STOPPED:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            return time.monotonic() + STOP_GRACE
        return time.monotonic()

    def _read_log(self, reading: int, stream: MaskedStream, *, whole: bool = False) -> bool:
        """Copy what there is into the log; return False at its end. :param whole: read to the end."""
        while True:
            try:
                data = os.read(reading, 65536)
            except BlockingIOError:
                return True
            self._write_log(stream.feed(data) if data else stream.end())
            if not data:
                return False
            if not whole and len(data) < 65536:  # noqa: PLR2004 - as much as was asked for
                return True

    def _write_log(self, data: bytes) -> None:
        if not data or self._log is None:
            return
        size = self._log.tell()
        if size < LARGEST_LOG:
            cut = b"\n[the log is cut here]\n" if size + len(data) >= LARGEST_LOG else b""
            self._log.write(data + cut)

    def _close_run(self, attempt: int) -> bool:
        """Close what a killed pytest left open and bring everything in; return whether it ended by itself."""
        from qarunner.outbox.abandoned import close_abandoned
        from qarunner.outbox.run_directory import read_run

        folder = self._workspace.run_folder(attempt)
        with contextlib.suppress(OSError):
            close_abandoned(folder, self.detail)
        if self._delivery:
            self._delivery.deliver(everything=True)
        # Whoever closes the run of a process that died leaves this out.
        return getattr(read_run(folder), "exit_code", None) is not None

    def _clean_up(self) -> None:
        end_descendants(gentle=0)
        if self._delivery:
            self._delivery.deliver(everything=True)
            clean(self._workspace.folder, results_too=not self._delivery.problems)


def by_file(testcases: Sequence[str]) -> list[list[str]]:
    """Return the testcases in lists of one file each, in their order."""
    files: dict[str, list[str]] = {}
    for testcase in testcases:
        files.setdefault(testcase.partition("::")[0], []).append(testcase)
    return list(files.values())


def read_order(descriptor: int) -> JobOrder:
    """Read the first line, and not a byte more."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            break
        line += byte
    return msgspec.json.decode(bytes(line), type=JobOrder)


def _pass_over(_number: int, _frame: FrameType | None) -> None:
    pass


def main() -> int:
    """Look after the job whose order is on standard input."""
    adopt_orphans()
    # The end of the input says the same, and cannot be missed. A handler, because what is ignored pytest would inherit.
    signal.signal(signal.SIGINT, _pass_over)
    signal.signal(signal.SIGTERM, _pass_over)
    Supervisor(read_order(0)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
