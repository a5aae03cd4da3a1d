"""Tables of the dialect ``qatrack``: units, what is tested on them and within which limits, and the sessions of tests.

Names are those of the QATrack+ API. Rows of definitions are few (thousands); test instances are many (millions).
"""

from qarunner.store.models.qatrack.assignments import Collection, UnitTestInfo
from qarunner.store.models.qatrack.definitions import Cycle, CycleMembership, Membership, Sublist, Test, TestList
from qarunner.store.models.qatrack.limits import (
    AutoReviewRule,
    AutoReviewRuleInSet,
    AutoReviewRuleSet,
    Category,
    Frequency,
    Reference,
    Status,
    Tolerance,
)
from qarunner.store.models.qatrack.revision import Revision
from qarunner.store.models.qatrack.sessions import Attachment, Comment, ListInstance, TestInstance
from qarunner.store.models.qatrack.units import Modality, Site, Unit, UnitClass, UnitModality, UnitType, Vendor

__all__ = [
    "Attachment",
    "AutoReviewRule",
    "AutoReviewRuleInSet",
    "AutoReviewRuleSet",
    "Category",
    "Collection",
    "Comment",
    "Cycle",
    "CycleMembership",
    "Frequency",
    "ListInstance",
    "Membership",
    "Modality",
    "Reference",
    "Revision",
    "Site",
    "Status",
    "Sublist",
    "Test",
    "TestInstance",
    "TestList",
    "Tolerance",
    "Unit",
    "UnitClass",
    "UnitModality",
    "UnitTestInfo",
    "UnitType",
    "Vendor",
]
