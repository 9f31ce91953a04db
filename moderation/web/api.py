"""Our own JSON API: submit a comment, edit it, ask about it, hear what people decided."""

from functools import cache
from http import HTTPStatus

import msgspec
from flask import Blueprint, Response, request

from moderation import feedback, intake
from moderation.draft import Draft, Identifier, Submission
from moderation.feedback import FeedEntry
from moderation.store.tables import Comment, Site
from moderation.verdict import Verdict
from moderation.web import judging
from moderation.web.openapi import document, operation
from moderation.web.parsing import json_body, query
from moderation.web.problem import Refused
from moderation.web.shapes import Feed, FeedQuery, JudgedComment
from moderation.web.state import state

bp = Blueprint("api", __name__, url_prefix="/api")


@bp.post("/v1/comments")
@operation(
    "Judge and store a comment",
    body=Submission,
    answers={HTTPStatus.CREATED: JudgedComment, HTTPStatus.OK: JudgedComment},
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
)
def submit() -> Response:
    """Judge a comment and store it with the verdict.

    The same id with the same content again is harmless: it answers 200 with what was stored.
    The same id with other content is refused; an edit is a PUT. What an author had erased answers 200
    with what is left of it, and stays erased.
    """
    site = _site()
    comment, is_new = judging.submit(site, json_body(Submission))
    return _judged(comment, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@bp.put("/v1/comments/<identifier:comment_id>")
@operation(
    "Edit a comment",
    body=Draft,
    answers={HTTPStatus.OK: JudgedComment},
    refuses=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
)
def edit(comment_id: str) -> Response:
    """Replace a comment's content by an edit, which is judged afresh.

    An edit is never approved unseen: unless it is rejected at once, a person looks at it.
    """
    site = _site()
    draft = json_body(Draft)
    if draft.id not in {None, comment_id}:
        raise Refused(HTTPStatus.CONFLICT, "other_id", "The body's id is not that of the address.")
    content = msgspec.structs.asdict(draft) | {"id": _identifier(comment_id)}
    comment, _ = judging.edit(site, Submission(**content))
    return _judged(comment, HTTPStatus.OK)


@bp.get("/v1/comments/<identifier:comment_id>")
@operation("Look a comment up", answers={HTTPStatus.OK: JudgedComment}, refuses=(HTTPStatus.NOT_FOUND,))
def look_up(comment_id: str) -> Response:
    """Return a comment's latest edition: what holds for it, its verdict, and the last decision."""
    site = _site()
    with state().database.reading() as session:
        comment = intake.latest(session, site, _identifier(comment_id))
    return _judged(comment, HTTPStatus.OK)


@bp.get("/v1/decisions")
@operation("Hear what people decided", query=FeedQuery, answers={HTTPStatus.OK: Feed})
def decisions() -> Response:
    """Return what people decided after the cursor: nothing is skipped, and nothing comes twice.

    Ask again with `after` set to `next`. An empty answer means that nothing was decided since.
    """
    site = _site()
    asked = query(FeedQuery)
    with state().database.reading() as session:
        found = feedback.decisions_since(session, site, asked.after, limit=asked.limit)
    entries = tuple(FeedEntry.of(decision) for decision in found)
    return _json(Feed(decisions=entries, next=(found[-1].position if found else None) or asked.after))


@bp.post("/v1/score")
@operation("Judge without storing", body=Draft, answers={HTTPStatus.OK: Verdict})
def score() -> Response:
    """Judge a comment by the site's rules and the classifier. Nothing is stored."""
    site = _site()
    return _json(judging.assess(site, json_body(Draft)))


@bp.get("/openapi.json")
def openapi() -> Response:
    """Return this API's OpenAPI document."""
    return Response(_document(), mimetype="application/json")


@cache
def _document() -> bytes:
    """Make the document once: anybody may ask for it, and as often as they like."""
    return msgspec.json.encode(document(bp))


def _site() -> Site:
    """Return the site whose key the request carries, or refuse."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        with state().database.looking_up() as connection:
            site = state().keys.site(connection, key.strip())
        if site:
            return site
    raise Refused(
        HTTPStatus.UNAUTHORIZED,
        "unknown_key",
        "Send your site's key: Authorization: Bearer KEY",
        {"WWW-Authenticate": "Bearer"},
    )


def _identifier(comment_id: str) -> str:
    """Pass an id that a comment could have; no comment has another."""
    try:
        return msgspec.convert(comment_id, Identifier)
    except msgspec.ValidationError:
        raise intake.UnknownComment(comment_id) from None


def _judged(comment: Comment, status: HTTPStatus) -> Response:
    return _json(JudgedComment.of(comment), status)


def _json(content: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(content), status=status, mimetype="application/json")
