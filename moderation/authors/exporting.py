"""Write down all that is stored of an author, as JSON that he can be given.

Whoever moderates is another person, and is called a moderator.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation.authors.finding import Comments, Found, Person
from moderation.store.tables import (
    Base,
    Comment,
    Decision,
    Delivery,
    Facet,
    Hold,
    Note,
    Site,
    Sketch,
    StoredVerdict,
)

_NUMBERS = frozenset({"id", "comment_id", "site_id", "decision_id", "undoes_id", "act_id"})
# By what a moderator, or somebody at the site, could be told.
_OF_OTHERS = frozenset({"moderator_id", "reporter", "held_by_id", "for_id", "akismet_callback"})


def exported(
    reading: Callable[[], AbstractContextManager[Session]],
    person: Person,
    found: Found,
    *,
    now: datetime,
) -> Iterator[bytes]:
    """Write one JSON document in pieces, each read in a session of its own.

    Every column that is stored of a comment is there under its name, with all editions.
    """
    with reading() as session:
        sites = {site.id: site.name for site in session.scalars(select(Site))}
    head = {"email": person.email, "id": person.id, "site": person.site and person.site.name}
    entries = [
        {"site": sites[one.site_id], "list": one.list_name, "entry": one.line} for one in found.entries
    ]
    yield b'{"author":%b,\n"exported_at":%b,\n' % tuple(map(msgspec.json.encode, (head, now)))
    yield b'"entries_of_lists":%b,\n"comments":[' % msgspec.json.encode(entries)
    between = b"\n"
    for some in found.comments:
        with reading() as session:
            read = _comments(session, some, sites[some.site_id])
        for comment in read:
            yield between + msgspec.json.encode(comment)
            between = b",\n"
    yield b"\n]}\n"


def _comments(session: Session, some: Comments, site: str) -> list[dict[str, Any]]:
    editions: dict[str, list[dict[str, Any]]] = {}
    rows = session.execute(
        select(Comment, StoredVerdict)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(some.editions())
        .order_by(Comment.external_id, Comment.edition)
    )
    for comment, verdict in rows:
        editions.setdefault(comment.external_id, []).append(
            _columns(comment)
            | {
                "verdict": _columns(verdict),
                "decisions": _decisions(session, comment),
                "notes": [_columns(one) | {"by": "a moderator"} for one in _of(session, Note, comment)],
                "put_aside": [_columns(one) for one in _of(session, Hold, comment)],
                "found_by": [one.name for one in _of(session, Facet, comment)],
                "sketch": [one.number for one in _of(session, Sketch, comment)],
            }
        )
    return [{"site": site, "id": number, "editions": every} for number, every in editions.items()]


def _decisions(session: Session, comment: Comment) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Decision).where(Decision.comment_id == comment.id).order_by(Decision.revision)
    )
    return [
        _columns(one)
        | {
            "by": "a moderator" if one.moderator_id else "somebody at the site",
            "is_undo": one.undoes_id is not None,
            "deliveries": [
                _columns(delivery) | {"state": delivery.state}
                for delivery in session.scalars(
                    select(Delivery).where(Delivery.decision_id == one.id).order_by(Delivery.id)
                )
            ],
        }
        for one in rows
    ]


def _of(session: Session, table: Any, comment: Comment) -> Collection[Any]:
    key = list(table.__table__.primary_key)
    rows = select(table).where(table.comment_id == comment.id).order_by(*key)
    return session.scalars(rows).all()


def _columns(row: Base) -> dict[str, Any]:
    """Every column that says something of the author, so that a new one is exported as well."""
    names = (column.key for column in row.__mapper__.column_attrs)
    return {name: getattr(row, name) for name in names if name not in _NUMBERS | _OF_OTHERS}
