"""What stands around a comment: its page, its author, its near copies, its other editions.

Read in one query that looks at bounded parts of indexes, whatever there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from moderation import copies, history
from moderation.access import Access
from moderation.draft import Author
from moderation.sketch import sketch
from moderation.store.tables import Comment, Site, WaitsFor
from moderation.text import normalise
from moderation.verdict import Action

BESIDE = 3
"""How many comments of the page are shown before and after."""
COUNTED = 100
"""How many of the author's comments, and of the near copies, are counted at most."""
# Of the numbers of its sketch, how many a near copy shares.
_SHARE = 0.6
_EDITIONS = 20
# In characters: enough to recognise a comment by.
_GLIMPSE = 400


class _Part(StrEnum):
    """Why a comment is shown."""

    PARENT = "parent"
    BEFORE = "before"
    AFTER = "after"
    EDITION = "edition"
    AUTHOR_HERE = "author here"
    AUTHOR_ELSEWHERE = "author elsewhere"
    COPY = "copy"


class Glimpse(NamedTuple):
    """What is shown of another comment."""

    id: int
    site_name: str
    author_name: str | None
    page_title: str | None
    # The beginning; of an edition, all of it.
    text: str
    edition: int
    outcome: Action
    waits_for: WaitsFor | None
    superseded: bool
    received_at: datetime
    erased_at: datetime | None
    kept_days: int | None


@dataclass(frozen=True)
class Past:
    """Earlier comments, the latest first, and what became of them. COUNTED of them at most."""

    comments: tuple[Glimpse, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.comments)

    @property
    def is_cut(self) -> bool:
        """Whether there may be more."""
        return len(self.comments) >= COUNTED

    def count(self, outcome: Action) -> int:
        """Count those with an outcome. What waits for a second opinion has none that may be told."""
        return sum(_told(one) == outcome for one in self.comments)


@dataclass(frozen=True)
class Context:
    """What stands around one comment."""

    parent: Glimpse | None
    # In the order in which they were sent.
    before: tuple[Glimpse, ...]
    after: tuple[Glimpse, ...]
    # All others, the oldest first.
    editions: tuple[Glimpse, ...]
    # Of the author: on this site, and on the other sites that the moderator may look at.
    here: Past
    elsewhere: Past
    copies: Past


def read(session: Session, comment: Comment, access: Access) -> Context:
    """Read what stands around `comment`, of the sites that the moderator may look at."""
    text = normalise(comment.text)
    each = union_all(*(select(part.subquery()) for part in _parts(comment))).subquery()
    rows = session.execute(
        select(
            each.c.part,
            Comment.id,
            Site.name,
            Comment.author_name,
            Comment.page_title,
            case(
                (each.c.part == str(_Part.EDITION), Comment.text),
                else_=func.substr(Comment.text, 1, _GLIMPSE),
            ),
            Comment.edition,
            Comment.outcome,
            Comment.waits_for,
            Comment.superseded,
            Comment.received_at,
            Comment.erased_at,
            Comment.kept_days,
        )
        .join(Comment, Comment.id == each.c.id)
        .join(Site, Site.id == Comment.site_id)
        .where(access.to(Comment.site_id))
        .order_by(Comment.id.desc()),
        copies.sought(sketch(text), comment.text_hash, _SHARE),
    )
    found: dict[str, list[Glimpse]] = {part: [] for part in _Part}
    for part, *shown in rows:
        found[part].append(Glimpse(*shown))
    return Context(
        parent=next(iter(found[_Part.PARENT]), None),
        before=tuple(reversed(found[_Part.BEFORE])),
        after=tuple(reversed(found[_Part.AFTER])),
        editions=tuple(reversed(found[_Part.EDITION])),
        here=Past(tuple(found[_Part.AUTHOR_HERE])),
        elsewhere=Past(tuple(found[_Part.AUTHOR_ELSEWHERE])),
        copies=Past(tuple(found[_Part.COPY])),
    )


def _parts(comment: Comment) -> Iterator[Select[int, str]]:
    """Select the ids of each part that there can be."""
    on_the_site = Comment.site_id == comment.site_id
    of_the_same_id = and_(on_the_site, Comment.external_id == comment.external_id)
    # Its own other editions are shown as such.
    holds = and_(Comment.superseded.is_(False), ~of_the_same_id)
    if comment.page_key is not None:
        beside = and_(on_the_site, Comment.page_key == comment.page_key, holds)
        yield _latest(_Part.BEFORE, and_(beside, Comment.id < comment.id), BESIDE)
        after = select(Comment.id, literal(str(_Part.AFTER)).label("part"))
        yield after.where(beside, Comment.id > comment.id).order_by(Comment.id).limit(BESIDE)
    if comment.parent_id is not None:
        is_parent = and_(on_the_site, Comment.external_id == comment.parent_id)
        yield _latest(_Part.PARENT, is_parent, 1)
    if comment.edition > 1 or comment.superseded:
        yield _latest(_Part.EDITION, and_(of_the_same_id, Comment.id != comment.id), _EDITIONS)
    if comment.author_key is not None:
        is_author = and_(Comment.author_key == comment.author_key, on_the_site, holds)
        yield _latest(_Part.AUTHOR_HERE, is_author, COUNTED)
    if comment.author_email:
        yield _latest(_Part.AUTHOR_ELSEWHERE, _is_author_elsewhere(comment), COUNTED)
    alike = copies.alike(COUNTED).subquery()
    is_copy = and_(Comment.id.in_(select(alike.c.id)), holds)
    yield _latest(_Part.COPY, is_copy, COUNTED)


def _is_author_elsewhere(comment: Comment) -> ColumnElement[bool]:
    """An id that a site gives names nobody on other sites, unless the e-mail address is the same."""
    address = (comment.author_email or "").strip().lower()
    is_same = Comment.author_key == history.author_key(Author(email=address))
    if comment.author_id:
        same_address = func.lower(func.trim(Comment.author_email)) == address
        is_same = or_(is_same, and_(Comment.author_key == comment.author_key, same_address))
    return and_(is_same, Comment.site_id != comment.site_id, Comment.superseded.is_(False))


def _latest(part: _Part, conditions: ColumnElement[bool], most: int) -> Select[int, str]:
    rows = select(Comment.id, literal(str(part)).label("part")).where(conditions)
    return rows.order_by(Comment.id.desc()).limit(most)


def _told(one: Glimpse) -> Action | None:
    return None if one.waits_for is WaitsFor.SECOND_OPINION else one.outcome
