"""Follows a job to its end: its log as it grows, over lost connections and restarts of the server."""

from __future__ import annotations

import codecs
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from qarunner.commands.remote.answers import Job
from qarunner.commands.remote.client import API, PATIENCE, Question
from qarunner.commands.terminal import note
from qarunner.errors import QarunnerError

if TYPE_CHECKING:
    from qarunner.commands.remote.client import Server

LOOK_EVERY = 1.0
"""Seconds between two looks at the log; the end of the job is told at once."""
STOP_LIMIT = 90.0
"""Seconds for an answer to a stop; the server gives one after 55."""


class Following:
    """A job that was begun."""

    def __init__(self, server: Server, job: Job) -> None:
        self.job = job
        self._server = server
        self._path = f"{API}/jobs{quote(job.uid)}"
        self._known = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def to_the_end(self) -> Job:
        """Write the log to standard output as it grows; return the job when it is over and all of it is written.

        :raises QarunnerError: the server does not answer any more, or does not show the job.
        """
        try:
            self._follow()
        except QarunnerError as error:
            advice = f"Job {self.job.uid} may still run: {self._server.url}/app/ shows it"
            raise QarunnerError(error.problem, advice) from error
        return self.job

    def _follow(self) -> None:
        while self.job.running:
            began = time.monotonic()
            self._write_new()
            self.job = self._server.ask(Job, "GET", self._path, query={"wait": LOOK_EVERY}, patience=PATIENCE)
            left = LOOK_EVERY - (time.monotonic() - began)
            if self.job.running and left > 0:  # a job that the server does not look after is not waited for there
                time.sleep(left)
        self._write_new(last=True)

    def stop(self, *, quietly: bool = False) -> Job:
        """Stop the job; return it when all it started is gone. A second Ctrl-C waits no longer.

        :param quietly: without the rest of its log, as nobody reads it.
        """
        note(f"stopping job {self.job.uid}")
        try:
            while self.job.running:
                self.job = self._server.ask(
                    Job, "POST", f"{self._path}/stop", body={}, patience=PATIENCE, limit=STOP_LIMIT
                )
            if not quietly:
                self._write_new(last=True)
        except KeyboardInterrupt:
            note(f"job {self.job.uid} may still run; {self._server.url}/app/ shows it")
            raise
        return self.job

    def _write_new(self, *, last: bool = False) -> None:
        """Write what the log has got since."""
        while part := self._next():
            # Known from here on: what broke off in between was neither counted nor written.
            self._known += len(part)
            self._write(self._decode(part))
        if last:
            self._write(self._decode(b"", final=True))

    def _next(self) -> bytes:
        question = Question("GET", f"{self._path}/log", query={"offset": self._known})
        return self._server.take(lambda answer: answer.content, question, PATIENCE)

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
