"""Write down all that is stored of an author, as JSON that he can be given.

Whoever moderates is another person, and is called a moderator.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
    rows = session.execute(
        select(Comment, StoredVerdict)
        .join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        .where(some.editions())
        .order_by(Comment.external_id, Comment.edition)
    ).all()
    numbers = [comment.id for comment, _ in rows]
    decisions = _of(session, Decision, numbers)
    notes, holds, facets, sketches = (
        _of(session, table, numbers) for table in (Note, Hold, Facet, Sketch)
    )
    deliveries = _deliveries(session, [one.id for every in decisions.values() for one in every])
    editions: dict[str, list[dict[str, Any]]] = {}
    for comment, verdict in rows:
        number = comment.id
        beside = {
            "verdict": _columns(verdict),
            "decisions": [_decision(one, deliveries[one.id]) for one in decisions[number]],
            "notes": [_columns(one) | {"by": "a moderator"} for one in notes[number]],
            "put_aside": [_columns(one) for one in holds[number]],
            "found_by": [one.name for one in facets[number]],
            "sketch": [one.number for one in sketches[number]],
        }
        editions.setdefault(comment.external_id, []).append(_columns(comment) | beside)
    return [{"site": site, "id": name, "editions": every} for name, every in editions.items()]


def _decision(one: Decision, deliveries: Sequence[Delivery]) -> dict[str, Any]:
    return _columns(one) | {
        "by": "a moderator" if one.moderator_id else "somebody at the site",
        "is_undo": one.undoes_id is not None,
        "deliveries": [_columns(delivery) | {"state": delivery.state} for delivery in deliveries],
    }


def _of(session: Session, table: Any, numbers: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """Read what hangs on comments, all of them at once: not each table has an index by comment."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    rows = select(table).where(table.comment_id.in_(numbers)).order_by(*table.__table__.primary_key)
    for row in session.scalars(rows):
        found[row.comment_id].append(row)
    return found


def _deliveries(session: Session, decisions: Collection[int]) -> Mapping[int, Sequence[Delivery]]:
    found: defaultdict[int, list[Delivery]] = defaultdict(list)
    rows = select(Delivery).where(Delivery.decision_id.in_(decisions)).order_by(Delivery.id)
    for row in session.scalars(rows):
        found[row.decision_id].append(row)
    return found


def _columns(row: Base) -> dict[str, Any]:
    """Every column that says something of the author, so that a new one is exported as well."""
    names = (column.key for column in row.__mapper__.column_attrs)
    return {name: getattr(row, name) for name in names if name not in _NUMBERS | _OF_OTHERS}
