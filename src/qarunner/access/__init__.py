"""Who may do what: users, roles, tokens, sessions, limits and the log of who did what. Start at `service.Access`."""

from qarunner.access.identity import Identity
from qarunner.access.permissions import Action, may
from qarunner.access.service import Access

__all__ = ["Access", "Action", "Identity", "may"]
