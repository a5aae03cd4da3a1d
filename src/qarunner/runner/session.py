"""One pytest session on one node: the run directory, the lease, the result that is being made, the outbox."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from qarunner.errors import QarunnerError
from qarunner.masking import Masking
from qarunner.outbox.outbox import DELIVER_COMMAND, Outbox
from qarunner.outbox.run_directory import read_run_directory
from qarunner.outbox.run_reports import finish_run
from qarunner.outbox.run_sending import RunSending, senders_left
from qarunner.results import Device, Outcome, Result
from qarunner.runner import run_folder
from qarunner.runner.browser import BrowserUse
from qarunner.runner.evidence import Evidence
from qarunner.runner.later import LaterWork
from qarunner.runner.node import Node
from qarunner.runner.node_use import NodeUse

if TYPE_CHECKING:
    from qarunner.config import Configuration
    from qarunner.node_config import NodeConfig
    from qarunner.nodes.client import NodeHandle
    from qarunner.plugins import Plugins
    from qarunner.runner.outcome import Verdict


MOST_RESULTS_AT_HAND = 20_000
"""Results kept in memory for the reports; those of a longer run, such as one for ever, are read again from the disk."""


class RunSession:
    """Made when pytest is configured; `open` takes the lease and makes the run directory, `close` ends both.

    :param say: shows a person a line at once (waiting for a lease, ...).
    """

    def __init__(
        self, configuration: Configuration, plugins: Plugins, node: NodeConfig, say: Callable[[str], None]
    ) -> None:
        self.configuration = configuration
        self.plugins = plugins
        self.config = node
        self.use = NodeUse(self._connect, with_video=configuration.get("video"))
        self.node = Node(node, self.use)
        self.browser = BrowserUse(plugins, node, lambda: self.evidence, with_video=configuration.get("video"))
        self.outcomes: Counter[Outcome] = Counter()
        self.stop_reason = ""
        self.folder = Path()
        self.report_lines: list[str] = []
        self._results: list[Result] | None = []
        self._say = say
        self._masking = Masking.of_job(also=node.secrets)
        self._evidence: Evidence | None = None
        self._position = 0
        self._later = LaterWork(say)
        self._outbox: Outbox | None = None
        self.run = run_folder.describe_run(node.id, configuration.pack, run_folder.command_line())

    def open(self, selected: int | None, reporters: dict[str, Any], seed: int | None) -> None:
        """Take the lease and make the run directory.

        :param selected: number of testcases; None for ever.
        :raises NodeBusyError: somebody else has the node.
        """
        self.run = structs.replace(self.run, selected=selected, seed=seed)
        _handle = self.use.handle
        get = self.configuration.get
        tags = get("tags")
        self.run = structs.replace(self.run, tags=tags, category=get("category"), device=self._device(tags))
        self.folder = run_folder.make_run_folder(self.run, get("results"), Path.cwd()).absolute()
        self._reporters = reporters
        self._outbox = Outbox(self.folder, reporters)

    def begin(self, testcase: str, location: str, markers: tuple[str, ...], attempt: int) -> Evidence:
        """Open the evidence of a testcase that starts now."""
        self._position += 1
        self._evidence = Evidence(
            self.run,
            self.folder,
            self._position,
            testcase,
            location=location,
            markers=markers,
            attempt=attempt,
            masking=self._masking,
        )
        self.use.begin(self._evidence)
        return self._evidence

    @property
    def evidence(self) -> Evidence:
        """The evidence of the running testcase.

        :raises QarunnerError: none runs.
        """
        if self._evidence is None:
            raise QarunnerError("no testcase is running", "Call this inside a testcase or one of its fixtures")
        return self._evidence

    def end(self, verdict: Verdict) -> Result:
        """Close the evidence of the running testcase and hand the result on."""
        evidence, self._evidence = self.evidence, None
        self.browser.end(evidence, passed=verdict.outcome in (Outcome.PASS, Outcome.SKIP))
        result = evidence.end(verdict, self._later.put)
        try:
            self.use.end()
        except QarunnerError as error:
            self._say(f"{result.testcase}: {error}")
        self._later.put_or_do(lambda: self._hand_on(evidence))
        self.outcomes[verdict.outcome] += 1
        return result

    def _hand_on(self, evidence: Evidence) -> None:
        if self._results is not None:
            self._results.append(evidence.result)
            if len(self._results) > MOST_RESULTS_AT_HAND:
                self._results = None
        try:
            self.plugins.hook.qa_result_finished(result=evidence.result)
        except QarunnerError as error:
            self._say(str(error))
        if self._outbox is not None:
            self._outbox.put(evidence.result)

    def stop(self, reason: str) -> None:
        """End the run after the running testcase."""
        self.stop_reason = reason

    def close(self, exit_code: int, failed_exit_code: int) -> int:
        """Give the lease back, write the run's end, and have it reported; return the exit code.

        :param failed_exit_code: takes the place of `exit_code` when a receiver's verdict fails the run.
        """
        self.browser.end(None, passed=True)
        self.use.close()
        self._later.close()
        if self._outbox is None:
            return exit_code
        duration = time.time() - self.run.started.timestamp()
        self.run = structs.replace(self.run, duration=duration, exit_code=exit_code)
        self._write_run()
        wait: float = self.configuration.get("delivery_wait")
        begun = time.monotonic()
        fails, sender_lines = self._send_run(wait)
        wait -= time.monotonic() - begun
        if fails and failed_exit_code != exit_code:
            self.run = structs.replace(self.run, exit_code=failed_exit_code)
            self._write_run()  # before the reports, which show it
        known = None if self._results is None else (self.run, self._results)
        self.report_lines += finish_run(self.folder, self._reporters, known=known)
        lines = self._outbox.close(wait)
        self.report_lines += [*sender_lines, *lines]
        if senders_left(self.folder, self._reporters) and not any(DELIVER_COMMAND in line for line in lines):
            self.report_lines.append(f"`{DELIVER_COMMAND}` sends what is left")
        self._outbox = None
        return self.run.exit_code or 0

    def _write_run(self) -> None:
        try:
            run_folder.write_run(self.run, self.folder)
        except OSError as error:
            self.report_lines.append(f"run.json could not be written: {error.strerror}")

    def _send_run(self, wait: float) -> tuple[str, list[str]]:
        """Have the whole run sent to those who take it so; return why they fail it, if they do, and their lines."""
        if not senders_left(self.folder, self._reporters):
            return "", []
        results = read_run_directory(self.folder).results if self._results is None else self._results
        sending = RunSending(self.folder, self._reporters, self.run, results)
        lines = sending.close(wait)
        return sending.fails, [*lines, *([sending.fails] if sending.fails else [])]

    def _connect(self) -> NodeHandle:
        from qarunner.nodes.client import connect

        pack = self.configuration.pack or Path.cwd()
        count = {None: "testcases", 1: "1 testcase"}.get(self.run.selected, f"{self.run.selected} testcases")
        return connect(
            self.config,
            holder=self.run.user,
            reason=f"{count} of {pack.name}",
            wait=self.configuration.get("wait"),
            on_wait=lambda holder: self._say(f"waiting for node {self.config.id}: {holder}"),
            blocked=self.configuration.get("block_plugins"),
        )

    def _device(self, tags: dict[str, str]) -> Device:
        """What is tested: the configuration says, a plugin that asks the device knows better, a tag decides."""
        known = dict(self.config.device)
        if self.plugins.hook.qa_device_info.get_hookimpls():
            known.update(self.plugins.hook.qa_device_info(node=self.node, configuration=self.configuration) or {})
        known.update({name: tags[name] for name in ("model", "build") if name in tags})
        return Device(model=known.pop("model", ""), build=known.pop("build", ""), properties=known)
