"""Find comments: by their words, by where they stand and what the service said of them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple, cast

import msgspec
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from moderation.access import Access
from moderation.draft import NO_NUL
from moderation.review import waiting
from moderation.review.waiting import Held
from moderation.store import words
from moderation.store.plans import Unindexed, is_postgresql, plan_anew
from moderation.store.tables import Comment, Facet, Site
from moderation.verdict import Action

LONGEST_QUESTION = 1_000
"""In characters."""

# More hours than there are comments of.
_MOST_HOURS = 24 * 365 * 100

Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Hours = Annotated[float, msgspec.Meta(ge=0, le=_MOST_HOURS)]
Name = Annotated[str, msgspec.Meta(max_length=100, pattern=NO_NUL)]


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which comments somebody wants to see; what is not said does not matter."""

    # Words, “phrases” in quotes, -excluded ones, and beginnings that end in a star.
    text: Annotated[str, msgspec.Meta(max_length=LONGEST_QUESTION)] | None = None
    # REVIEW is the queue, with what is checked once more; the others are what holds.
    outcome: Action | None = None
    # Instead of the queue, what was put aside.
    held: Held | None = None
    site: Number | None = None
    # Comment.page_key and Comment.author_key.
    page: Name | None = None
    author: Name | None = None
    # The code of a signal.
    reason: Name | None = None
    language: Name | None = None
    # In hours since the comment came.
    older_than: Hours | None = None
    younger_than: Hours | None = None
    # The number of the comment after which to go on.
    after: Number | None = None

    def asked(self, **changed: object) -> dict[str, Any]:
        """Return what is said, as the fields of a query string; `changed` fields differ, or go."""
        return cast(dict[str, Any], msgspec.to_builtins(msgspec.structs.replace(self, **changed)))

    @property
    def has_no_words(self) -> bool:
        """Whether what was typed holds no word to look for, so that nothing is found."""
        return self.text is not None and not words.terms(self.text)

    @property
    def is_of_the_queue(self) -> bool:
        """Whether the most urgent come first; else the latest do."""
        return self.outcome is Action.REVIEW or self.held is not None


class Facets(NamedTuple):
    """By which reasons and languages comments can be looked for."""

    reasons: Sequence[str]
    languages: Sequence[str]


class Count(NamedTuple):
    """How many there are, or that there are more."""

    number: int
    more: bool = False


def rows(
    session: Session, wanted: Wanted, *, access: Access | None = None, now: datetime
) -> Select[Comment]:
    """Select what is wanted in its order, after `wanted.after`."""
    found = matching(session, wanted, access, now)
    if wanted.is_of_the_queue:
        found = found.order_by(Comment.due_at, Comment.id)
        if wanted.after is not None and (last := session.get(Comment, wanted.after)):
            found = found.where(
                or_(
                    Comment.due_at > last.due_at,
                    and_(Comment.due_at == last.due_at, Comment.id > last.id),
                )
            )
    else:
        number = _number(session, wanted)
        found = found.order_by(number.desc())
        if wanted.after is not None:
            found = found.where(number < wanted.after)
    return found


def ids(
    session: Session,
    wanted: Wanted,
    *,
    access: Access | None = None,
    limit: int,
    after: int | None = None,
    now: datetime,
) -> Sequence[tuple[int, int]]:
    """Return the numbers and revisions of what is wanted and can be decided on, the latest first.

    `after` is the number of the last one seen; where the list was at does not matter.
    """
    found = matching(session, wanted, access, now).where(
        Comment.superseded.is_(False), Comment.erased_at.is_(None)
    )
    number = Comment.id if wanted.is_of_the_queue else _number(session, wanted)
    if after is not None:
        found = found.where(number < after)
    found_ids = found.with_only_columns(Comment.id, Comment.revision).order_by(number.desc())
    return [(row.id, row.revision) for row in session.execute(found_ids.limit(limit))]


def count(
    session: Session,
    wanted: Wanted,
    *,
    access: Access | None = None,
    most: int = 10_000,
    now: datetime,
) -> Count:
    """Count what is wanted, wherever the list is at, but no further than to `most`."""
    some = matching(session, wanted, access, now).with_only_columns(Comment.id).limit(most + 1)
    number = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return Count(min(number, most), more=number > most)


def facets(session: Session) -> Facets:
    """Return the codes of all reasons that were ever given, and all languages of comments."""
    # From each name to the next: a step down the index, however many comments there are.
    first = select(func.min(Facet.name).label("name")).cte("names", recursive=True)
    following = select(func.min(Facet.name)).where(Facet.name > first.c.name).scalar_subquery()
    names = first.union_all(select(following).where(first.c.name.is_not(None)))
    by_kind: dict[str, list[str]] = {"reason": [], "language": []}
    for name in session.scalars(select(names.c.name).where(names.c.name.is_not(None))):
        kind, _, code = name.partition(":")
        by_kind[kind].append(code)
    return Facets(sorted(by_kind["reason"]), sorted(by_kind["language"]))


def matching(session: Session, wanted: Wanted, access: Access | None, now: datetime) -> Select[Comment]:
    """Select what is wanted, wherever a list is at, and in no order."""
    plan_anew(session)
    if wanted.is_of_the_queue:
        return _in_the_queue(session, wanted, access, now)
    return _anywhere(session, wanted, access, now)


def _in_the_queue(
    session: Session, wanted: Wanted, access: Access | None, now: datetime
) -> Select[Comment]:
    """The index of the queue holds all that is asked here, and is short: it is read from its start."""
    stands = (
        waiting.in_the_queue(access)
        if wanted.held is None or access is None
        else waiting.held(access, wanted.held)
    )
    found = select(Comment).where(*stands, *_describes(wanted, now, Unindexed))
    for name in _facets(wanted):
        facet = aliased(Facet)
        has = select(facet.name).where(facet.name == name, facet.comment_id == Comment.id)
        found = found.where(has.exists())
    if wanted.text is None:
        return found
    asked = words.terms(wanted.text)
    if not asked:
        return found.where(false())
    if is_postgresql(session):
        return found.where(words.on_postgresql(asked))
    return found.where(_says(asked, Unindexed(Comment.id)))


def _anywhere(session: Session, wanted: Wanted, access: Access | None, now: datetime) -> Select[Comment]:
    """What is asked for is read from the end of an index, until enough was found."""
    found = select(Comment).where(*_describes(wanted, now, lambda column: column))
    if access is not None and not access.covers_all:
        is_one_site = len(access.site_ids or ()) == 1
        found = found.where(access.to(Comment.site_id if is_one_site else Unindexed(Comment.site_id)))
    if wanted.outcome is not None:
        # What held of an older edition holds no more.
        found = found.where(Comment.outcome == wanted.outcome, Comment.superseded.is_(False))
    if wanted.page is not None and wanted.site is None:
        # The index of pages begins with the site.
        found = found.where(Comment.site_id.in_(select(Site.id)))
    for facet, name in zip(_FACETS, _facets(wanted), strict=False):
        found = found.join(facet, and_(facet.comment_id == Comment.id, facet.name == name))
    if wanted.text is None:
        return found
    asked = words.terms(wanted.text)
    if not asked:
        return found.where(false())
    if is_postgresql(session):
        return found.where(words.on_postgresql(asked))
    if all(term.is_excluded for term in asked):
        return found.where(_says(asked, Comment.id))
    return found.join(words.INDEX, Comment.id == words.ROWID).where(words.on_sqlite(asked))


def _number(session: Session, wanted: Wanted) -> ColumnElement[int]:
    """Return the comment's number as the index has it that `_anywhere` reads from its end."""
    is_joined = wanted.text and not all(term.is_excluded for term in words.terms(wanted.text))
    if is_joined and not is_postgresql(session):
        return words.ROWID
    return _FACETS[0].comment_id if _facets(wanted) else Comment.id  # type: ignore[return-value]


def _describes(
    wanted: Wanted, now: datetime, column: Callable[[Any], Any]
) -> Iterator[ColumnElement[bool]]:
    """The conditions that concern a comment's own columns, each of them as `column` returns it."""
    for own, value in (
        (Comment.site_id, wanted.site),
        (Comment.page_key, wanted.page),
        (Comment.author_key, wanted.author),
    ):
        if value is not None:
            yield column(own) == value
    # Numbers grow with the time: no other index helps to find the latest.
    if wanted.older_than is not None:
        yield Unindexed(Comment.received_at) <= now - timedelta(hours=wanted.older_than)
    if wanted.younger_than is not None:
        yield Unindexed(Comment.received_at) >= now - timedelta(hours=wanted.younger_than)


def _facets(wanted: Wanted) -> list[str]:
    named = (("reason", wanted.reason), ("language", wanted.language))
    return [f"{kind}:{code}" for kind, code in named if code is not None]


def _says(
    asked: tuple[words.Term, ...], number: InstrumentedAttribute[int] | ColumnElement[int]
) -> ColumnElement[bool]:
    """The condition on SQLite that a comment is among those that the index of words finds."""
    found = select(words.ROWID).select_from(words.INDEX)
    if all(term.is_excluded for term in asked):
        return number.not_in(found.where(words.without_on_sqlite(asked)))
    return number.in_(found.where(words.on_sqlite(asked)))


_FACETS = (aliased(Facet), aliased(Facet))
