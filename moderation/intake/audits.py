"""Choose by chance which automatic verdicts a person checks."""

from sqlalchemy import Connection, bindparam, select

from moderation import chance
from moderation.draft import Submission
from moderation.store import Prepared
from moderation.store.tables import Comment, Site

AUDITS_AT_FIRST, AUDITS = 0.2, 0.05
"""Of automatic verdicts, how many a person checks where an owner chose nothing: first, and later.

What a model may decide alone is promised on checks. At one in a hundred, each check stands for so many
comments that a site waits for years, and each retrained model would leave everything to people.
"""
FIRST_COMMENTS = 1_000
"""So many comments of a site are its first ones."""


def share(connection: Connection, site: Site, draft: Submission, edition: int) -> float:
    """Return the probability with which an automatic verdict on an edition is checked."""
    if site.audit_share is not None:
        return site.audit_share
    # What is not drawn by the larger share is not by the smaller one: most need not be counted for.
    if not is_drawn(AUDITS_AT_FIRST, site, draft, edition):
        return AUDITS
    is_past = _LAST_OF_THE_FIRST.first(connection, {"site": site.id, "before": FIRST_COMMENTS - 1})
    return AUDITS if is_past else AUDITS_AT_FIRST


def is_drawn(probability: float, site: Site, draft: Submission, edition: int) -> bool:
    """Whether chance, which is the same each time, chooses an edition with this probability."""
    return chance.falls(probability, "audit", site.id, draft.id, edition)


_LAST_OF_THE_FIRST = Prepared(
    select(Comment.id)
    .where(Comment.site_id == bindparam("site"))
    .order_by(Comment.id)
    .limit(1)
    .offset(bindparam("before"))
)
