"""Trained classifiers, and which of them serves whom."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from moderation.store.tables.base import Base, Key


class Model(Base):
    """A trained classifier that every machine can fetch. Nothing of it changes."""

    __tablename__ = "models"

    id: Mapped[Key] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    # When it came here.
    created_at: Mapped[datetime]
    # Of the content, as its card says.
    sha256: Mapped[str] = mapped_column(String(64))
    # The card as JSON, and its own hash: it says from where on comments are rejected.
    card: Mapped[str] = mapped_column(Text)
    card_sha256: Mapped[str] = mapped_column(String(64))
    # The file model.joblib. Tens of megabytes: only ever read by name, never with the row.
    content: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)


class ModelGroup(Base):
    """The sites that one model serves. All of it but the name changes."""

    __tablename__ = "model_groups"

    id: Mapped[Key] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    # Null: what serves the default group; for that one, what the folder of models says.
    model: Mapped[str | None] = mapped_column(ForeignKey(Model.name), default=None)
    # What served before, the latest first.
    previous: Mapped[list[str | None]] = mapped_column(default_factory=list)
    # Since when, and by whom: a moderator's name, or that of the command line.
    since: Mapped[datetime | None] = mapped_column(default=None)
    chosen_by: Mapped[str | None] = mapped_column(String(255), default=None)
    # Judges beside the one that serves, without effect.
    shadow: Mapped[str | None] = mapped_column(ForeignKey(Model.name), default=None)
    shadow_since: Mapped[datetime | None] = mapped_column(default=None)
