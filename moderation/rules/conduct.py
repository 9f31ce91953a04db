"""Evidence in how a comment came: its form, its script, its timing, its being an edit."""

import re
from collections.abc import Iterator
from datetime import timedelta

from moderation.rules.authors import is_known
from moderation.rules.case import Case
from moderation.rules.options import Flattery, Flood, OldPage, SubmitTime
from moderation.rules.phrases import shipped
from moderation.text import language_name, read_alike
from moderation.verdict import Action, Signal

HONEYPOT = 6.0
# A reader's browser, too, may fill in what it takes for a field of his address.
HONEYPOT_OF_KNOWN_AUTHOR = 2.0
TOO_FAST = 1.0
FLATTERY = 1.0
FLOOD = 1.0
OLD_PAGE = 0.3

# Of the letters, so many must be of the script that the classifier reads.
_READABLE_SHARE = 0.5
_LETTER = re.compile(r"[^\W\d_]")
# Letters but for those whose names in Unicode begin with LATIN, as far as normalised text has them.
_FOREIGN = re.compile(r"[^\W\d_a-zªºß-öø-ʸˠ-ˤᴀ-ᴥᴬ-ᵜᵢ-ᵥᵫ-ᵷᵹ-ᶾḀ-ỿⱠ-ⱿꜢ-ꞇꞋ-ꟍꟐ-ꟿꬰ-ꭚꭜ-ꭤꭦ-ꭩ]")
# From so many phrases on, praise is a pattern, however long the text.
_PHRASES_OF_A_PROGRAM = 4


def filled_honeypot(case: Case) -> Iterator[Signal]:
    """Something came in the form's hidden field, which only programs see."""
    if not case.draft.form.honeypot:
        return
    known = is_known(case)
    yield Signal(
        source="filled_honeypot",
        code="filled_honeypot",
        message="The form's hidden field was filled in, which readers cannot see.",
        action=Action.REVIEW if known else Action.REJECT,
        weight=HONEYPOT_OF_KNOWN_AUTHOR if known else HONEYPOT,
    )


def sent_too_fast(case: Case) -> Iterator[Signal]:
    """The form was sent sooner after it was shown than a person can read and write."""
    seconds = case.draft.form.seconds
    if seconds is not None and seconds < case.policy.options(SubmitTime).seconds:
        yield Signal(
            source="sent_too_fast",
            code="sent_too_fast",
            message=f"The form was sent {seconds:.1f} seconds after it was shown.",
            action=Action.REVIEW,
            weight=TOO_FAST,
        )


def nothing_to_read(case: Case) -> Iterator[Signal]:
    """A text that shows nothing, is disguised throughout, or is mostly in another script."""
    text = case.text.text
    if not text or text.isspace():
        code, message = "blank", "There is nothing to see in this text."
    elif not case.text.is_read:
        code, message = "disguised", "More words are disguised in this text than are looked at."
    elif not (text.isascii() or _is_readable(text)):
        code = "unread_script"
        message = "Most of this text is in a script that the classifier does not read."
    else:
        return
    yield Signal(source="nothing_to_read", code=code, message=message, action=Action.REVIEW)


def other_language(case: Case) -> Iterator[Signal]:
    """A text in a language that is none of the site's."""
    expected = case.policy.languages
    if case.language not in expected and not any(read_alike(case.language, one) for one in expected):
        *others, last = map(language_name, expected)
        ours = f"{', '.join(others)} and {last}" if others else last
        verb = "languages are" if others else "language is"
        yield Signal(
            source="other_language",
            code="other_language",
            message=f"This reads like {language_name(case.language)}; the site's {verb} {ours}.",
            action=Action.REVIEW,
        )


def generic_flattery(case: Case) -> Iterator[Signal]:
    """Praise that fits any page, beside a link or an address, from somebody the site does not know."""
    if not case.leads_somewhere or case.history.approved_by_people:
        return
    found = shipped("flattery").find(case.text.text)
    if not found:
        return
    words = case.text.text.count(" ") + 1
    if words <= case.policy.options(Flattery).words or len(found) >= _PHRASES_OF_A_PROGRAM:
        yield Signal(
            source="generic_flattery",
            code="generic_flattery",
            message="Praise that fits any page stands beside a link or an address.",
            action=Action.REVIEW,
            weight=FLATTERY,
            spans=tuple(case.text.origin(span) for span in found),
        )


def flood(case: Case) -> Iterator[Signal]:
    """More comments from one author or one range of addresses than a conversation takes."""
    history, options = case.history, case.policy.options(Flood)
    for code, count, limit, whom in (
        ("flood_from_author", history.recent_from_author + 1, options.from_author, "this author"),
        (
            "flood_from_range",
            history.recent_from_range + 1,
            options.from_range,
            "this range of addresses",
        ),
    ):
        if count > limit:
            yield Signal(
                source="flood",
                code=code,
                message=f"{count} comments from {whom} within {options.minutes:g} minutes.",
                action=Action.REVIEW,
                weight=FLOOD,
            )
            # Who floods from one address floods from its range.
            return


def old_page(case: Case) -> Iterator[Signal]:
    """A comment on a page that is long past, with a link or from somebody new."""
    published = case.draft.page.published_at
    moment = case.draft.submitted_at or case.history.now
    if published is None or moment is None:
        return
    age = moment - published
    if age <= timedelta(days=case.policy.options(OldPage).days):
        return
    author = case.draft.author
    is_new = bool(author.id or author.email) and not case.history.approved_before
    yield Signal(
        source="old_page",
        code="old_page",
        message=f"The page was published {age.days:,} days before.",
        action=Action.REVIEW if case.leads_somewhere or is_new else Action.APPROVE,
        weight=OLD_PAGE,
    )


def edited(case: Case) -> Iterator[Signal]:
    """What was judged once does not change unseen, or approval could be had for another text."""
    if case.history.is_edit:
        yield Signal(
            source="edited",
            code="edited",
            message="The comment was changed after it was first sent.",
            action=Action.REVIEW,
        )


def cut_short(case: Case) -> Iterator[Signal]:
    """What was too long or unreadable to be kept whole might be what matters."""
    if case.history.is_cut:
        yield Signal(
            source="cut_short",
            code="cut_short",
            message="Parts of what was sent were too long or unreadable, and are not here.",
            action=Action.REVIEW,
        )


def unreadable_settings(case: Case) -> Iterator[Signal]:
    """A rule whose setting cannot be read might have spoken: a person decides until it is mended."""
    for name in case.policy.unreadable_rules:
        yield Signal(
            source=name,
            code="setting_unreadable",
            message=f"The setting of the rule {name} cannot be read; set or reset it.",
            action=Action.REVIEW,
        )


def _is_readable(text: str) -> bool:
    foreign = len(_FOREIGN.findall(text))
    return not foreign or foreign <= (1 - _READABLE_SHARE) * len(_LETTER.findall(text))
