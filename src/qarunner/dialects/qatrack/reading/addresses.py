"""The URLs and times in answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING
from urllib.parse import quote

from qarunner.dialects.addresses import api_url, portal_url
from qarunner.dialects.qatrack.rules.dates import written

if TYPE_CHECKING:
    from qarunner.dialects.spec import Services

SESSION_PAGE = "/app/qatrack/sessions"


@dataclass(frozen=True)
class Addresses:
    """How a client reaches the API, people the portal, and what time it is there.

    :param root: how the dialect is reached, without a slash at the end. :param zone: the server's time zone.
    """

    root: str
    portal: str
    zone: tzinfo

    def row(self, path: str, number: int) -> str:
        """Return the URL of one row. It says ``qc`` where clients may also write ``qa``, as the original does."""
        return f"{self.root}{self.path(path, number)}"

    @staticmethod
    def path(path: str, number: int) -> str:
        """Return the same without the host."""
        prefix = f"qc/{path[3:]}" if path.startswith("qa/") else path
        return f"/api/{prefix}/{number}/"

    def file(self, number: int, label: str) -> str:
        """Return where the bytes of an attachment are."""
        return f"{self.root}{self.file_path(number, label)}"

    @staticmethod
    def file_path(number: int, label: str) -> str:
        """Return the same without the host."""
        return f"/api/attachments/files/{number}/{quote(label)}"

    def session(self, number: int) -> str:
        """Return the page where people see a list instance."""
        return f"{self.portal}{SESSION_PAGE}/{number}"

    def time(self, moment: datetime | None) -> str | None:
        """Return a time as the API writes it; see `rules.dates.written`."""
        return None if moment is None else written(moment, self.zone)


def addresses_of(services: Services) -> Addresses:
    """Return those for the request at hand."""
    return Addresses(api_url(services), portal_url(services), services.zone)
