"""Trials of a changed policy on comments that people decided on."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from moderation.store.tables.base import Base, Key
from moderation.store.tables.kinds import BacktestState
from moderation.store.tables.people import Moderator
from moderation.store.tables.sites import Site


class Backtest(Base):
    """What a change of a site's policy would have done to the comments that people decided on last."""

    __tablename__ = "backtests"

    id: Mapped[Key] = mapped_column(init=False)
    site_id: Mapped[int] = mapped_column(ForeignKey(Site.id), index=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey(Moderator.id))
    started_at: Mapped[datetime]
    # The change that is tried, as JSON.
    change: Mapped[str] = mapped_column(Text)
    # What changes while it runs: when something was noted, and of how many comments how many are done.
    noted_at: Mapped[datetime]
    state: Mapped[BacktestState] = mapped_column(default=BacktestState.RUNNING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    # The outcome as JSON, or what went wrong.
    result: Mapped[str | None] = mapped_column(Text, default=None)
    problem: Mapped[str | None] = mapped_column(Text, default=None)
