"""What earlier copies say, and when two texts are nearly the same."""

import pytest

from moderation.rules import Copies, History
from moderation.rules.options import ExactCopies
from moderation.rules.repeats import near_copy, repeated_text
from moderation.sketch import SIZE, own_words, sketch
from moderation.text import normalise
from moderation.verdict import Action
from tests.judging.making import case

LONG = "These are more than thirty letters in all, so a copy means something."
SPAM = (
    "Our team of experts has helped hundreds of small shops to double their sales within a month."
    " Write to us today and get a free check of your page, no strings attached."
)


@pytest.mark.parametrize(
    ("code", "message", "copies"),
    [
        (None, None, Copies()),
        ("sent_twice", "This author sent the same text on this page before.", Copies(same_hand=2)),
        (
            "repeated_text",
            "The same text was sent once before: 1 on this site, last as 17.",
            Copies(elsewhere=1, latest="17"),
        ),
        (
            "repeated_text",
            "The same text was sent 5 times before: 1 on this site, last as 17; 4 on other sites.",
            Copies(same_hand=1, elsewhere=1, other_sites=4, latest="17"),
        ),
        (
            "repeated_text",
            "The same text was sent once before: 1 on other sites.",
            Copies(other_sites=1),
        ),
    ],
)
def test_a_copy_says_where_the_others_are(code: str | None, message: str | None, copies: Copies) -> None:
    found = list(repeated_text(case(LONG, history=History(copies=copies))))

    assert [(signal.code, signal.message) for signal in found] == ([(code, message)] if code else [])
    assert all(signal.action is Action.REVIEW for signal in found)


@pytest.mark.parametrize(
    ("speaks", "text"),
    [
        # People do say the same when they say little.
        (False, "Thank you!"),
        (False, "a" * 29),
        (True, "a" * 30),
        # Padding makes no text longer.
        (False, "Thank you!" + "\u200b" * 50),
        (False, "Thank you!" + "!" * 50),
        (False, "Thank you! https://example.org/a/long/path/to/somewhere"),
        # Nor does what others said.
        (False, f"> {LONG}\n\nThis!"),
        (False, f"“{LONG}” This!"),
        # But who only quotes, quotes nobody.
        (True, f"> {LONG}"),
    ],
)
def test_copies_of_all_but_short_texts_are_noticed(*, speaks: bool, text: str) -> None:
    judged = case(text, history=History(copies=Copies(elsewhere=7)))

    assert [signal.code for signal in repeated_text(judged)] == ["repeated_text"] * speaks


def test_how_short_a_copy_may_be_is_the_owners_choice() -> None:
    judged = case("Thank you!", history=History(copies=Copies(1)), options=ExactCopies(letters=10))

    assert list(repeated_text(judged)) == []
    assert list(
        repeated_text(
            case("Thank you all!", history=History(copies=Copies(1)), options=ExactCopies(letters=10))
        )
    )


def test_more_copies_weigh_more_up_to_a_point() -> None:
    weights = [
        next(iter(repeated_text(case(LONG, history=History(copies=Copies(elsewhere=count)))))).weight
        for count in (1, 2, 4, 1_000)
    ]

    assert weights[0] < weights[1] < weights[2] == weights[3]


def test_a_copy_of_what_people_rejected_weighs_more() -> None:
    wanted, unwanted = (
        next(iter(near_copy(case(LONG, history=History(near_copies=Copies(other_sites=2, rejected=n))))))
        for n in (0, 1)
    )

    assert wanted.weight < unwanted.weight
    assert unwanted.message.endswith(" People rejected 1 of them.")


def test_one_campaign_is_not_counted_twice() -> None:
    alone, beside = (
        next(
            iter(near_copy(case(LONG, history=History(copies=copies, near_copies=Copies(elsewhere=9)))))
        )
        for copies in (Copies(same_hand=1), Copies(other_sites=1))
    )

    assert 0 < beside.weight < alone.weight


def test_who_mends_a_word_and_sends_again_copies_nobody() -> None:
    judged = case(LONG, history=History(near_copies=Copies(same_hand=1)))

    assert list(near_copy(judged)) == []


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (SIZE, SIZE, SPAM),
        # What a campaign exchanges from page to page, and what does not show.
        (SIZE, SIZE, SPAM.upper().replace(" ", "  ") + " http://example.com/42"),
        (5, SIZE, SPAM.replace("hundreds", "thousands")),
        (5, SIZE, "Hello Ana! " + SPAM + " Regards, Ben"),
        (5, SIZE, SPAM.replace("a month", "six weeks").replace("free", "full")),
        # Another text on the same subject.
        (0, 1, "We doubled the sales of our small shop within a year, and no expert helped us."),
        (0, 0, LONG),
    ],
)
def test_a_changed_copy_shares_most_of_its_sketch(least: int, most: int, text: str) -> None:
    shared = set(sketch(normalise(SPAM))) & set(sketch(normalise(text)))

    assert least <= len(shared) <= most


@pytest.mark.parametrize(
    ("has_one", "text"),
    [
        (False, "Thank you!"),
        (False, "This is a great article, thank you for it."),
        (False, "ha " * 1_000),
        (False, "https://example.org/ " * 100),
        (True, "This is a long and thoughtful article, and I want to thank you for it."),
        # Writing without spaces.
        (True, "我觉得这篇文章写得很好因为作者说明了他的理由而且没有侮辱任何人" * 2),
        # The longest text.
        (True, "one two three four five six seven eight nine ten " * 1_300),
    ],
)
def test_only_texts_that_nobody_repeats_by_chance_have_a_sketch(*, has_one: bool, text: str) -> None:
    numbers = sketch(normalise(text))

    assert bool(numbers) is has_one
    assert len(set(numbers)) == len(numbers) <= SIZE
    assert all(-(2**63) <= number < 2**63 for number in numbers)


def test_a_sketch_is_the_same_in_every_process() -> None:
    """It is stored: a number that changed with the version would find nothing any more."""
    assert min(sketch(normalise(SPAM))) == -8506642679959148289


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (["i", "agree"], "> He said so.\n> Twice.\nI agree"),
        (["i", "agree"], "“He said so.” I agree"),
        (["i", "agree"], '"He said so." I agree'),
        (["i", "agree"], "«He said so.» I agree"),
        (["i", "agree"], "[quote=ben]He said so.[/quote] I agree"),
        (["i", "agree"], "<blockquote>He said so.</blockquote> I agree"),
        # A mark without its partner quotes nothing.
        (["a", "5", "screen", "i", "agree"], 'A 5" screen, I agree'),
        # Nobody has to quote an advertisement.
        (["buy", "at", "i", "agree"], "“Buy at http://example.com” I agree"),
    ],
)
def test_what_is_quoted_is_not_the_authors_own(own: list[str], text: str) -> None:
    assert own_words(normalise(text)) == own
