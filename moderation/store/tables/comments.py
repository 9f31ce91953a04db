"""What sites sent, and the machine's answer."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from moderation.store.tables.base import Base, Key
from moderation.store.tables.kinds import WaitsFor
from moderation.store.tables.sites import Site
from moderation.verdict import Action, Opinion, Signal, Thresholds, Verdict

if TYPE_CHECKING:
    from moderation.store.tables.decisions import Decision

NOT_JUDGED = "none"
"""Stands for the policy of a comment that came decided: no machine was asked about it."""

_IN_THE_QUEUE = text("waits_for IS NOT NULL")
_IN_A_WAVE = text("wave_id IS NOT NULL")


class Comment(Base):
    """What a site sent, immutable. An edit is a further edition under the same external id."""

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("site_id", "external_id", "edition"),
        # The queue: what waits, in the order in which it should be seen, with all that it is asked for.
        Index(
            "ix_comments_queue",
            "due_at",
            "id",
            "waits_for",
            "site_id",
            "received_at",
            "wave_id",
            "page_key",
            "author_key",
            sqlite_where=_IN_THE_QUEUE,
            postgresql_where=_IN_THE_QUEUE,
        ),
        # Lists of one site, and of what is settled, the latest first.
        Index("ix_comments_site", "site_id", "id"),
        Index("ix_comments_settled", "outcome", "superseded", "id"),
        # Copies, on whatever site. The latest of each count, so the second column orders them.
        Index("ix_comments_copies", "text_hash", "id"),
        Index("ix_comments_author", "author_key", "site_id", "id"),
        Index("ix_comments_range", "site_id", "author_range", "id"),
        Index("ix_comments_page", "site_id", "page_key", "id"),
        Index(
            "ix_comments_wave",
            "wave_id",
            "id",
            sqlite_where=_IN_A_WAVE,
            postgresql_where=_IN_A_WAVE,
        ),
        # Figures: all that they ask of a comment, so that its row need not be read.
        Index(
            "ix_comments_received",
            "received_at",
            "site_id",
            "superseded",
            "outcome",
            "revision",
            "waits_for",
            "audit_share",
        ),
    )

    id: Mapped[Key] = mapped_column(init=False)
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id))
    external_id: Mapped[str] = mapped_column(String(255))
    edition: Mapped[int]

    text: Mapped[str] = mapped_column(Text)
    author_name: Mapped[str | None] = mapped_column(String(500))
    author_email: Mapped[str | None] = mapped_column(String(500))
    author_url: Mapped[str | None] = mapped_column(String(2_000))
    author_ip: Mapped[str | None] = mapped_column(String(500))
    author_user_agent: Mapped[str | None] = mapped_column(String(2_000))
    author_id: Mapped[str | None] = mapped_column(String(255))
    form_honeypot: Mapped[str | None] = mapped_column(String(2_000))
    form_seconds: Mapped[float | None]
    page_url: Mapped[str | None] = mapped_column(String(2_000))
    page_title: Mapped[str | None] = mapped_column(String(2_000))
    page_published_at: Mapped[datetime | None]
    parent_id: Mapped[str | None] = mapped_column(String(255))
    submitted_at: Mapped[datetime | None]
    received_at: Mapped[datetime]

    # SHA-256 of all that was sent: tells a retry from another comment under the same id.
    content_hash: Mapped[str] = mapped_column(String(64))
    # SHA-256 of the normalised text: finds copies.
    text_hash: Mapped[str] = mapped_column(String(64))
    # Whom the site's history knows the author as; null where it cannot tell.
    author_key: Mapped[str | None] = mapped_column(String(64))
    # The range of addresses that the author's is in; null where it tells nothing.
    author_range: Mapped[str | None] = mapped_column(String(50))
    # SHA-256 of the page's URL: an index takes no URL of any length.
    page_key: Mapped[str | None] = mapped_column(String(64))
    # What the text is written in, by two letters of ISO 639-1.
    language: Mapped[str] = mapped_column(String(8))

    # The probability with which chance chose it for an audit, where it did.
    audit_share: Mapped[float | None]

    # What changes. `outcome` is the last decision, else the verdict; it is written beside each of
    # them, in one transaction, so that the queue is an index and not a join.
    outcome: Mapped[Action]
    # What it waits for in the queue; null where nobody has to look.
    waits_for: Mapped[WaitsFor | None]
    # When a person should have looked at it: the queue is in this order.
    due_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=0)
    superseded: Mapped[bool] = mapped_column(default=False)
    # The number of the first comment of the near copies that it is one of.
    wave_id: Mapped[int | None] = mapped_column(default=None)

    # Since when what was sent is blank, in all editions: its author wanted that, or its time was over.
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    # The days for which the site keeps such comments, where its time was over; null where its author
    # wanted it gone.
    kept_days: Mapped[int | None] = mapped_column(default=None)

    # Where the blog's Akismet plugin hears of decisions on this comment.
    akismet_callback: Mapped[str | None] = mapped_column(String(2_000), default=None)

    site: Mapped[Site] = relationship(init=False, lazy="raise")
    verdict: Mapped["StoredVerdict"] = relationship(init=False, lazy="raise", back_populates="comment")
    # None where no model was on trial.
    shadow: Mapped["ShadowVerdict | None"] = relationship(init=False, lazy="raise")
    decisions: Mapped[list["Decision"]] = relationship(
        init=False, lazy="raise", back_populates="comment", order_by="Decision.revision"
    )

    @property
    def is_disputed(self) -> bool:
        """Whether a model on trial said otherwise than the verdict; both must be loaded."""
        return self.shadow is not None and self.shadow.value().disputes(self.verdict.value())


class Sketch(Base):
    """One of the few numbers that stand for a comment's text: near copies share most of theirs."""

    __tablename__ = "sketches"
    # The key is all there is to a row.
    __table_args__ = ({"sqlite_with_rowid": False},)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id), primary_key=True)


class Facet(Base):
    """One thing by which people look for comments: reason:CODE of a signal, or language:CODE."""

    __tablename__ = "facets"
    # The key is all there is to a row.
    __table_args__ = ({"sqlite_with_rowid": False},)

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id), primary_key=True)


class StoredVerdict(Base):
    """The machine's answer to one comment, written once with it."""

    __tablename__ = "verdicts"

    id: Mapped[Key] = mapped_column(init=False)
    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id), unique=True)
    action: Mapped[Action]
    probability: Mapped[float | None]
    scores: Mapped[dict[str, float]]
    reasons: Mapped[list[dict[str, Any]]]
    model: Mapped[str | None] = mapped_column(String(100))
    policy: Mapped[str] = mapped_column(String(100))
    # The model's thresholds, where one was asked.
    review_at: Mapped[float | None]
    reject_at: Mapped[float | None]

    comment: Mapped[Comment] = relationship(init=False, lazy="raise", back_populates="verdict")

    def value(self) -> Verdict:
        """Return the verdict as it was given."""
        thresholds = None
        if self.review_at is not None and self.reject_at is not None:
            thresholds = Thresholds(review_at=self.review_at, reject_at=self.reject_at)
        return Verdict(
            action=self.action,
            probability=self.probability,
            scores=self.scores,
            reasons=msgspec.convert(self.reasons, tuple[Signal, ...]),
            model=self.model,
            policy=self.policy,
            thresholds=thresholds,
        )


class ShadowVerdict(Base):
    """What the model that was on trial then said of a comment, beside the verdict. It has no effect."""

    __tablename__ = "shadow_verdicts"

    # It says nothing without its comment, and goes with it.
    comment_id: Mapped[int] = mapped_column(
        ForeignKey(Comment.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model: Mapped[str] = mapped_column(String(100))
    action: Mapped[Action]
    # Null where the model failed on the text, or does not read its language.
    probability: Mapped[float | None]

    def value(self) -> Opinion:
        """Return the opinion as it was given."""
        return Opinion(model=self.model, action=self.action, probability=self.probability)
