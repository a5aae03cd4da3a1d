"""Secrets of a test pack: encrypted in git for this server alone, in clear only in the environment of its jobs.

A pack holds them as Stb-tester's tools write them: section ``[encrypted_secrets]``, each value in base64, encrypted
with RSA (PKCS #1 v1.5) for the key that the server publishes as ``secrets.pub.pem``. Tests read them with
``get_config("secrets", NAME)``.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qarunner.errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

SECTION = "encrypted_secrets"
KEY_FILE = "secrets.pem"
PUBLIC_FILE = "secrets.pub.pem"
KEY_BITS = 4096


class SecretKeys:
    """The server's key pair for secrets, made at its first use.

    :param data: the data folder; the keys are in ``keys`` in it.
    """

    def __init__(self, data: Path) -> None:
        self._folder = data / "keys"

    def public_pem(self) -> str:
        """Return the public key as PEM, for ``openssl pkeyutl``."""
        path = self._folder / PUBLIC_FILE
        if not path.exists():
            self._make()
        return path.read_text(encoding="ascii")

    def encrypt(self, value: str) -> str:
        """Return a value as it may stand in a pack.

        :raises ConfigurationError: it is too long for the key.
        """
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        key = load_pem_public_key(self.public_pem().encode())
        assert isinstance(key, RSAPublicKey)
        try:
            return base64.b64encode(key.encrypt(value.encode(), PKCS1v15())).decode()
        except ValueError as error:
            raise ConfigurationError("the secret is too long", f"At most {key.key_size // 8 - 11} bytes fit") from error

    def decrypt_all(self, encrypted: Mapping[str, str]) -> dict[str, str]:
        """Return the values in clear.

        :raises ConfigurationError: one of them was not encrypted for this server; says which, never its value.
        """
        if not encrypted:
            return {}
        key = self._private()
        return {name: _decrypt(key, name, value) for name, value in encrypted.items()}

    def _private(self) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self.public_pem()
        key = load_pem_private_key((self._folder / KEY_FILE).read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)
        return key

    def _make(self) -> None:
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
            PublicFormat,
        )

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "secrets.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (self._folder / PUBLIC_FILE).exists():
                return
            key = generate_private_key(65537, KEY_BITS)
            private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            self._write(KEY_FILE, private)
            self._write(PUBLIC_FILE, public)

    def _write(self, name: str, content: bytes) -> None:
        unfinished = self._folder / f".{name}.{uuid.uuid4().hex}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        unfinished.rename(self._folder / name)


def encrypted_secrets(sections: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the encrypted secrets that a configuration file holds."""
    return dict(sections.get(SECTION, {}))


def _decrypt(key: RSAPrivateKey, name: str, value: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    try:
        clear = key.decrypt(base64.b64decode("".join(value.split()), validate=True), PKCS1v15())
        return clear.decode()
    except (ValueError, binascii.Error) as error:
        problem = f"the secret {name!r} in [{SECTION}] was not encrypted for this server"
        raise ConfigurationError(problem, "Encrypt it anew with the server's secrets.pub.pem") from error
