"""Words that came up: in many more comments of the last full week than of the weeks before.

Only words that several authors used in several comments are told, so that a page shows nothing that one
person wrote. Texts are read for that, and nothing of them is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import exp, lgamma, log
from typing import NamedTuple

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from moderation.access import Access
from moderation.figures.drift import WEEK, full_weeks, midnight, of
from moderation.store.tables import Comment, Site
from moderation.text import normalise, word_list

WEEKS_BEFORE = 4
FEWEST_COMMENTS = 5
FEWEST_AUTHORS = 2
MOST = 20
"""So many words at most are told."""

# The latest of a week are looked at, and of each the beginning.
_MOST_COMMENTS = 2_000
_MOST_COMMENTS_BEFORE = 1_000
_MOST_CHARACTERS = 2_000
_SHORTEST, _LONGEST = 3, 40
# A word that is twice as frequent is no news.
_LEAST_LOG_ODDS = log(3)
# What is added to every count, so that a word that was never said before has odds too (Haldane 1956).
_PRIOR = 0.5
# In quiet weeks, one in a hundred shows a word by chance.
_BY_CHANCE = 0.01


class NewWord(NamedTuple):
    """A word, and how many comments said it: in the week, and in those before."""

    word: str
    comments: int
    comments_before: int


@dataclass(frozen=True, slots=True)
class NewWords:
    """The words that came up, the most surprising first, and on how many comments that rests."""

    first: date
    words: Sequence[NewWord]
    comments: int
    comments_before: int


class Said(NamedTuple):
    """A comment's text and whom it is from; None where that is not known."""

    author: str | None
    text: str


def new_words(session: Session, *, access: Access, site: Site | None = None, now: datetime) -> NewWords:
    """Compare the last full week with the four before, of what a moderator may see."""
    *_, last = full_weeks(now)
    firsts = [last - WEEK * before for before in range(WEEKS_BEFORE + 1)]
    latest = [
        select(
            Comment.author_key,
            func.substr(Comment.text, 1, _MOST_CHARACTERS).label("text"),
            (Comment.received_at >= midnight(last)).label("is_of_the_week"),
        )
        .where(
            *of(Comment.site_id, access, site),
            Comment.received_at >= midnight(first),
            Comment.received_at < midnight(first + WEEK),
            Comment.superseded.is_(False),
            Comment.erased_at.is_(None),
        )
        .order_by(Comment.received_at.desc())
        .limit(_MOST_COMMENTS if first == last else _MOST_COMMENTS_BEFORE)
        .subquery()
        for first in firsts
    ]
    week: list[Said] = []
    before: list[Said] = []
    for author, text, is_of_the_week in session.execute(union_all(*map(select, latest))):
        (week if is_of_the_week else before).append(Said(author, text))
    return NewWords(last, came_up(week, before), len(week), len(before))


def came_up(week: Sequence[Said], before: Sequence[Said]) -> list[NewWord]:
    """Find the words that are much more frequent in a week's comments than in those before.

    Each comment counts once for a word. Words are ranked by the logarithm of the ratio of their odds,
    and those are left out that chance alone would show in one of a hundred weeks. Where nothing came
    before, nothing is new.
    """
    if not week or not before:
        return []
    authors: dict[str, set[str | None]] = defaultdict(set)
    said: dict[str, int] = defaultdict(int)
    for one in week:
        for word in _words(one.text):
            said[word] += 1
            authors[word].add(one.author)
    candidates = {
        word: number
        for word, number in said.items()
        # Comments of unknown authors may all be one person's.
        if number >= FEWEST_COMMENTS and len(authors[word]) >= FEWEST_AUTHORS
    }
    said_before = dict.fromkeys(candidates, 0)
    for one in before:
        for word in _words(one.text) & candidates.keys():
            said_before[word] += 1
    of_all = len(week) / (len(week) + len(before))
    found = [
        (ratio, NewWord(word, number, said_before[word]))
        for word, number in candidates.items()
        if (ratio := _log_odds(number, len(week)) - _log_odds(said_before[word], len(before)))
        >= _LEAST_LOG_ODDS
        # So many words are tried that some would seem new by chance (Bonferroni).
        and _at_least(number, number + said_before[word], of_all) <= _BY_CHANCE / len(candidates)
    ]
    found.sort(key=lambda one: (-one[0], one[1].word))
    return [word for _, word in found[:MOST]]


def _words(text: str) -> set[str]:
    return {
        word
        for word in word_list(normalise(text).text)
        if _SHORTEST <= len(word) <= _LONGEST and word[0].isalpha() and not _has_digits(word)
    }


def _has_digits(letters: Iterable[str]) -> bool:
    # Numbers of telephones, accounts and houses are nobody's business.
    return any(map(str.isdigit, letters))


def _log_odds(number: int, every: int) -> float:
    return log((number + _PRIOR) / (every - number + _PRIOR))


def _at_least(number: int, every: int, share: float) -> float:
    """Return how probable it is that at least so many of all fall into a share, by chance."""
    ways = lgamma(every + 1)
    return sum(
        exp(
            ways
            - lgamma(one + 1)
            - lgamma(every - one + 1)
            + one * log(share)
            + (every - one) * log(1 - share)
        )
        for one in range(number, every + 1)
    )
