"""Artifacts: which files a result has, and the contents that lie on disk by their hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from qarunner.store.models.base import COMPACT, Base
from qarunner.store.types import RowNumber


class Content(Base):
    """The bytes of one or more artifacts, in ``artifacts/ab/cd/<sha256>`` of the data folder."""

    __tablename__ = "contents"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    """64 hexadecimal digits."""
    md5: Mapped[str]
    """32 hexadecimal digits: Stb-tester's clients ask for it."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    created: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (COMPACT,)


class StoredArtifact(Base):
    """One file of a result."""

    __tablename__ = "artifacts"

    result: Mapped[int] = mapped_column(RowNumber, ForeignKey("results.number", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    """Relative to the result's folder, with forward slashes."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes; what the record said, until the content is there."""
    sha256: Mapped[str | None] = mapped_column(ForeignKey("contents.sha256"), index=True)
    """None while the record names the file but nobody has delivered it."""

    __table_args__ = (COMPACT,)
