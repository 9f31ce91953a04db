"""Moderators, what proves who they are, and what they did."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from moderation.store.tables.base import Base, Key
from moderation.store.tables.kinds import Role
from moderation.store.tables.sites import Site


class Moderator(Base):
    """A person who decides. Who leaves keeps the row: decisions name it."""

    __tablename__ = "moderators"

    id: Mapped[Key] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime]
    # What changes.
    role: Mapped[Role]
    # False: only the sites that a permission names.
    every_site: Mapped[bool] = mapped_column(default=True)
    # Null for who logs in elsewhere only.
    password_hash: Mapped[str | None] = mapped_column(String(255), default=None)
    # Whether the password was made up by the service and must be replaced.
    must_change_password: Mapped[bool] = mapped_column(default=False)
    # What the codes of an authenticator are made from, and the step of the last code that was used.
    code_secret: Mapped[str | None] = mapped_column(String(64), default=None)
    code_step: Mapped[int | None] = mapped_column(default=None)
    # Who it is at the provider of single sign-on.
    subject: Mapped[str | None] = mapped_column(String(500), unique=True, default=None)
    # Whether slurs and threats are blurred until asked for, and the language of the pages.
    blurs: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None] = mapped_column(String(8), default=None)
    # Since when the person is let in no more.
    left_at: Mapped[datetime | None] = mapped_column(default=None)


class Permission(Base):
    """A site that a moderator may look at, where he may not look at every one."""

    __tablename__ = "permissions"

    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id), primary_key=True)


class RecoveryCode(Base):
    """Lets a moderator in once who has lost the authenticator."""

    __tablename__ = "recovery_codes"

    id: Mapped[Key] = mapped_column(init=False)
    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))


class Login(Base):
    """A browser in which a moderator is logged in. Without the row, the cookie opens nothing."""

    __tablename__ = "logins"

    id: Mapped[Key] = mapped_column(init=False)
    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # What tells the moderator which browser it is.
    browser: Mapped[str | None] = mapped_column(String(500), default=None)
    address: Mapped[str | None] = mapped_column(String(100), default=None)
    # Changes, now and then.
    seen_at: Mapped[datetime | None] = mapped_column(default=None)

    moderator: Mapped[Moderator] = relationship(init=False, lazy="raise")


class FailedLogin(Base):
    """A wrong password, remembered for the minute in which it counts."""

    __tablename__ = "failed_logins"
    __table_args__ = (Index("ix_failed_logins_name_failed_at", "name", "failed_at"),)

    id: Mapped[Key] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(String(100))
    failed_at: Mapped[datetime]


class AuditEntry(Base):
    """One act of a person, appended: who did what to what, and when."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_moderator", "moderator_id", "id"),
        Index("ix_audit_entries_act", "act", "id"),
    )

    id: Mapped[Key] = mapped_column(init=False)
    done_at: Mapped[datetime]
    # Null where it was done on the command line, or by somebody who was not let in.
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey(Moderator.id))
    # The name, as it was then.
    done_by: Mapped[str] = mapped_column(String(255))
    # Such as comment.approve or moderator.add.
    act: Mapped[str] = mapped_column(String(50))
    site_id: Mapped[int | None] = mapped_column(ForeignKey(Site.id))
    # What it was done to, such as “comment 12”.
    subject: Mapped[str] = mapped_column(String(255))
    # A sentence with what else is worth knowing; never what a reader wrote.
    details: Mapped[str] = mapped_column(Text, default="")
