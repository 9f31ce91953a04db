"""What a model on trial says of live comments beside the serving one, and which of both was right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from moderation.access import Access
from moderation.figures.ends import DECIDED
from moderation.figures.estimates import Estimate, estimate
from moderation.store.tables import Comment, ShadowVerdict, Site, StoredVerdict
from moderation.verdict import Action

LATEST = 20
"""How many of the comments are shown on which two models disagree."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """The comments of which the serving model says one thing and the one on trial another."""

    serving: Action
    shadow: Action
    comments: int
    # On how many a person has decided, and on how many of these the one on trial was right.
    decided: int
    rightly: int

    @property
    def right(self) -> Estimate:
        """How often the one on trial was right."""
        return _of_decided([self])


@dataclass(frozen=True, slots=True)
class OnTrial:
    """A model on trial beside the serving one, on the latest editions of comments that came since."""

    # How many comments both judged, by what the serving model says and what the other would.
    pairs: Mapping[tuple[Action, Action], int]
    # How many the serving one judged, and the other failed on or cannot read.
    silent: int
    # The most frequent first.
    disputes: Sequence[Dispute]
    # The latest first, with their sites and what both said.
    latest: Sequence[Comment]

    @property
    def judged(self) -> int:
        """How many comments both judged."""
        return sum(self.pairs.values())

    @property
    def disputed(self) -> Estimate:
        """The share of comments of which they say different things."""
        return estimate(
            (1.0, serving is not shadow, number) for (serving, shadow), number in self.pairs.items()
        )

    @property
    def right(self) -> Estimate:
        """Where they disagree and a person has decided: how often the one on trial was right."""
        return _of_decided(self.disputes)


def is_right(shadow: Action, serving: Action, decided: Action) -> bool:
    """Whether a model on trial was right, where it says otherwise than the serving one.

    One of the two always was: it decided as the person did, or asked while the other decided wrongly.
    """
    return shadow is decided or (shadow is Action.REVIEW and serving is not decided)


def on_trial(
    session: Session,
    *,
    shadow: str,
    serving: str,
    group_id: int | None,
    since: datetime,
    access: Access | None = None,
) -> OnTrial:
    """Compare what two models said of the comments to a group's sites that came since.

    `group_id` is as sites have it. Only comments count that this very serving model judged.
    """
    conditions = [
        Comment.received_at >= since,
        Comment.superseded.is_(False),
        Site.model_group_id.is_not_distinct_from(group_id),
        ShadowVerdict.model == shadow,
        StoredVerdict.model == serving,
        StoredVerdict.probability.is_not(None),
    ]
    if access is not None:
        conditions.append(access.to(Comment.site_id))
    pairs: Counter[tuple[Action, Action]] = Counter()
    decided: Counter[tuple[Action, Action, bool]] = Counter()
    silent = 0
    for said, would, spoke, outcome, number in _counted(session, conditions):
        if not spoke:
            silent += number
            continue
        pairs[said, would] += number
        if outcome is not None and said is not would:
            decided[said, would, is_right(would, said, Action(outcome))] += number
    disputes = []
    for (said, would), number in pairs.most_common():
        if said is not would:
            rightly, wrongly = (decided[said, would, is_so] for is_so in (True, False))
            disputes.append(Dispute(said, would, number, rightly + wrongly, rightly))
    return OnTrial(pairs, silent, disputes, _latest(session, conditions) if disputes else ())


def _counted(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    keys = (
        StoredVerdict.action,
        ShadowVerdict.action,
        case((ShadowVerdict.probability.is_not(None), 1), else_=0),
        case((DECIDED, Comment.outcome)),
    )
    return session.execute(_joined(select(*keys, func.count()), conditions).group_by(*keys)).all()


def _latest(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[Comment]:
    disputed = and_(ShadowVerdict.probability.is_not(None), ShadowVerdict.action != StoredVerdict.action)
    return session.scalars(
        _joined(select(Comment), [*conditions, disputed])
        .order_by(Comment.id.desc())
        .limit(LATEST)
        .options(
            contains_eager(Comment.verdict), contains_eager(Comment.shadow), joinedload(Comment.site)
        )
    ).all()


def _joined(found: Select[Any], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return (
        found.join_from(Comment, Site, Site.id == Comment.site_id)
        .join(ShadowVerdict, ShadowVerdict.comment_id == Comment.id)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(*conditions)
    )


def _of_decided(disputes: Sequence[Dispute]) -> Estimate:
    rightly = sum(one.rightly for one in disputes)
    decided = sum(one.decided for one in disputes)
    return estimate([(1.0, True, rightly), (1.0, False, decided - rightly)])
