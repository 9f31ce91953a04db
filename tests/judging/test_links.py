"""What links say: how many there are, where they lead, and what stands around them."""

import pytest

from moderation.draft import Page
from moderation.rules.links import mostly_links, repeated_host, suspicious_links, too_many_links
from moderation.rules.options import LinkCount, LinkHosts, LinkKinds, LinkShare
from moderation.verdict import Action
from tests.judging.making import case, marked

BLOG = Page(url="https://blog.example.org/war")


@pytest.mark.parametrize(
    ("speaks", "links", "limit"),
    [
        (False, 2, 3),
        (True, 3, 3),
        (True, 4, 3),
        (True, 1, 1),
        (False, 0, 1),
    ],
)
def test_links_are_counted_against_the_sites_limit(*, speaks: bool, links: int, limit: int) -> None:
    urls = [f"http://example.org/{number}" for number in range(links)]
    judged = case("😀 " + " ".join(urls), options=LinkCount(at_least=limit))

    signals = list(too_many_links(judged))

    assert [marked(judged, signal) for signal in signals] == ([urls] if speaks else [])
    assert all(signal.action is Action.REVIEW and signal.weight > 0 for signal in signals)


def test_mailboxes_and_missing_spaces_are_not_counted_as_links() -> None:
    judged = case(
        "ana@example.com, ben@example.com or me.It is over.Top.See main.py",
        options=LinkCount(at_least=1),
    )

    assert list(too_many_links(judged)) == []


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        # A bare address, in every notation that browsers read.
        (["address"], "see http://192.0.2.7/pills now"),
        (["address"], "see http://192.0.2.7"),
        (["address", "port"], "see http://192.0.2.7:8080/"),
        (["address"], "see http://3221225991/"),
        (["address"], "see http://0xc0.0.2.7/"),
        (["address"], "see http://[2001:db8::1]/"),
        (["address"], "see http://example.org@192.0.2.7/"),
        ([], "see http://7.example.org/192.0.2.7"),
        ([], "see http://192.0.2.7.example.org/"),
        ([], "version 3.11.7 and 192.0.2.7 are no links"),
        # A name in an encoding.
        (["encoded_name"], "see https://xn--80ak6aa92e.com/"),
        (["encoded_name"], "see https://shop.xn--80ak6aa92e.com/"),
        ([], "see https://example.org/xn--80ak6aa92e"),
        ([], "see https://bücher.example/"),
        # A port, but for those that the scheme says itself.
        (["port"], "see http://example.org:8080/x"),
        (["port"], "see http://example.org:8443"),
        ([], "see http://example.org:80/ and https://example.org:443"),
        ([], "see http://example.org/at:8080/"),
        # Links that were typed as markup into a plain comment.
        (["markup"], "[url=http://example.org]best prices[/url]"),
        (["markup"], "[URL]http://example.org[/URL]"),
        (["markup"], "[link=http://example.org]best prices[/link]"),
        (["markup"], '<a href="http://example.org">best prices</a>'),
        (["markup"], "<A  rel=me HREF = http://example.org>best prices</A>"),
        ([], "I wrote [this] <b>and</b> <a> that, in an [urlaub] without a link"),
        # Nothing odd.
        ([], "see https://www.example.org/talks/2026 and http://example.com"),
        ([], "no link"),
    ],
)
def test_a_link_that_hides_where_it_leads_is_named(codes: list[str], text: str) -> None:
    assert [signal.code for signal in suspicious_links(case(text))] == codes


def test_the_sites_own_links_may_be_odd() -> None:
    """A forum within a house has no name and an odd port."""
    own = Page(url="http://192.0.2.7:8080/thread")

    assert list(suspicious_links(case("as in http://192.0.2.7:8080/other", page=own))) == []


@pytest.mark.parametrize("kind", ["addresses", "encoded_names", "ports", "markup"])
def test_an_owner_chooses_which_kinds_are_odd(kind: str) -> None:
    text = "[url=http://192.0.2.7/] http://example.org:8080/ http://xn--80ak6aa92e.com/"
    all_kinds = {signal.code for signal in suspicious_links(case(text))}

    chosen = {signal.code for signal in suspicious_links(case(text, options=LinkKinds(**{kind: False})))}

    assert len(all_kinds) == 4
    assert len(all_kinds - chosen) == 1


def test_odd_links_are_marked() -> None:
    judged = case("😀 see http://192.0.2.7/ and [url=x]")

    assert [marked(judged, signal) for signal in suspicious_links(judged)] == [
        ["[url"],
        ["http://192.0.2.7/"],
    ]


@pytest.mark.parametrize(
    ("code", "action", "text"),
    [
        ("only_links", Action.REVIEW, "https://example.org/"),
        ("only_links", Action.REVIEW, "  https://example.org/ , http://example.com !\n"),
        ("few_words", Action.APPROVE, "see https://example.org/"),
        ("few_words", Action.APPROVE, "read this: https://example.org/ and http://example.com"),
        (None, None, "He said so himself: https://example.org/"),
        (None, None, "nothing here"),
        (None, None, "…"),
    ],
)
def test_a_text_should_say_something_beside_its_links(
    code: str | None, action: Action | None, text: str
) -> None:
    found = [(signal.code, signal.action) for signal in mostly_links(case(text))]

    assert found == ([(code, action)] if code else [])


def test_how_many_words_a_link_wants_is_the_owners_choice() -> None:
    judged = case("He said so himself: https://example.org/", options=LinkShare(words=5))

    (signal,) = mostly_links(judged)

    assert signal.message == "Few words stand beside the links: 4 for 1."


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            "3 links lead to example.com.",
            "http://example.com/1 http://example.com/2 http://www.example.com/3 http://example.org/",
        ),
        (None, "http://example.com/1 http://example.com/2 http://example.org/"),
        # Who quotes the page itself sells nothing.
        (None, "https://blog.example.org/1 https://blog.example.org/2 https://blog.example.org/3"),
        (None, ""),
    ],
)
def test_links_to_one_place_are_counted(message: str | None, text: str) -> None:
    found = [signal.message for signal in repeated_host(case(text or "?", page=BLOG))]

    assert found == ([message] if message else [])


def test_how_many_links_may_lead_to_one_place_is_the_owners_choice() -> None:
    judged = case("http://example.com/1 http://example.com/2", options=LinkHosts(at_least=2))

    (signal,) = repeated_host(judged)

    assert marked(judged, signal) == ["http://example.com/1", "http://example.com/2"]
