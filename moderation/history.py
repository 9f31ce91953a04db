"""What a site saw before a draft, read in two queries that look at bounded parts of indexes."""

import hashlib
import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
)

from moderation import copies
from moderation.draft import Author, Draft
from moderation.rules import Case, Copies, History
from moderation.rules.options import ExactCopies, Flood, NearCopies
from moderation.sketch import sketch
from moderation.store import Prepared, ask_together
from moderation.store.tables import Comment, Decision, Site
from moderation.text import fingerprint
from moderation.verdict import Action

# Beyond so many earlier comments of one kind, more of them say nothing new.
_COUNTED = 100

# The machines in front of a badly configured site: everybody seems to come from there.
_OF_THE_SITE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
# One customer's, or a small office's.
_RANGE = {4: 24, 6: 48}


class _Sent(NamedTuple):
    """How many of an author's comments ended so, and how many came lately."""

    approved: int
    approved_by_people: int
    rejected_by_people: int
    from_author: int
    from_range: int
    is_known: bool


class _Copy(NamedTuple):
    """What is looked at of a comment that says the same, or nearly."""

    site_id: int
    external_id: str
    page_url: str | None
    author_key: str | None
    author_name: str | None
    text_hash: str
    # What a person decided last.
    action: str | None


def read(
    connection: Connection, site: Site, case: Case, *, is_edit: bool, is_cut: bool = False, now: datetime
) -> History:
    """Read what the rules look at. The draft's own earlier editions are no history of it."""
    author, policy = case.draft.author, case.policy
    own = {"site": site.id, "own": case.draft.id or ""}
    about = own | {
        "author": author_key(author),
        "range": author_range(author),
        "since": now - timedelta(minutes=policy.options(Flood).minutes),
    }
    sought = own | _copies_of(case, now)
    (counted,), ((is_anything_alike,),) = ask_together(
        connection, (_SENT_BEFORE, about), (copies.ANYTHING, sought)
    )
    sent, found = _Sent(*counted), list[_Copy]()
    if is_anything_alike and len(case.text.text) >= policy.options(ExactCopies).letters:
        found = [_Copy(*row) for row in _SAYING_THE_SAME.run(connection, sought)]
    text_hash = sought["text_hash"]
    return History(
        copies=_placed([one for one in found if one.text_hash == text_hash], site, case.draft),
        near_copies=_placed([one for one in found if one.text_hash != text_hash], site, case.draft),
        approved_before=sent.approved,
        # Whoever types in an address must not inherit what was decided on another.
        approved_by_people=sent.approved_by_people if author.id else 0,
        rejected_by_people=sent.rejected_by_people if author.id else 0,
        recent_from_author=sent.from_author,
        recent_from_range=sent.from_range,
        is_known=bool(sent.is_known),
        is_edit=is_edit,
        is_cut=is_cut,
        now=now,
    )


def author_key(author: Author) -> str | None:
    """Return what the site's history knows an author by, or None where it cannot tell.

    The site vouches for an id. An e-mail address can simply be typed in, but it is all that
    most blogs have.
    """
    if author.id:
        return _digest("id", author.id)
    if author.email:
        return _digest("email", author.email.strip().lower())
    return None


def author_range(author: Author) -> str | None:
    """Return the range of addresses that one provider's customer can choose from, or None.

    None as well for an address that is no reader's own.
    """
    return _range(author.ip) if author.ip else None


def network(ip: str | None) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return the network of a customer that an IP address is in, or None for what is no address."""
    address = _address(ip)
    if address is None:
        return None
    return ipaddress.ip_network((int(address), _RANGE[address.version]), strict=False)


def page_key(url: str | None) -> str | None:
    """Return what a page is looked up by, or None where a comment named none."""
    return hashlib.sha256(url.encode()).hexdigest() if url else None


# What is looked up for a comment is stored with it a moment later.
@lru_cache(maxsize=64)
def _range(ip: str) -> str | None:
    address = _address(ip)
    if address is None or any(address in one for one in _OF_THE_SITE if one.version == address.version):
        return None
    return str(network(ip))


def _address(ip: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    # What was shortened already stands for itself.
    written, _, bits = (ip or "").strip().partition("/")
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return None if bits and bits != str(_RANGE[address.version]) else address


def _copies_of(case: Case, now: datetime) -> dict[str, Any]:
    """Say what to look for: what says the same, or nearly and lately."""
    options = case.policy.options(NearCopies)
    sought = copies.sought(sketch(case.text), fingerprint(case.text), options.share)
    return sought | {"since": now - timedelta(days=options.days)}


def _placed(found: Iterable[_Copy], site: Site, draft: Draft) -> Copies:
    """Say where the copies stand, the latest first."""
    same_hand = elsewhere = other_sites = rejected = 0
    latest = None
    for row in found:
        if row.site_id == site.id and _is_same_hand(row, draft):
            same_hand += 1
            continue
        rejected += row.action == Action.REJECT
        if row.site_id == site.id:
            elsewhere += 1
            latest = latest or row.external_id
        else:
            other_sites += 1
    return Copies(same_hand, elsewhere, other_sites, rejected, latest)


def _is_same_hand(row: _Copy, draft: Draft) -> bool:
    if row.page_url != draft.page.url or row.author_key != author_key(draft.author):
        return False
    # Where there is no key, a name must do. Without any, nobody can tell.
    return row.author_key is not None or row.author_name == (draft.author.name or "")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _decided(of: Any) -> ColumnElement[bool]:
    """What the last decision of a person says; an undo says nothing, whatever it restored."""
    return and_(
        Decision.comment_id == of.id, Decision.revision == of.revision, Decision.undoes_id.is_(None)
    )


def _sent_before() -> Select[Any]:
    """What the author sent and became of it, and what came from his range of addresses."""
    of_author = _latest(Comment.author_key == bindparam("author"))
    of_range = _latest(Comment.author_range == bindparam("range"))
    author, holds = of_author.c, of_author.c.superseded == false()
    from_range = select(func.count()).where(_is_recent(of_range.c)).scalar_subquery()
    is_known = exists().where(
        Comment.site_id == bindparam("site"), Comment.external_id == bindparam("own")
    )
    return (
        select(
            func.count().filter(author.outcome == Action.APPROVE, holds).label("approved"),
            func.count().filter(Decision.action == Action.APPROVE, holds).label("approved_by_people"),
            # Of any edition: an edit does not undo what it was rejected for.
            func.count().filter(Decision.action == Action.REJECT).label("rejected_by_people"),
            func.count().filter(_is_recent(author)).label("from_author"),
            from_range.label("from_range"),
            is_known.label("is_known"),
        )
        .select_from(of_author)
        .outerjoin(Decision, _decided(author))
    )


def _latest(whose: ColumnElement[bool]) -> Subquery:
    """Select what is looked at of the latest comments.

    Not by their numbers, to look them up then: while its tables are new, PostgreSQL may go through all
    comments for that.
    """
    found = (
        select(
            Comment.id,
            Comment.revision,
            Comment.edition,
            Comment.superseded,
            Comment.outcome,
            Comment.received_at,
        )
        .where(Comment.site_id == bindparam("site"), whose, Comment.external_id != bindparam("own"))
        .order_by(Comment.id.desc())
        .limit(_COUNTED)
    )
    return found.subquery()


def _is_recent(of: Any) -> ColumnElement[bool]:
    # An edit sends nothing new.
    return and_(of.edition == 1, of.received_at > bindparam("since"))


def _saying_the_same() -> Select[*tuple[Any, ...]]:
    """The latest copies and near copies on any site; the latest near copies were sent lately."""
    return (
        select(
            Comment.site_id,
            Comment.external_id,
            Comment.page_url,
            Comment.author_key,
            Comment.author_name,
            Comment.text_hash,
            Decision.action,
        )
        .outerjoin(Decision, _decided(Comment))
        .where(
            Comment.id.in_(copies.alike(_COUNTED)),
            Comment.superseded == false(),
            or_(Comment.text_hash == bindparam("text_hash"), Comment.received_at > bindparam("since")),
            not_(and_(Comment.site_id == bindparam("site"), Comment.external_id == bindparam("own"))),
        )
        .order_by(Comment.id.desc())
        .limit(_COUNTED)
    )


_SENT_BEFORE = Prepared(_sent_before())
_SAYING_THE_SAME = Prepared(_saying_the_same())
