"""From the spot of a comment into the site's policy: approve its author, put something on a list."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal, NamedTuple

import msgspec
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import policies, review
from moderation.refusal import Refusal
from moderation.rules import ListKind, Scope
from moderation.rules.entries import DEFAULT_SCOPES
from moderation.store.tables import Comment, Role
from moderation.text import host, links, normalise
from moderation.verdict import Action
from moderation.web.console.blueprint import bp, frame, moderator, needs
from moderation.web.console.marking import Side, words
from moderation.web.parsing import LARGEST_NUMBER, form
from moderation.web.state import state

_PATH = f"/comments/<int(max={LARGEST_NUMBER}):comment_id>/spot"
# What lists are called that are made from here.
_NEW = {
    (ListKind.TERMS, Action.REJECT): "rejected-words",
    (ListKind.TERMS, Action.REVIEW): "watched-words",
    (ListKind.DOMAINS, Action.REJECT): "rejected-domains",
    (ListKind.DOMAINS, Action.REVIEW): "watched-domains",
    (ListKind.NETWORKS, Action.REJECT): "rejected-networks",
    (ListKind.NETWORKS, Action.REVIEW): "watched-networks",
}
_APPROVED = {Scope.AUTHOR: "approved-authors", Scope.EMAIL: "approved-addresses"}


class Place(NamedTuple):
    """A list that an entry can be put on."""

    name: str
    action: Action
    is_new: bool

    @property
    def value(self) -> str:
        """What a form says for it."""
        return f"{self.action}:{self.name}"


class Offer(NamedTuple):
    """A kind of entry, those of the comment, and where they can be put."""

    kind: ListKind
    entries: tuple[str, ...]
    places: tuple[Place, ...]


class EntryForm(msgspec.Struct, frozen=True):
    """What to put on which list: the list's action stands before its name."""

    kind: Literal["terms", "domains", "networks"]
    entry: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
    place: Annotated[str, msgspec.Meta(pattern=r"^(review|reject):.{1,100}\Z")]


class AuthorForm(msgspec.Struct, frozen=True):
    """What the author is recognised by."""

    by: Literal["author", "email"]


@bp.get(_PATH)
@needs(Role.MODERATOR)
def spot(comment_id: int) -> str:
    """Offer what of a comment can be put on a list."""
    with state().database.reading() as db:
        return _page(db, comment_id)


@bp.post(f"{_PATH}/list")
def list_from_spot(comment_id: int) -> Response:
    """Put a word, a domain or a network on a list of the site."""
    given = form(EntryForm)
    action, _colon, name = given.place.partition(":")
    return _add(comment_id, ListKind(given.kind), Action(action), name, given.entry.strip(), scope=None)


@bp.post(f"{_PATH}/author")
def approve_author(comment_id: int) -> Response:
    """Let the author's comments count as good from now on."""
    scope = Scope(form(AuthorForm).by)
    with state().database.reading() as db:
        found = review.comment(db, comment_id)
    entry = found.author_id if scope is Scope.AUTHOR else found.author_email
    return _add(comment_id, ListKind.TERMS, Action.APPROVE, _APPROVED[scope], entry or "", scope=scope)


def _add(
    comment_id: int, kind: ListKind, action: Action, name: str, entry: str, *, scope: Scope | None
) -> Response:
    with state().database.writing() as db:
        found = review.comment(db, comment_id)
        try:
            is_new = policies.add_entry(
                db,
                found.site,
                name,
                entry,
                kind=kind,
                action=action,
                scopes=(scope,) if scope else (),
                by=moderator(),
                now=datetime.now(UTC),
            )
        except Refusal as refused:
            db.rollback()
            page = _page(db, comment_id, problem=str(refused))
            return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY, mimetype="text/html")
        db.commit()
    flash(_said(found, name, entry, is_new=is_new))
    return redirect(url_for("console.comment", comment_id=comment_id), code=303)


def _said(found: Comment, name: str, entry: str, *, is_new: bool) -> str:
    said: str
    if is_new:
        said = _(
            "“%(entry)s” is now on the list %(name)s of %(site)s. It counts from the next comment on, "
            "and can be taken back in the rules of the site.",
            entry=entry,
            name=name,
            site=found.site.name,
        )
    else:
        said = _(
            "“%(entry)s” was on the list %(name)s of %(site)s already.",
            entry=entry,
            name=name,
            site=found.site.name,
        )
    return said


def _page(db: Session, comment_id: int, *, problem: str | None = None) -> str:
    found = review.comment(db, comment_id)
    return render_template(
        "console/spot.html",
        comment=found,
        offers=_offers(db, found),
        problem=problem,
        **frame(db),
    )


def _offers(db: Session, found: Comment) -> list[Offer]:
    signals = found.verdict.value().reasons
    against = [word.text for word in words(found.text, signals) if word.side is Side.AGAINST]
    hosts = [link.host for link in links(normalise(found.text))]
    if found.author_url and (own := host(found.author_url)):
        hosts.append(own)
    ranges = [one for one in (found.author_range, found.author_ip) if one]
    entries = {ListKind.TERMS: against, ListKind.DOMAINS: hosts, ListKind.NETWORKS: ranges}
    return [
        Offer(kind, tuple(dict.fromkeys(some))[:20], _places(db, found, kind))
        for kind, some in entries.items()
        if some or kind is ListKind.TERMS
    ]


def _places(db: Session, found: Comment, kind: ListKind) -> tuple[Place, ...]:
    kept = {one.name: one for one in policies.lists(db, found.site)}
    there = [
        Place(one.name, one.action, is_new=False)
        for one in kept.values()
        if one.kind is kind
        and one.action is not Action.APPROVE
        and tuple(one.scopes) == DEFAULT_SCOPES[kind]
    ]
    new = [
        Place(name, action, is_new=True)
        for (of, action), name in _NEW.items()
        if of is kind and name not in kept
    ]
    return (*there, *new)
