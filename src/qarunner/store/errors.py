"""What the store may refuse, and why."""

from __future__ import annotations

from qarunner.errors import QarunnerError


class StoreError(QarunnerError):
    """The store cannot do what was asked."""


class SchemaError(StoreError):
    """The database is older or newer than this release, or is not a quality store."""


class StoreBusyError(StoreError):
    """Another process kept the database for longer than anybody should wait (answered as 503)."""


class StorageFullError(StoreError):
    """The disk of the database or of the artifacts is full; nothing was half stored (answered as 507)."""


class BadNameError(StoreError):
    """A file name that an artifact cannot have (answered as 400)."""


class UnknownResultError(StoreError):
    """No result has this id (answered as 404)."""


class ResultDeletedError(StoreError):
    """The result existed and was deleted (answered as 410)."""


class BadCursorError(StoreError):
    """The place to continue from is not one that a page of this list gave (answered as 400)."""


class BackupError(StoreError):
    """A backup cannot be made or used."""
