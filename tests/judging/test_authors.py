"""What an author's name, address and past say."""

import pytest

from moderation.draft import Author
from moderation.rules import History
from moderation.rules.authors import (
    first_time_author,
    known_author,
    rejected_author,
    selling_address,
    selling_name,
)
from moderation.rules.options import AuthorName, KnownAuthor, RejectedAuthor
from moderation.rules.phrases import shipped
from moderation.verdict import Action
from tests.judging.making import case

OWN = "https://ana.example.org/"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("keyword_name", "Cheap Flights"),
        ("keyword_name", "buy followers"),
        ("keyword_name", "BEST CASINO"),
        ("keyword_name", "SEO Services London"),
        ("keyword_name", "payday loans"),
        ("keyword_name", "ca\u200bsino"),
        ("address_as_name", "https://example.com/shop"),
        ("address_as_name", "www.example.com"),
        ("address_as_name", "best-watches.com"),
        ("long_name", "how to lose your belly"),
        # People.
        (None, "Ana"),
        (None, "ana.ruiz"),
        (None, "J. R. R."),
        (None, "Ji-hoon Seo"),
        (None, "Loan Nguyen"),
        (None, "María José Ruiz"),
        (None, "Onlineda"),
        (None, None),
        (None, ""),
    ],
)
def test_a_name_that_sells_is_named(code: str | None, name: str | None) -> None:
    judged = case("What a day.", author=Author(name=name, url=OWN))

    assert [signal.code for signal in selling_name(judged)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("speaks", "text", "url"),
    [
        (True, "What a day.", OWN),
        (True, "What a day, http://example.com/", None),
        # A name alone leads nobody anywhere.
        (False, "What a day.", None),
    ],
)
def test_a_name_sells_only_beside_a_way_to_the_shop(*, speaks: bool, text: str, url: str | None) -> None:
    judged = case(text, author=Author(name="Cheap Flights", url=url))

    assert len(list(selling_name(judged))) == speaks


def test_a_long_name_asks_for_nobody_by_itself() -> None:
    """People in some countries have four names."""
    judged = case("What a day.", author=Author(name="Maria del Carmen Ruiz", url=OWN))
    patient = case(
        "What a day.",
        author=Author(name="Maria del Carmen Ruiz", url=OWN),
        options=AuthorName(words=5),
    )

    assert [signal.decides for signal in selling_name(judged)] == [False]
    assert list(selling_name(patient)) == []


@pytest.mark.parametrize(
    ("sells", "url"),
    [
        ("buy", "https://example.com/buy-followers"),
        ("cheap", "http://example.com/shop/cheap_watches.html"),
        ("casino", "example.com/best/CASINO"),
        ("pills", "https://example.com/?q=pills"),
        # A blog's name may be a pun; what a person writes about may be anything.
        (None, "https://cheap-eats.example.org/"),
        (None, "https://cheap-eats.example.org"),
        (None, "https://example.org/~ana/about"),
        (None, "https://example.org/buyers"),
        (None, ""),
        (None, None),
    ],
)
def test_an_address_sells_by_its_path(sells: str | None, url: str | None) -> None:
    judged = case("What a day.", author=Author(name="ana", url=url))

    found = [signal.message for signal in selling_address(judged)]

    assert found == ([f"The author's address sells something: “{sells}”."] if sells else [])


@pytest.mark.parametrize(("speaks", "approved"), [(True, 0), (False, 1)])
def test_new_authors_are_noticed(*, speaks: bool, approved: int) -> None:
    judged = case("What a day.", history=History(approved_before=approved))

    assert [signal.action for signal in first_time_author(judged)] == [Action.REVIEW] * speaks


@pytest.mark.parametrize(
    ("weight", "approved", "rejected"),
    [
        (None, 0, 0),
        (None, 2, 0),
        (-0.5, 3, 0),
        (-0.75, 6, 0),
        (-1.5, 48, 0),
        # More says no more: a login can be stolen.
        (-1.5, 100, 0),
        (None, 100, 1),
    ],
)
def test_who_was_approved_by_people_is_vouched_for(
    weight: float | None, approved: int, rejected: int
) -> None:
    judged = case(
        "What a day.", history=History(approved_by_people=approved, rejected_by_people=rejected)
    )

    found = [(signal.action, signal.weight) for signal in known_author(judged)]

    assert found == ([(Action.APPROVE, pytest.approx(weight))] if weight else [])


def test_what_the_machine_approved_vouches_for_nobody() -> None:
    assert list(known_author(case("What a day.", history=History(approved_before=100)))) == []


def test_how_many_approvals_make_an_author_known_is_the_owners_choice() -> None:
    judged = case("What a day.", history=History(approved_by_people=3), options=KnownAuthor(approvals=4))

    assert list(known_author(judged)) == []


@pytest.mark.parametrize(
    ("action", "weight", "rejected", "approved"),
    [
        (None, None, 0, 9),
        # One rejection may have been a bad day.
        (Action.APPROVE, 1.0, 1, 0),
        (Action.APPROVE, 0.04, 1, 48),
        (Action.REVIEW, 4 / 3, 2, 0),
        (Action.REVIEW, 0.8, 2, 2),
        (Action.APPROVE, 2 / 3, 2, 3),
    ],
)
def test_who_was_rejected_by_people_is_watched(
    action: Action | None, weight: float | None, rejected: int, approved: int
) -> None:
    judged = case(
        "What a day.", history=History(approved_by_people=approved, rejected_by_people=rejected)
    )

    found = [(signal.action, signal.weight) for signal in rejected_author(judged)]

    assert found == ([(action, pytest.approx(weight))] if action else [])


def test_from_which_share_of_rejections_a_person_is_asked_is_the_owners_choice() -> None:
    history = History(approved_by_people=3, rejected_by_people=1)
    judged = case("What a day.", history=history, options=RejectedAuthor(rejections=1, share=0.25))

    assert [signal.action for signal in rejected_author(judged)] == [Action.REVIEW]


@pytest.mark.parametrize("name", ["author_keywords", "flattery"])
def test_a_shipped_wording_has_each_phrase_once_and_finds_it(name: str) -> None:
    phrases = shipped(name)

    assert len(set(phrases.entries)) == len(phrases.entries) > 50
    for entry in phrases.entries:
        assert phrases.find(f"so {entry}, it says") == [(3, 3 + len(entry))], entry
        assert phrases.find(f"x{entry}x") == [], entry
