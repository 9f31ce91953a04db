"""What moderators do with comments: decide, claim, hold, note."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from moderation.store.tables.base import Base, Key
from moderation.store.tables.comments import Comment
from moderation.store.tables.kinds import RejectionReason, WaitsFor
from moderation.store.tables.people import Moderator
from moderation.store.tables.sites import Site
from moderation.verdict import Action


class Act(Base):
    """One press of a button that decides on many comments, so that they can be undone together."""

    __tablename__ = "acts"

    id: Mapped[Key] = mapped_column(init=False)
    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id))
    started_at: Mapped[datetime]
    # How many comments were chosen for it.
    total: Mapped[int]
    # Whose decisions it takes back, where it undoes.
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("acts.id"), default=None)
    # What changes. What is decided; null until the moderator has said it, and where it undoes.
    action: Mapped[Action | None] = mapped_column(default=None)
    reason: Mapped[RejectionReason | None] = mapped_column(default=None)
    # How many are decided, and how many were left alone because they had changed.
    decided: Mapped[int] = mapped_column(default=0)
    left_alone: Mapped[int] = mapped_column(default=0)

    moderator: Mapped[Moderator] = relationship(init=False, lazy="raise")


class Chosen(Base):
    """A comment that an act has still to decide on; or one that it left alone, to say why."""

    __tablename__ = "chosen"

    act_id: Mapped[int] = mapped_column(ForeignKey(Act.id), primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id), primary_key=True)
    # What the moderator saw.
    revision: Mapped[int]
    # Changes once.
    is_left_alone: Mapped[bool] = mapped_column(default=False)


class Decision(Base):
    """A person's act on a comment, appended. Undoing one is one more."""

    __tablename__ = "decisions"
    __table_args__ = (
        # Of two people who decide on what they both saw, one wins.
        UniqueConstraint("comment_id", "revision"),
        # Without gaps and in the order of commits, so that a reader of the feed misses nothing.
        UniqueConstraint("site_id", "position"),
        Index("ix_decisions_moderator_id", "moderator_id", "id"),
        Index("ix_decisions_act_id", "act_id", "id"),
        Index("ix_decisions_decided_at", "decided_at"),
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
    # What the comment waited for until then: an undo restores it.
    waited_for: Mapped[WaitsFor | None] = mapped_column(default=None)
    # The act that it is part of, where many were decided at once.
    act_id: Mapped[int | None] = mapped_column(ForeignKey(Act.id), default=None)
    # Changes once: no model learns from it any more. The rows that imports insert leave it out.
    is_forgotten: Mapped[bool] = mapped_column(default=False, server_default=false())

    comment: Mapped[Comment] = relationship(init=False, lazy="raise", back_populates="decisions")
    moderator: Mapped[Moderator | None] = relationship(init=False, lazy="raise")
    act: Mapped[Act | None] = relationship(init=False, lazy="raise")

    @property
    def decided_by(self) -> str:
        """The name of who decided; the moderator must be loaded."""
        return self.moderator.name if self.moderator else f"{self.reporter} (at the site)"


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """Return those of a comment's decisions that nobody took back, in their order."""
    undone = {one.undoes_id for one in decisions}
    return [one for one in decisions if one.undoes_id is None and one.id not in undone]


class Claim(Base):
    """A comment that a moderator has open, for a few minutes. It keeps nobody from deciding."""

    __tablename__ = "claims"

    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id), primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id))
    until: Mapped[datetime]

    moderator: Mapped[Moderator] = relationship(init=False, lazy="raise")


class Hold(Base):
    """A comment that a moderator put aside, for later or for a colleague. Ends with a decision."""

    __tablename__ = "holds"

    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id), primary_key=True)
    held_by_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id))
    held_at: Mapped[datetime]
    # Whom it waits for: the moderator himself, or the colleague it was handed to.
    for_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id), index=True)

    held_by: Mapped[Moderator] = relationship(init=False, lazy="raise", foreign_keys=held_by_id)
    held_for: Mapped[Moderator] = relationship(init=False, lazy="raise", foreign_keys=for_id)


class Note(Base):
    """What a moderator wrote beside a comment for the others. Sites never see it."""

    __tablename__ = "notes"

    id: Mapped[Key] = mapped_column(init=False)
    comment_id: Mapped[int] = mapped_column(ForeignKey(Comment.id), index=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id))
    written_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)

    moderator: Mapped[Moderator] = relationship(init=False, lazy="raise")
