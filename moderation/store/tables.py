"""The tables, and what each row means. Rows are appended; the few columns that change say so."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, relationship

from moderation.rules import ListKind, Mode, Scope
from moderation.store.columns import Moment, Word, Words
from moderation.verdict import Action, Signal, Thresholds, Verdict


class Role(StrEnum):
    """What a moderator may do."""

    MODERATOR = "moderator"
    # For what only some may do; so far there is no such thing.
    ADMIN = "admin"


class RejectionReason(StrEnum):
    """Why a moderator rejected a comment: the few kinds that need different answers."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off-topic"
    OTHER = "other"


class Receiver(StrEnum):
    """Who is told of a decision by us, without having asked."""

    # The address that the site registered for all of its decisions.
    CALLBACK = "callback"
    # The Akismet plugin of the blog that sent the comment.
    AKISMET = "akismet"


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False, eq=False):
    """The declarative base.

    Constraints have names, so that migrations can name what they change. Rows do not print what they
    hold, because it would end in logs.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it from the class.
        datetime: Moment(),
        Action: Word(Action),
        ListKind: Word(ListKind),
        Mode: Word(Mode),
        tuple[Scope, ...]: Words(Scope),
        Role: Word(Role),
        RejectionReason: Word(RejectionReason),
        Receiver: Word(Receiver),
        dict[str, float]: JSON(),
        list[dict[str, Any]]: JSON(),
    }


Key = Annotated[int, mapped_column(primary_key=True)]


class Site(Base):
    """A customer of the API: a blog, a newspaper, a forum."""

    __tablename__ = "sites"

    id: Mapped[Key] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    url: Mapped[str] = mapped_column(String(2_000))
    # The key itself is shown once and never stored.
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    # The owner's choices, which change: the languages that readers write, as in “en,de”.
    languages: Mapped[str] = mapped_column(String(200), default="en")
    # The shares of mistakes that the owner accepts; null for what the model was made for.
    good_lost: Mapped[float | None] = mapped_column(default=None)
    bad_published: Mapped[float | None] = mapped_column(default=None)
    # Grows with each change of these, the rules or the lists.
    policy_revision: Mapped[int] = mapped_column(default=1)
    # Where decisions are sent, and what they are signed with; the site must know it, so it is no hash.
    callback_url: Mapped[str | None] = mapped_column(String(2_000), default=None)
    callback_secret: Mapped[str | None] = mapped_column(String(100), default=None)
    # The key itself, only where a blog's Akismet plugin is told of decisions: it wants to be shown it.
    akismet_key: Mapped[str | None] = mapped_column(String(128), default=None)
    # How many decisions the site's feed holds. Grows in the transaction of each decision.
    decision_count: Mapped[int] = mapped_column(default=0)


class SiteRule(Base):
    """What an owner set for a rule of one site, as far as it differs from how the rule comes.

    Kept as text and read by `sites`: what one version saved may mean nothing to another, and a
    comment must not be lost for it.
    """

    __tablename__ = "site_rules"
    __table_args__ = (UniqueConstraint("site_id", "rule"),)

    id: Mapped[Key] = mapped_column(init=False)
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id))
    rule: Mapped[str] = mapped_column(String(100))
    # live, log-only or off; null leaves the rule's own.
    mode: Mapped[str | None] = mapped_column(String(20), default=None)
    # A JSON object with the options that differ.
    options: Mapped[str] = mapped_column(Text, default="{}")


class SiteList(Base):
    """An owner's list of one kind of entries for one site. Replaced as a whole."""

    __tablename__ = "site_lists"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[Key] = mapped_column(init=False)
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[ListKind]
    action: Mapped[Action]
    # Where it looks, and whether a match counts.
    scopes: Mapped[tuple[Scope, ...]]
    mode: Mapped[Mode]
    # One entry a line, as the owner wrote them.
    entries: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class Comment(Base):
    """What a site sent, immutable. An edit is a further edition under the same external id."""

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("site_id", "external_id", "edition"),
        # The queue: what waits, most urgent first.
        Index("ix_comments_queue", "outcome", "superseded", "urgency", "id"),
        # Lists of what is settled, the latest first.
        Index("ix_comments_settled", "outcome", "superseded", "id"),
        # Copies, on whatever site. The latest of each count, so the second column orders them.
        Index("ix_comments_copies", "text_hash", "id"),
        Index("ix_comments_author", "site_id", "author_key", "id"),
        Index("ix_comments_range", "site_id", "author_range", "id"),
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

    # How early in the queue it comes.
    urgency: Mapped[float]

    # What changes. `outcome` is the last decision, else the verdict; it is written beside each of
    # them, in one transaction, so that the queue is an index and not a join.
    outcome: Mapped[Action]
    revision: Mapped[int] = mapped_column(default=0)
    superseded: Mapped[bool] = mapped_column(default=False)

    # Where the blog's Akismet plugin hears of decisions on this comment.
    akismet_callback: Mapped[str | None] = mapped_column(String(2_000), default=None)

    site: Mapped[Site] = relationship(init=False, lazy="raise")
    verdict: Mapped["StoredVerdict"] = relationship(init=False, lazy="raise", back_populates="comment")
    decisions: Mapped[list["Decision"]] = relationship(
        init=False, lazy="raise", back_populates="comment", order_by="Decision.revision"
    )


class Sketch(Base):
    """One of the few numbers that stand for a comment's text: near copies share most of theirs."""

    __tablename__ = "sketches"
    # The key is all there is to a row.
    __table_args__ = ({"sqlite_with_rowid": False},)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
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


class Moderator(Base):
    """A person who decides."""

    __tablename__ = "moderators"

    id: Mapped[Key] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[Role]
    created_at: Mapped[datetime]
    # What changes: the password, and whether it was made up by the service and must be replaced.
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False)


class Login(Base):
    """A browser in which a moderator is logged in. Without the row, the cookie opens nothing."""

    __tablename__ = "logins"

    id: Mapped[Key] = mapped_column(init=False)
    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    moderator: Mapped[Moderator] = relationship(init=False, lazy="raise")


class FailedLogin(Base):
    """A wrong password, remembered for the minute in which it counts."""

    __tablename__ = "failed_logins"
    __table_args__ = (Index("ix_failed_logins_name_failed_at", "name", "failed_at"),)

    id: Mapped[Key] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(String(100))
    failed_at: Mapped[datetime]


class Decision(Base):
    """A person's act on a comment, appended. Undoing one is one more."""

    __tablename__ = "decisions"
    __table_args__ = (
        # Of two people who decide on what they both saw, one wins.
        UniqueConstraint("comment_id", "revision"),
        # Without gaps and in the order of commits, so that a reader of the feed misses nothing.
        UniqueConstraint("site_id", "position"),
        Index("ix_decisions_moderator_id", "moderator_id", "id"),
    )

    id: Mapped[Key] = mapped_column(init=False)
    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id))
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id))
    revision: Mapped[int]
    # Null for what was decided before the site came to us: its feed does not tell it.
    position: Mapped[int | None]
    action: Mapped[Action]
    reason: Mapped[RejectionReason | None]
    decided_at: Mapped[datetime]
    # Who decided: a moderator of ours, or somebody at the site, by the name that the site gives.
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey(Moderator.id), default=None)
    reporter: Mapped[str | None] = mapped_column(String(255), default=None)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), default=None)

    comment: Mapped[Comment] = relationship(init=False, lazy="raise", back_populates="decisions")
    moderator: Mapped[Moderator | None] = relationship(init=False, lazy="raise")

    @property
    def decided_by(self) -> str:
        """The name of who decided; the moderator must be loaded."""
        return self.moderator.name if self.moderator else f"{self.reporter} (at the site)"


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
