"""What a test writes while it runs: lines of standard output and error and log records, each with its time.

Everything goes to disk as it comes, so that a killed test has left its log. A file is made with its first line.
"""

from __future__ import annotations

import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from qarunner.masking import Masking
from qarunner.runner.similar_lines import SimilarLines

STBT_LOG = "stbt.log"
COMBINED_LOG = "combined.log"
LEVELS = {"stbt": logging.DEBUG, "qarunner.strategy": logging.INFO}
"""Loggers that tell of the device, and from which level on the log of a result wants them."""


class OutputLog:
    """The log files of one result, and the lines for its timeline.

    ``stbt.log`` has every line behind a UTC time; ``stdout.log``, ``stderr.log`` and ``combined.log`` have the plain
    text of the streams.

    :param masking: hides the secrets of a job.
    """

    def __init__(self, folder: Path, masking: Masking | None = None) -> None:
        self._folder = folder
        self._masking = masking or Masking()
        self._files: dict[str, IO[bytes]] = {}
        self._unfinished: dict[str, str] = {}
        self.lines: list[tuple[float, str, str, str]] = []
        """(monotonic time, stream or logger's name, level, text)"""
        self.notes: list[str] = []

    def write(self, stream: str, text: str) -> None:
        """Take text that was written to ``stdout`` or ``stderr``; lines are complete when their end is written."""
        text = self._masking.text(text)
        data = text.encode("utf-8", "backslashreplace")
        self._append(f"{stream}.log", data)
        self._append(COMBINED_LOG, data)
        *complete, rest = (self._unfinished.get(stream, "") + text).split("\n")
        self._unfinished[stream] = rest
        for line in complete:
            self._line(stream, "", line)

    def record(self, record: logging.LogRecord) -> None:
        """Take a log record."""
        try:
            message = record.getMessage()
        except Exception as error:  # noqa: BLE001 - a broken format string must not break the test
            message = f"{record.msg!r} {record.args!r} ({error})"
        if record.exc_info and record.exc_info[1] is not None:
            message += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        for line in message.split("\n"):
            self._line(record.name, record.levelname, line)

    def add_captured(self, stream: str, text: str) -> None:
        """Take what pytest captured of a stream in a phase; what is not yet known came from child processes."""
        own = "".join(f"{line}\n" for _time, name, _level, line in self.lines if name == stream)
        if text and text.strip() != (own + self._unfinished.get(stream, "")).strip():
            known = set(own.splitlines())
            fresh = [line for line in text.splitlines() if line not in known]
            if fresh:
                self.write(stream, "".join(f"{line}\n" for line in fresh))

    def close(self) -> None:
        """Finish unfinished lines and close the files."""
        for stream, rest in self._unfinished.items():
            if rest:
                self._line(stream, "", rest)
        self._unfinished.clear()
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _line(self, stream: str, level: str, text: str) -> None:
        text = self._masking.text(text)
        self.lines.append((time.monotonic(), stream, level, text))
        stamp = datetime.now(UTC).isoformat(timespec="microseconds")
        origin = f"{level} {stream}: " if level else ""
        self._append(STBT_LOG, f"{stamp} {origin}{text}\n".encode("utf-8", "backslashreplace"))

    def _append(self, name: str, data: bytes) -> None:
        try:
            file = self._files.get(name)
            if file is None:
                file = self._files[name] = (self._folder / name).open("ab", buffering=0)
            file.write(data)
        except OSError as error:
            note = f"{name} is cut: {error.strerror}"
            if note not in self.notes:
                self.notes.append(note)


class TimedStream:
    """Stands before ``sys.stdout`` or ``sys.stderr`` while a test runs and notes what is written, and when."""

    def __init__(self, name: str, stream: Any, log: OutputLog) -> None:
        self._name, self._stream, self._log = name, stream, log

    def write(self, text: str) -> int:
        """Write as the stream would."""
        self._log.write(self._name, text)
        written: int = self._stream.write(text)
        return written

    def writelines(self, lines: Any) -> None:
        """Write as the stream would."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Streams:
    """Puts a `TimedStream` before both standard streams, and takes it away again."""

    def __init__(self, log: OutputLog) -> None:
        self._log = log

    def __enter__(self) -> None:
        self._saved = sys.stdout, sys.stderr
        sys.stdout = TimedStream("stdout", sys.stdout, self._log)
        sys.stderr = TimedStream("stderr", sys.stderr, self._log)

    def __exit__(self, *_exception: object) -> None:
        sys.stdout, sys.stderr = self._saved


class RecordHandler(logging.Handler):
    """Hands log records to the log of the result that runs, if one does.

    While it is used as a context, all loggers report to it: each from its own level on, those of `LEVELS` from theirs.
    """

    def __init__(self) -> None:
        super().__init__()
        self._log: OutputLog | None = None
        self._similar = SimilarLines()

    def __enter__(self) -> Self:
        self._levels = {name: logging.getLogger(name).level for name in LEVELS}
        for name, level in LEVELS.items():
            logging.getLogger(name).setLevel(level)
        logging.getLogger("stbt").addFilter(self._similar)
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_exception: object) -> None:
        logging.getLogger().removeHandler(self)
        logging.getLogger("stbt").removeFilter(self._similar)
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)

    def begin(self, log: OutputLog) -> None:
        """A result begins."""
        self._similar.forget()
        self._log = log

    def end(self) -> None:
        """It has ended."""
        self._log = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take one record."""
        if self._log is not None:
            self._log.record(record)
