"""All tables of the store, one file per group."""

from qarunner.store.models import qatrack
from qarunner.store.models.access import AuditEntry, Role, Session, Token, User
from qarunner.store.models.artifacts import Content, StoredArtifact
from qarunner.store.models.base import Base
from qarunner.store.models.counters import NodeDay, Series, TestcaseDay
from qarunner.store.models.jobs import Job, JobState, JobTag
from qarunner.store.models.nodes import Host, Node
from qarunner.store.models.notices import Notification, NotificationDelivery, Setting
from qarunner.store.models.ownership import HolderKind, Ownership, Reservation
from qarunner.store.models.results import (
    ResultName,
    ResultTag,
    StoredMeasurement,
    StoredResult,
    StoredRun,
    StoredStep,
    Tombstone,
)

__all__ = [
    "AuditEntry",
    "Base",
    "Content",
    "HolderKind",
    "Host",
    "Job",
    "JobState",
    "JobTag",
    "Node",
    "NodeDay",
    "Notification",
    "NotificationDelivery",
    "Ownership",
    "Reservation",
    "ResultName",
    "ResultTag",
    "Role",
    "Series",
    "Session",
    "Setting",
    "StoredArtifact",
    "StoredMeasurement",
    "StoredResult",
    "StoredRun",
    "StoredStep",
    "TestcaseDay",
    "Token",
    "Tombstone",
    "User",
    "qatrack",
]
