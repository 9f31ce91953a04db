"""Find what an author has sent: by the e-mail address that he gave, or by the id that a site gave him.

A comment is his as a whole: where one edition names him, the others are found as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from moderation import history
from moderation.authors import striking
from moderation.authors.striking import Entry, Known, Names
from moderation.draft import Author
from moderation.refusal import Refusal
from moderation.store.tables import Comment, Site


class NoSuchAuthor(Refusal):
    """Nothing of the author is stored, or it was not said on which site."""


@dataclass(frozen=True, slots=True)
class Person:
    """An author, by one of the things that tell him from others; on one site, or on all."""

    email: str | None = None
    id: str | None = None
    site: Site | None = None

    @property
    def called(self) -> str:
        """What he is called in messages to whoever named him."""
        who = self.email if self.id is None else f"The author with the id {self.id}"
        return f"{who} on {self.site.name}" if self.site else f"{who}"

    def sent(self) -> ColumnElement[bool]:
        """Return the condition that an edition names him. What was erased names nobody."""
        conditions: list[ColumnElement[bool]] = [Comment.erased_at.is_(None)]
        if self.site is not None:
            conditions.append(Comment.site_id == self.site.id)
        if self.id is not None:
            conditions.append(Comment.author_id == self.id)
        else:
            # The key is that of the id where a site gave both.
            same_address = func.lower(func.trim(Comment.author_email)) == self.email
            key = history.author_key(Author(email=self.email))
            conditions.append(or_(Comment.author_key == key, same_address))
        return and_(*conditions)


@dataclass(frozen=True, slots=True)
class Comments:
    """The ids of comments of one site, as the site gave them."""

    site_id: int
    ids: tuple[str, ...]

    def editions(self) -> ColumnElement[bool]:
        """Return the condition that an edition is one of theirs."""
        return and_(Comment.site_id == self.site_id, Comment.external_id.in_(self.ids))


@dataclass(frozen=True, slots=True)
class Found:
    """What is stored of an author: his comments, some of a site together, and entries of lists."""

    comments: Sequence[Comments]
    # What owners' lists may know him by, and their lines that do.
    known: Known
    entries: Sequence[Entry]

    @property
    def number(self) -> int:
        """How many comments there are, each with all of its editions."""
        return sum(len(some.ids) for some in self.comments)


def by_email(address: str, site: Site | None = None) -> Person:
    """Name the author who gave this address, in whatever case."""
    return Person(email=address.strip().lower(), site=site)


def by_id(session: Session, author_id: str, site: Site | None = None) -> Person:
    """Name the author to whom a site gave this id.

    Raises NoSuchAuthor where several sites have given it, perhaps to different people, and none is
    named.
    """
    person = Person(id=author_id, site=site)
    if site is None:
        names = session.scalars(
            select(Site.name)
            .where(Site.id.in_(select(Comment.site_id).where(person.sent())))
            .order_by(Site.name)
        ).all()
        if len(names) > 1:
            raise NoSuchAuthor(
                f"Several sites have an author with the id {author_id}: {', '.join(names)}. Name one."
            )
    return person


def find(session: Session, person: Person, *, at_once: int) -> Found:
    """Find all that is stored of an author; `at_once` comments at most stand together."""
    rows = session.execute(
        select(Comment.site_id, Comment.external_id)
        .where(person.sent())
        .distinct()
        .order_by(Comment.site_id, Comment.external_id)
    ).all()
    ids: dict[int, list[str]] = {}
    for site_id, external_id in rows:
        ids.setdefault(site_id, []).append(external_id)
    comments = [
        Comments(site_id, tuple(some[start : start + at_once]))
        for site_id, some in ids.items()
        for start in range(0, len(some), at_once)
    ]
    known = _known(session, person, comments)
    return Found(comments, known, striking.naming(session, known, person.site))


def count_waiting(session: Session, found: Found) -> int:
    """Count those of the comments that wait in the queue."""
    rows = select(func.count()).where(Comment.waits_for.is_not(None))
    return sum(session.scalar(rows.where(some.editions())) or 0 for some in found.comments)


def others(session: Session, found: Found) -> Sequence[str]:
    """Name what else the comments found are signed with: ids with their sites, and addresses.

    Other comments may be signed with these alone, and whether they are his nobody can tell from here.
    """
    signed: set[str] = set()
    for some in found.comments:
        rows = session.execute(
            select(Site.name, Comment.author_id, Comment.author_email)
            .join(Site, Site.id == Comment.site_id)
            .where(some.editions())
            .distinct()
        )
        for site, author_id, email in rows:
            signed |= {f"--id {author_id} --site {site}"} if author_id else set()
            signed |= {f"--email {email.strip().lower()}"} if email and email.strip() else set()
    return sorted(signed)


def _known(session: Session, person: Person, comments: Sequence[Comments]) -> dict[int | None, Names]:
    """Say what owners' lists may know him by."""
    known: dict[int | None, Names] = {}
    if person.email:
        known[None] = Names(emails=frozenset({person.email}))
    if person.id and person.site:
        known[person.site.id] = Names(ids=frozenset({person.id}))
    for some in comments:
        rows = session.execute(
            select(Comment.author_email, Comment.author_id, Comment.author_ip)
            .where(some.editions(), person.sent())
            .distinct()
        ).all()
        names = Names(
            emails=frozenset(map(str.lower, _said(row.author_email for row in rows))),
            ids=frozenset(_said(row.author_id for row in rows)),
            # Of a shortened address, the network is left, which others have as well.
            addresses=frozenset(one for one in _said(row.author_ip for row in rows) if "/" not in one),
        )
        known[some.site_id] = known.get(some.site_id, Names()) | names
    return known


def _said(values: Iterable[str | None]) -> Iterator[str]:
    return (value.strip() for value in values if value and value.strip())
