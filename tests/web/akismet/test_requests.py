"""How clients write their forms, which is in every way that there is."""

import pytest

from tests.web.akismet.asking import FORM, GOOD, OLD_PLUGIN, ON_SQLITE, guid

pytestmark = ON_SQLITE


def encoded(blog, rest: str) -> bytes:
    return f"api_key={blog.key}&blog=x&user_ip=192.0.2.7&{rest}".encode("latin-1")


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        ("comment_content=Thank+you,+I+agree.", GOOD),
        ("comment_content=Thank%20you%2C%20I%20agree.", GOOD),
        ("comment_content=caf%C3%A9", "café"),
        ("comment_content=caf%C3%A9&blog_charset=UTF-8", "café"),
        ("comment_content=caf\xc3\xa9", "café"),
        ("comment_content=caf%E9&blog_charset=ISO-8859-1", "café"),
        ("blog_charset=windows-1252&comment_content=%93caf%E9%94", "“café”"),
        ("comment_content=%C4%E3%BA%C3&blog_charset=gb2312", "你好"),
        # A charset that nobody knows, or that would read plain text as something else.
        ("comment_content=caf%C3%A9&blog_charset=klingon", "café"),
        ("comment_content=caf%C3%A9&blog_charset=", "café"),
        ("comment_content=caf%C3%A9&blog_charset=%00", "café"),
        ("comment_content=%2BAGEAYg-&blog_charset=utf-7", "+AGEAYg-"),
        ("comment_content=%5Cud800&blog_charset=unicode_escape", "\\ud800"),
        ("comment_content=4142&blog_charset=hex", "4142"),
        # Bare names, blank values, arrays, and names that come twice: the last one counts.
        ("comment_author_url&comment_content=Thank+you&referrer", "Thank you"),
        ("comment_context%5B0%5D=war&comment_context[]=peace&comment_content=Thank+you", "Thank you"),
        ("comment_content=No&comment_content=Thank+you", "Thank you"),
        ("&&=&comment_content=a%3Db%26c%3Dd", "a=b&c=d"),
        ("comment_content=100%&x=%zz", "100%"),
    ],
)
def test_each_is_read_as_it_was_meant(blog, stored, rest, text):
    answer = blog.call("/1.1/comment-check", raw=encoded(blog, rest))

    assert answer.status == 200
    assert stored()[0].text == text


@pytest.mark.parametrize(
    "media_type", [FORM, f"{FORM}; charset=UTF-8", f"{FORM};charset=UTF-8", "text/plain"]
)
def test_what_the_form_calls_itself_does_not_matter(blog, stored, media_type):
    raw = encoded(blog, "comment_content=Thank+you,+I+agree.")

    assert blog.call("/1.1/comment-check", raw=raw, media_type=media_type).body == b"false"
    assert stored()[0].text == GOOD


def test_query_and_form_are_read_together_and_the_form_counts(blog, stored):
    raw = encoded(blog, "comment_content=Thank+you,+I+agree.")

    answer = blog.call("/1.1/comment-check?comment_content=No&comment_author=ben", raw=raw)

    assert answer.body == b"false"
    assert (stored()[0].text, stored()[0].author_name) == (GOOD, "ben")


def test_a_query_alone_will_do(blog, stored):
    query = encoded(blog, "comment_content=Thank+you,+I+agree.").decode()

    assert blog.call(f"/1.1/comment-check?{query}", method="GET").body == b"false"
    assert stored()[0].text == GOOD


def test_a_mebibyte_is_read_to_its_end(blog, stored):
    """The longest comment that WordPress stores, twice, each byte spelt out, and headers besides."""
    word = "%F0%9F%99%82"
    comment = word * (65_525 // 4)
    raw = encoded(blog, f"POST_comment={comment}&comment_content={comment}&HTTP_X=")
    raw += b"a" * (1024 * 1024 - len(raw))

    answer = blog.call("/1.1/comment-check", raw=raw, user_agent=OLD_PLUGIN)

    assert len(raw) == 1024 * 1024
    assert answer.body in {b"true", b"false", b"review"}
    assert stored()[0].text == "\N{SLIGHTLY SMILING FACE}" * (65_525 // 4)


def test_thousands_of_fields_are_read(blog, stored):
    raw = encoded(blog, "".join(f"POST_f{number}=&" for number in range(5_000)))

    answer = blog.call("/1.1/comment-check", raw=raw + b"comment_content=Thank+you,+I+agree.")

    assert answer.body == b"false"
    assert guid(answer)
