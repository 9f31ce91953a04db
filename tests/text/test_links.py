"""Finding the web addresses in a text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moderation.text import host, links, normalise
from moderation.text.addresses import DOTTED, LINK
from tests.text.making import characters


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://example.org", "see http://example.org today"),
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("www.example.org/a", "on www.example.org/a there"),
        ("HTTPS://EXAMPLE.ORG/A", "HTTPS://EXAMPLE.ORG/A"),
        ("example.com", "example.com"),
        ("shop.example.com/a", "go to shop.example.com/a now"),
        ("example.co.uk/a", "example.co.uk/a"),
        ("example.com.au", "example.com.au"),
        # The sentence around an address is no part of it.
        ("http://example.org", "See http://example.org."),
        ("http://example.org/a", "http://example.org/a?!"),
        ("http://example.org/a", "(http://example.org/a)"),
        ("http://example.org/a", "“http://example.org/a”"),
        ("http://example.org/a", "«http://example.org/a»"),
        ("http://example.org/a", "[here](http://example.org/a)"),
        ("http://example.org/a", '<a href="http://example.org/a">'),
        ("http://example.org", "见http://example.org。"),
        ("example.com", "is it example.com?"),
        # An ending that is not ours counts with a path: this is how short links are written.
        ("bit.ly/abc", "now at bit.ly/abc!"),
        ("t.ly/x", "t.ly/x"),
        # Endings that are words count in lower case.
        ("pills.shop", "pills.shop"),
        # BBCode, which says an address in brackets.
        ("https://x.example", "[url]https://x.example[/url]"),
        ("https://x.example/a", "[url=https://x.example/a]here[/url]"),
        ("http://[2001:db8::1", "http://[2001:db8::1]/a"),
        # Disguised with what is not shown or looks the same.
        ("http://exa\u200bmple.org", "http://exa\u200bmple.org"),
        ("bit\u200b.ly/x", "bit\u200b.ly/x"),
        ("ｂｉｔ．ｌｙ/x", "ｂｉｔ．ｌｙ/x"),
        # An address that a mailbox stands before only in part.
        ("http://example.org", "me@http://example.org"),
    ],
)
def test_a_web_address_is_found_as_written(url: str, text: str) -> None:
    (link,) = links(normalise(text))

    assert link.url == url
    assert text[slice(*link.span)] == url


@pytest.mark.parametrize(
    "text",
    [
        # A mailbox is an address of a person, not of a page.
        "write to ana@example.com",
        "write to ana.b+news@mail.example.com, please",
        "mailto:ana@example.com",
        # Dots that mean something else.
        "see main.py and README.md",
        "e.g. this, i.e. that, a.m. or p.m.",
        "version 1.2.3 of 3.11",
        "U.S.A. and the U.K. agree",
        "costs 2.50/kg",
        "Node.js",
        # A missing space after a full stop.
        "This is the end.Of course it is.",
        "It is over.Top work, everyone!",
        "We buy less now.Online we look.Shop here we do.",
        "Ask the teacher.He/she knows.",
        "wait...what",
        # The beginning of an address and no more.
        "http:// is how it begins",
        "it begins with http://... or www...",
        "http://@",
        "awww.",
        "and/or",
        "",
    ],
)
def test_what_is_no_web_address_is_not_found(text: str) -> None:
    assert links(normalise(text)) == []


def test_every_address_is_found_in_the_order_of_the_text() -> None:
    text = "😀 example.com,example.net and http://example.org/?to=example.com"

    found = [link.url for link in links(normalise(text))]

    assert found == ["example.com", "example.net", "http://example.org/?to=example.com"]


@pytest.mark.parametrize(
    ("expected", "url"),
    [
        ("example.org", "http://example.org"),
        ("example.org", "https://www.example.org/a/b?c#d"),
        ("example.org", "EXAMPLE.org"),
        ("example.org", "//example.org/a"),
        ("example.org", " https://example.org "),
        ("a.example.org", "a.example.org:8080/b"),
        # A name and a password come before the last @ of the host, and nowhere else.
        ("example.org", "http://ana:secret@example.org/"),
        ("example.org", "http://bit.ly@ana@example.org/"),
        ("bit.ly", "http://bit.ly/@example.org"),
        ("bit.ly", "http://bit.ly?@example.org"),
        ("bit.ly", "http://bit.ly#@example.org"),
        ("bit.ly", r"http://bit.ly\@example.org"),
        # Spellings that a browser takes for the same host.
        ("bit.ly", "http://bit.ly./x"),
        ("bit.ly", "http:///bit.ly/x"),
        ("bit.ly", "http://bit%2Ely/x"),
        ("bit.ly", "http://%42it.ly/x"),
        ("bit.ly", "http://ｂｉｔ．ｌｙ/x"),
        ("bit.ly", "http://b\u00adit.ly/x"),
        # A number is a host of its own.
        ("[2001:db8::1]", "http://[2001:db8::1]:8080/a"),
        ("192.0.2.1", "http://192.0.2.1/a"),
        # Signs end a host, letters of any script do not.
        ("bit.ly", "http://bit.ly,now"),
        ("bit.ly", "http://bit.ly—now"),
        ("x.example", "https://x.example[/url]"),
        ("उदाहरण.example", "http://उदाहरण.example/"),
        # No host at all.
        (None, ""),
        (None, "http://"),
        (None, "http://.../"),
        (None, "http://ana@"),
        (None, "*.example.org"),
        (None, "http://[/url]"),
    ],
)
def test_the_host_is_the_one_that_a_browser_would_ask(expected: str | None, url: str) -> None:
    assert host(url) == expected


@settings(deadline=None)
@given(st.text(st.one_of(characters, st.sampled_from("htps:/w.@com ")), max_size=60))
@example("http://…")
@example("ﷺ.com")
def test_links_stand_where_they_say(text: str) -> None:
    for link in links(normalise(text)):
        assert text[slice(*link.span)] == link.url
        assert link.host == link.host.lower() != ""


@settings(deadline=None, max_examples=500)
@given(
    st.lists(
        st.sampled_from(
            ["http", "://", "www.", ".", "com", "info", "de", "/", "a", "1", "-", "@", " ", "é"]
        ),
        max_size=8,
    ).map("".join)
)
@example("www.é")
@example("a.de/1")
@example("a.com.de")
def test_the_first_look_misses_no_address(text: str) -> None:
    if LINK.search(text):
        assert DOTTED.search(text) or "://" in text
