"""The tables, and what each row means. Rows are appended; the few columns that change say so."""

from moderation.store.tables.backtests import Backtest
from moderation.store.tables.base import Base
from moderation.store.tables.comments import (
    NOT_JUDGED,
    Comment,
    Facet,
    ShadowVerdict,
    Sketch,
    StoredVerdict,
)
from moderation.store.tables.decisions import Act, Chosen, Claim, Decision, Hold, Note, standing
from moderation.store.tables.kinds import (
    BacktestState,
    DeliveryState,
    Receiver,
    RejectionReason,
    Role,
    WaitsFor,
)
from moderation.store.tables.models import Model, ModelGroup
from moderation.store.tables.outbox import Delivery
from moderation.store.tables.people import (
    AuditEntry,
    FailedLogin,
    Login,
    Moderator,
    Permission,
    RecoveryCode,
)
from moderation.store.tables.sites import PolicyChange, Site, SiteList, SiteMinute, SiteRule

__all__ = [
    "NOT_JUDGED",
    "Act",
    "AuditEntry",
    "Backtest",
    "BacktestState",
    "Base",
    "Chosen",
    "Claim",
    "Comment",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Facet",
    "FailedLogin",
    "Hold",
    "Login",
    "Model",
    "ModelGroup",
    "Moderator",
    "Note",
    "Permission",
    "PolicyChange",
    "Receiver",
    "RecoveryCode",
    "RejectionReason",
    "Role",
    "ShadowVerdict",
    "Site",
    "SiteList",
    "SiteMinute",
    "SiteRule",
    "Sketch",
    "StoredVerdict",
    "WaitsFor",
    "standing",
]
