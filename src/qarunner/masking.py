"""Takes the secrets of a job out of everything it writes.

Switched on by the environment of a job: ``QARUNNER_SECRETS`` names the file with the section ``[secrets]``.
"""

from __future__ import annotations

import configparser
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from qarunner.results import from_json, to_json

VARIABLE = "QARUNNER_SECRETS"
SECTION = "secrets"
HIDDEN = "***"
SHORTEST = 3
"""Characters of a secret that is hidden: hiding shorter ones would only make logs unreadable."""

RecordType = TypeVar("RecordType", bound=msgspec.Struct)


class Masking:
    """Replaces secrets by ``***``.

    :param secrets: the values to hide; of several lines, each line.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        parts = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
        plain = {part for part in parts if len(part) >= SHORTEST}
        escaped = {json.dumps(part, ensure_ascii=ascii_only)[1:-1] for part in plain for ascii_only in (True, False)}
        represented = {repr(part)[1:-1] for part in plain}
        # Longest first: one secret may begin with another.
        self._secrets = sorted(plain | escaped | represented, key=lambda secret: (-len(secret), secret))
        self._bytes = [secret.encode("utf-8", "surrogateescape") for secret in self._secrets]

    @classmethod
    def of_job(cls, environment: Mapping[str, str] | None = None, *, also: Iterable[str] = ()) -> Masking:
        """Return the masking of the job this process belongs to; outside of one it only hides `also`."""
        path = (os.environ if environment is None else environment).get(VARIABLE)
        if not path:
            return cls(also)
        parser = configparser.ConfigParser()
        parser.read_string(Path(path).read_text(encoding="utf-8"))
        return cls([*(parser[SECTION].values() if parser.has_section(SECTION) else ()), *also])

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def text(self, text: str) -> str:
        """Return a text without the secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        return text

    def data(self, data: bytes) -> bytes:
        """Return UTF-8 bytes without the secrets."""
        for secret in self._bytes:
            if secret in data:
                data = data.replace(secret, HIDDEN.encode())
        return data

    def record(self, record: RecordType) -> RecordType:
        """Return a record without the secrets in any of its texts."""
        if not self._secrets:
            return record
        before = to_json(record)
        after = self.data(before)
        return record if before == after else from_json(type(record), after)

    def pending(self, data: bytes) -> int:
        """Return how many bytes at the end of `data` may be the beginning of a secret."""
        longest = min(len(data), max((len(secret) for secret in self._bytes), default=1) - 1)
        for size in range(longest, 0, -1):
            if any(secret.startswith(data[-size:]) for secret in self._bytes):
                return size
        return 0


class MaskedStream:
    """Masks bytes that come in pieces; a secret that is cut in two is hidden as well."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Return what may be shown by now."""
        data = self._masking.data(self._held + data)
        held = self._masking.pending(data)
        self._held = data[len(data) - held :]
        return data[: len(data) - held]

    def end(self) -> bytes:
        """Return what was held back."""
        held, self._held = self._held, b""
        return held
