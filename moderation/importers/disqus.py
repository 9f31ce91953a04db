"""Read what Disqus exports: threads, which are pages, and posts, which are comments."""

from collections.abc import Iterable, Iterator, Mapping

from moderation.importers import markup
from moderation.importers.record import Record, Skipped, Status, make

_INTERNALS = "{http://disqus.com/disqus-internals}"

_TEXTS = frozenset(
    {
        "link",
        "title",
        "message",
        "createdAt",
        "email",
        "name",
        "username",
        "ipAddress",
        "isDeleted",
        "isSpam",
        "isApproved",
    }
)
_OF_THE_COMMENT = {
    "message": "text",
    "createdAt": "date",
    "email": "author_email",
    "name": "author_name",
    "ipAddress": "author_ip",
}
# So many characters of pages are remembered for the comments that follow. A page costs some more.
_REMEMBERED = 30_000_000
_COST_OF_A_PAGE = 500


def read(pieces: Iterable[bytes]) -> Iterator[Record | Skipped]:
    """Yield each comment of a Disqus export in its order. Raises BadFile."""
    pages: dict[str, Mapping[str, str]] = {}
    room = _REMEMBERED
    # What was found of the thread or post that has begun, by the names of its elements.
    found: dict[str, str] = {}
    kind = ""
    for event in markup.events(pieces, root="disqus", texts=_TEXTS, short=_short):
        match event:
            case markup.Start(name="thread" | "post" as name, attributes=attributes) if not kind:
                kind, found = name, {"id": attributes.get("dsq:id", "")}
            case markup.Start(name="thread" | "parent" as name, attributes=attributes) if kind == "post":
                found[name] = attributes.get("dsq:id", "")
            case markup.End(name="post") if kind == "post":
                yield _record(found, pages.get(found.get("thread", ""), {}))
                kind = ""
            # A post names its thread by an element of the same name.
            case markup.End(name="thread") if kind == "thread":
                page = _page(found)
                room -= sum(map(len, page.values())) + _COST_OF_A_PAGE
                if room > 0:
                    pages[found["id"]] = page
                kind = ""
            case markup.End(name=name, text=text) if name in _TEXTS:
                found[name] = text


def _page(found: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "page_url": found.get("link", ""),
        "page_title": found.get("title", ""),
        "page_date": found.get("createdAt", ""),
    }


def _record(found: Mapping[str, str], page: Mapping[str, str]) -> Record | Skipped:
    given = {
        "id": found["id"],
        "parent_id": found.get("parent", ""),
        **page,
        **{ours: found.get(theirs, "") for theirs, ours in _OF_THE_COMMENT.items()},
    }
    if found.get("username", "").strip():
        # Disqus vouches for it, not the site: it must not be taken for one of the site's own.
        given["author_id"] = f"disqus-{found['username'].strip()}"
    return make(f"comment {found['id'][:50] or '?'}", "disqus-", _status(found), given)


def _status(found: Mapping[str, str]) -> Status:
    if _is(found, "isSpam"):
        return Status.SPAM
    if _is(found, "isDeleted"):
        return Status.REJECTED
    # Only some exports say this.
    return Status.APPROVED if _is(found, "isApproved", default="true") else Status.PENDING


def _is(found: Mapping[str, str], name: str, *, default: str = "false") -> bool:
    return found.get(name, default).strip().lower() in {"true", "1"}


def _short(name: str) -> str:
    if name.startswith(_INTERNALS):
        return f"dsq:{name.removeprefix(_INTERNALS)}"
    return name.rpartition("}")[2]
