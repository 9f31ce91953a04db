"""Sites, and what their owners set for how comments are judged."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from moderation.rules import ListKind, Mode, Scope
from moderation.store.tables.base import Base, Key
from moderation.store.tables.models import ModelGroup
from moderation.verdict import Action


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
    # The shares of automatic verdicts that a person checks, null for what intake thinks right; and of
    # decisions that a second person checks.
    audit_share: Mapped[float | None] = mapped_column(default=None)
    second_share: Mapped[float] = mapped_column(default=0.02)
    # For how many days addresses are kept, and comments that were rejected or approved; null for ever.
    keep_addresses: Mapped[int | None] = mapped_column(default=None)
    keep_rejected: Mapped[int | None] = mapped_column(default=None)
    keep_approved: Mapped[int | None] = mapped_column(default=None)
    # Whether of IP addresses only the network is stored.
    shortens_addresses: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Grows with each change of these, the rules or the lists.
    policy_revision: Mapped[int] = mapped_column(default=1)
    # Where decisions are sent, and what they are signed with; the site must know it, so it is no hash.
    callback_url: Mapped[str | None] = mapped_column(String(2_000), default=None)
    callback_secret: Mapped[str | None] = mapped_column(String(100), default=None)
    # The key itself, only where a blog's Akismet plugin is told of decisions: it wants to be shown it.
    akismet_key: Mapped[str | None] = mapped_column(String(128), default=None)
    # The sites with which it shares a model; null for the default group. Changes.
    model_group_id: Mapped[int | None] = mapped_column(ForeignKey(ModelGroup.id), default=None)
    # How many decisions the site's feed holds. Grows in the transaction of each decision.
    decision_count: Mapped[int] = mapped_column(default=0)


class SiteMinute(Base):
    """How many comments of a site were stored in the last minute in which any was counted. Changes.

    Only where the operator limits them.
    """

    __tablename__ = "site_minutes"

    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id), primary_key=True)
    # Since 1970.
    minute: Mapped[int]
    stored: Mapped[int]


class SiteRule(Base):
    """What an owner set for a rule of one site, as far as it differs from how the rule comes.

    Kept as text and read by `policies`: what one version saved may mean nothing to another, and a
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


class PolicyChange(Base):
    """One change of a site's policy, appended: who, when, and what stood there before and after."""

    __tablename__ = "policy_changes"
    __table_args__ = (UniqueConstraint("site_id", "revision"),)

    id: Mapped[Key] = mapped_column(init=False)
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id))
    # The site's policy_revision that the change made.
    revision: Mapped[int]
    changed_at: Mapped[datetime]
    # A moderator's name, or that of the command line.
    changed_by: Mapped[str] = mapped_column(String(100))
    # What was changed: rule:NAME, list:NAME or choices.
    subject: Mapped[str] = mapped_column(String(120))
    # JSON objects; null where there was or is nothing.
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    takes_back_id: Mapped[int | None] = mapped_column(ForeignKey("policy_changes.id"), default=None)
