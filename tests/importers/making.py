"""Write small exports as WordPress and Disqus write them."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from moderation.importers import wxr as reader
from moderation.importers.record import Record, Skipped

WXR_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- This is a WordPress eXtended RSS file -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>A blog</title>
"""
WXR_TAIL = "</channel></rss>\n"
DISQUS_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="1"><title>General</title></category>
"""
DISQUS_TAIL = "</disqus>\n"


def wp_comment(**fields: object) -> str:
    """One comment, as WordPress 6 writes it."""
    known = {
        "id": 1,
        "author": "ana",
        "author_email": "ana@example.org",
        "author_url": "https://ana.example.org/",
        "author_IP": "192.0.2.7",
        "date": "2020-03-04 06:06:07",
        "date_gmt": "2020-03-04 05:06:07",
        "content": "What a day.",
        "approved": "1",
        "type": "comment",
        "parent": 0,
        "user_id": 0,
        **fields,
    }
    inside = "".join(
        f"<wp:comment_{name}>{escape(str(value))}</wp:comment_{name}>"
        for name, value in known.items()
        if value is not None
    )
    meta = "<wp:commentmeta><wp:meta_key>akismet_result</wp:meta_key></wp:commentmeta>"
    return f"<wp:comment>{inside}{meta}</wp:comment>"


def wp_post(*comments: str) -> str:
    """A post with comments."""
    return (
        "<item><title><![CDATA[On war & peace]]></title><link>https://blog.example.org/war/</link>"
        "<content:encoded><![CDATA[<p>Long ago <title>…</title></p>]]></content:encoded>"
        "<wp:post_date_gmt>2020-01-02 03:04:05</wp:post_date_gmt><wp:comment_status>open"
        f"</wp:comment_status>{''.join(comments)}</item>"
    )


def wxr(*comments: str) -> bytes:
    """A whole export with one post."""
    return (WXR_HEAD + wp_post(*comments) + WXR_TAIL).encode()


def many(count: int, *, pending_every: int = 0) -> bytes:
    """An export with so many comments of all statuses."""
    return wxr(
        *(
            wp_comment(
                id=number,
                # So short that it is no copy of anything.
                content=f"I like number {number}.",
                approved=_status(number, pending_every),
                parent=max(0, number - 3),
                date_gmt=f"2020-03-04 05:{number // 60 % 60:02}:{number % 60:02}",
            )
            for number in range(1, count + 1)
        )
    )


def dsq_thread(number: object = 11) -> str:
    """A page."""
    return (
        f'<thread dsq:id="{number}"><id>blog 1</id><link>https://blog.example.org/war/</link>'
        "<title>On war</title><message/><createdAt>2020-01-02T03:04:05Z</createdAt><author>"
        "<name>owner</name></author><isClosed>false</isClosed><isDeleted>false</isDeleted></thread>"
    )


def dsq_post(number: object = 5, *, parent: object = None, thread: object = 11, **fields: object) -> str:
    """A comment."""
    known = {
        "message": "<p>What a day.</p>",
        "createdAt": "2020-03-04T05:06:07Z",
        "isDeleted": "false",
        "isSpam": "false",
        **fields,
    }
    inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in known.items())
    return (
        f'<post dsq:id="{number}"><id>wp_id=7</id>{inside}<author><email>ana@example.org</email>'
        "<name>ana</name><isAnonymous>false</isAnonymous><username>ana_1</username></author>"
        f'<ipAddress>192.0.2.7</ipAddress><thread dsq:id="{thread}"/>'
        + (f'<parent dsq:id="{parent}"/>' if parent else "")
        + "</post>"
    )


def disqus(*inside: str) -> bytes:
    """A whole export."""
    return (DISQUS_HEAD + "".join(inside) + DISQUS_TAIL).encode()


def in_pieces(content: bytes, size: int = 7) -> Iterator[bytes]:
    """The content in small pieces, so that every border is met."""
    return (content[start : start + size] for start in range(0, len(content), size))


def records(content: bytes) -> list[Record]:
    """The comments of a WXR file."""
    return [one for one in reader.read([content]) if isinstance(one, Record)]


def outcome(found: Iterable[Record | Skipped]) -> list[str]:
    """Each comment's status, or why it was skipped."""
    return [one.status.value if isinstance(one, Record) else one.why for one in found]


def _status(number: int, pending_every: int) -> str:
    if pending_every and number % pending_every == 0:
        return "0"
    return ("1", "1", "spam", "trash")[number % 4]
