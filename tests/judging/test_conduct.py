"""What the way in which a comment came says: its form, script, praise, timing and page."""

import unicodedata
from datetime import timedelta

import pytest

from moderation.draft import Author, Form, Page
from moderation.judgement import judge
from moderation.rules import History
from moderation.rules.conduct import (
    cut_short,
    edited,
    filled_honeypot,
    flood,
    generic_flattery,
    nothing_to_read,
    old_page,
    sent_too_fast,
)
from moderation.rules.options import Flattery, Flood, OldPage, SubmitTime
from moderation.verdict import Action
from tests.conftest import START
from tests.judging.making import Scorer, case

READER = Author(name="ana", email="ana@example.org")
BLOGGER = Author(name="ana", url="https://ana.example.org/")


@pytest.mark.parametrize(
    ("action", "honeypot", "approved"),
    [
        (None, None, 0),
        (None, "", 0),
        (Action.REJECT, "http://example.com", 0),
        (Action.REJECT, " ", 2),
        # A browser that fills in forms costs a regular no more than a look.
        (Action.REVIEW, "Main Street 1", 3),
    ],
)
def test_who_fills_in_what_nobody_sees_is_a_program(
    action: Action | None, honeypot: str | None, approved: int
) -> None:
    judged = case(
        "What a day.",
        form=Form(honeypot=honeypot),
        history=History(approved_by_people=approved),
    )

    assert [signal.action for signal in filled_honeypot(judged)] == ([action] if action else [])


@pytest.mark.parametrize(
    ("speaks", "seconds", "limit"),
    [
        (False, None, 3.0),
        (True, 0.0, 3.0),
        (True, 2.9, 3.0),
        (False, 3.0, 3.0),
        (True, 9.0, 10.0),
        (False, 0.0, 0.0),
    ],
)
def test_a_reader_takes_time_to_write(*, speaks: bool, seconds: float | None, limit: float) -> None:
    judged = case("What a day.", form=Form(seconds=seconds), options=SubmitTime(seconds=limit))

    assert [signal.action for signal in sent_too_fast(judged)] == [Action.REVIEW] * speaks


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (None, "What a day."),
        (None, "1,000!"),
        (None, "👍"),
        (None, "Größere Äpfel für alle, naïve façade, Đặng Ngọc Ánh"),
        # The greater part counts.
        (None, "My name is Анна and I like it"),
        ("unread_script", "Меня зовут Ana и мне нравится"),
        ("unread_script", "我觉得这篇文章写得很好"),
        ("unread_script", "שלום"),
        ("disguised", " ".join(f"k1ll{number}a" for number in range(1_000))),
        (None, " ".join(f"k1ll{number}a" for number in range(500))),
        ("blank", " \n\t"),
        ("blank", "\u200b\u200b"),
        ("blank", "\u3164"),
    ],
)
def test_what_cannot_be_read_goes_to_a_person(code: str | None, text: str) -> None:
    assert [signal.code for signal in nothing_to_read(case(text))] == ([code] if code else [])


def test_latin_is_what_unicode_calls_so() -> None:
    """The letters of every living language: Latin-1, its extensions, and other alphabets."""
    wrong = []
    for character in map(chr, [*range(0x24F), *range(0x370, 0x1D00), *range(0x1E00, 0x2100)]):
        folded = case(f"{character}").text.text
        if len(folded) == 1 and folded.isalpha():
            is_read = not list(nothing_to_read(case(folded)))
            if is_read is not unicodedata.name(folded).startswith("LATIN"):
                wrong.append(folded)

    assert wrong == []


@pytest.mark.parametrize(
    "praise",
    [
        "Great post! I will bookmark your blog.",
        "Very informative article, thanks for sharing.",
        "KEEP UP THE GOOD WORK",
        "Thanks a lot for sharing\u200b this. Feel free to visit my site.",
    ],
)
def test_praise_counts_beside_a_way_to_somewhere(praise: str) -> None:
    """Honest thanks without any link get nothing, nor does a reader whom people approved before."""
    beside_address = case(praise, author=BLOGGER)
    beside_link = case(f"{praise} http://example.com/", author=READER)
    alone = case(praise, author=READER)
    of_regular = case(praise, author=BLOGGER, history=History(approved_by_people=1))

    assert [signal.action for signal in generic_flattery(beside_address)] == [Action.REVIEW]
    assert [signal.action for signal in generic_flattery(beside_link)] == [Action.REVIEW]
    assert list(generic_flattery(alone)) == []
    assert list(generic_flattery(of_regular)) == []


@pytest.mark.parametrize(
    "honest",
    [
        "Thank you!",
        "The part about drains is good; our street floods every autumn.",
        "I posted this great photo of the lighthouse last year.",
        "It is a very good article on the law, but wrong about the second amendment: "
        + "the court decided otherwise, and twice. " * 9
        + "Great post otherwise.",
    ],
)
def test_what_says_something_is_no_mere_praise(honest: str) -> None:
    assert list(generic_flattery(case(honest, author=BLOGGER))) == []


def test_up_to_which_length_praise_is_all_that_is_said_is_the_owners_choice() -> None:
    judged = case("Great post, as ever.", author=BLOGGER, options=Flattery(words=3))

    assert list(generic_flattery(judged)) == []


def test_the_praise_is_marked() -> None:
    judged = case("😀 Great post. Thanks for sharing!", author=BLOGGER)

    (signal,) = generic_flattery(judged)

    assert [judged.draft.text[start:end] for start, end in signal.spans] == [
        "Great post",
        "Thanks for sharing",
    ]


@pytest.mark.parametrize(
    ("message", "from_author", "from_range"),
    [
        (None, 0, 0),
        (None, 4, 9),
        ("6 comments from this author within 2 minutes.", 5, 5),
        ("11 comments from this range of addresses within 2 minutes.", 0, 10),
        # Who floods from one address floods from its range; once is enough.
        ("21 comments from this author within 2 minutes.", 20, 20),
    ],
)
def test_more_than_a_conversation_is_a_flood(
    message: str | None, from_author: int, from_range: int
) -> None:
    history = History(recent_from_author=from_author, recent_from_range=from_range)

    found = [signal.message for signal in flood(case("What a day.", history=history))]

    assert found == ([message] if message else [])


def test_how_much_is_a_flood_is_the_owners_choice() -> None:
    judged = case(
        "What a day.", history=History(recent_from_author=1), options=Flood(from_author=1, minutes=0.5)
    )

    assert [signal.message for signal in flood(judged)] == [
        "2 comments from this author within 0.5 minutes."
    ]


@pytest.mark.parametrize(
    ("action", "days", "text", "author", "approved"),
    [
        (None, 365, "What a day, http://example.com/", BLOGGER, 0),
        (Action.REVIEW, 366, "What a day, http://example.com/", READER, 1),
        (Action.REVIEW, 366, "What a day.", BLOGGER, 1),
        (Action.REVIEW, 366, "What a day.", READER, 0),
        # It weighs a little, but a regular may look back.
        (Action.APPROVE, 366, "What a day.", READER, 1),
        # Who cannot be recognised is not therefore new.
        (Action.APPROVE, 366, "What a day.", Author(name="ana"), 0),
    ],
)
def test_old_pages_draw_spam(
    action: Action | None, days: int, text: str, author: Author, approved: int
) -> None:
    judged = case(
        text,
        author=author,
        page=Page(published_at=START - timedelta(days=days, seconds=days > 365)),
        history=History(now=START, approved_before=approved),
    )

    assert [signal.action for signal in old_page(judged)] == ([action] if action else [])


def test_a_page_is_as_old_as_when_the_comment_was_written() -> None:
    """Comments of years ago may be sent today, as when a site is brought over."""
    judged = case(
        "What a day.",
        page=Page(published_at=START - timedelta(days=30)),
        submitted_at=START,
        history=History(now=START + timedelta(days=3_000)),
    )
    strict = case(
        "What a day.",
        page=Page(published_at=START - timedelta(days=30)),
        submitted_at=START,
        options=OldPage(days=29),
    )

    assert list(old_page(judged)) == []
    assert [signal.message for signal in old_page(strict)] == ["The page was published 30 days before."]


@pytest.mark.parametrize("page", [Page(), Page(published_at=START - timedelta(days=999))])
def test_without_both_dates_no_page_is_old(page: Page) -> None:
    assert list(old_page(case("What a day.", page=page))) == []


@pytest.mark.parametrize("is_edit", [True, False])
def test_an_edit_is_looked_at_again(*, is_edit: bool) -> None:
    judged = case("What a day.", history=History(is_edit=is_edit))

    assert [signal.action for signal in edited(judged)] == [Action.REVIEW] * is_edit


@pytest.mark.parametrize("is_cut", [True, False])
def test_what_was_cut_is_never_approved_unseen(*, is_cut: bool) -> None:
    judged = case("What a day.", history=History(is_cut=is_cut))
    regular = case("What a day.", history=History(is_cut=is_cut, approved_by_people=100))

    assert [signal.action for signal in cut_short(judged)] == [Action.REVIEW] * is_cut
    assert judge(judged, Scorer()).action is (Action.REVIEW if is_cut else Action.APPROVE)
    assert judge(regular, Scorer()).action is (Action.REVIEW if is_cut else Action.APPROVE)
