"""The outbox: decisions that somebody must be told of."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from moderation.store.tables.base import Base, Key
from moderation.store.tables.decisions import Decision
from moderation.store.tables.kinds import DeliveryState, Receiver
from moderation.store.tables.sites import Site


class Delivery(Base):
    """A decision that somebody must be told of: the outbox. Written with the decision."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("decision_id", "receiver"),
        Index("ix_deliveries_due", "due_at"),
        Index("ix_deliveries_site", "site_id", "id"),
    )

    id: Mapped[Key] = mapped_column(init=False)
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id))
    decision_id: Mapped[int] = mapped_column(ForeignKey(Decision.id))
    receiver: Mapped[Receiver]
    created_at: Mapped[datetime]
    # What changes: when to try (again); null once it was delivered or given up.
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None] = mapped_column(default=None)
    # What went wrong at the last attempt.
    problem: Mapped[str | None] = mapped_column(String(500), default=None)

    decision: Mapped[Decision] = relationship(init=False, lazy="raise")
    site: Mapped[Site] = relationship(init=False, lazy="raise")

    @property
    def state(self) -> DeliveryState:
        """How far it has come."""
        if self.due_at is not None:
            return DeliveryState.WAITING
        return DeliveryState.DELIVERED if self.delivered_at is not None else DeliveryState.GIVEN_UP

    @classmethod
    def are(cls, state: DeliveryState) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions under which deliveries are in a state; `state` says the same of one."""
        if state is DeliveryState.WAITING:
            return (cls.due_at.is_not(None),)
        is_delivered = state is DeliveryState.DELIVERED
        arrived = cls.delivered_at.is_not(None) if is_delivered else cls.delivered_at.is_(None)
        return (cls.due_at.is_(None), arrived)
