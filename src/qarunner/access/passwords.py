"""Passwords: hashed with argon2, compared in the same time whether or not the user exists."""

from __future__ import annotations

import hmac
import os
import threading
import time
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from qarunner.access.errors import AccessError

SHORTEST, LONGEST = 8, 1024
"""Characters of a password."""
MEMORY = 19 * 1024
AT_A_TIME = 4
"""Passwords checked at once; each takes 19 MiB of memory."""
REMEMBERED = 60.0
"""Seconds for which a good password need not be hashed again: Basic sends it with each request."""
MOST_REMEMBERED = 1000


class Passwords:
    """Hashes and checks passwords. One object per process, safe for threads.

    :param memory: KiB that each check takes; less is quicker, for the checker and for a thief.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=memory, parallelism=1)
        self._turns = threading.BoundedSemaphore(AT_A_TIME)
        self._nobodys = self._hasher.hash(os.urandom(16))
        self._memory_key = os.urandom(32)
        self._remembered: dict[bytes, float] = {}

    def hash(self, password: str) -> str:
        """Return what is stored of a password.

        :raises AccessError: it is too short or too long.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise AccessError(f"a password has {SHORTEST} to {LONGEST} characters", "Choose another.")
        with self._turns:
            return self._hasher.hash(password.encode(errors="surrogatepass"))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one stored. Takes as long for somebody without one (`stored` is None)."""
        if len(password) > LONGEST:
            password = password[:LONGEST]
        given = password.encode(errors="surrogatepass")
        note = hmac.new(self._memory_key, f"{stored}\0".encode() + given, sha256).digest()
        if self._remembered.get(note, 0.0) > time.monotonic():
            return True
        with self._turns:
            try:
                self._hasher.verify(stored or self._nobodys, given)
            except (VerificationError, InvalidHashError):
                return False
        if stored is None:
            return False
        self._remember(note)
        return True

    def _remember(self, note: bytes) -> None:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[note] = time.monotonic() + REMEMBERED
