"""Decisions as columns, ready to be learnt from: what each comment says, and what was made of it.

They are read one after another, and only numbers stay: a million of them take some hundred megabytes.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sized
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import numpy as np

from moderation.circumstances import of_text
from moderation.classifier.card import Tally
from moderation.classifier.counting import Progress, silence
from moderation.classifier.examples import Example, is_set_apart, mark
from moderation.classifier.factored import said
from moderation.classifier.fitting import Flags, Numbers
from moderation.classifier.model import Classifier
from moderation.classifier.sequences import Places, Reader, Sequences
from moderation.text import normalise

# One comment that stands for a hundred must not teach as much as a hundred: whatever else it holds
# would be taken for their reason.
_MOST_TAUGHT = 10.0
# Circumstances of fewer comments tell more of those comments than of the site.
_FEWEST = 3
_TELL_EVERY = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_NUMBER = -1

_Name = TypeVar("_Name")


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Decisions in their order, the oldest first: row i of every column is of the same comment."""

    rejected: Flags
    # How much each teaches; 1 on average.
    weights: Numbers
    # How many comments each speaks for.
    stands_for: Numbers
    # How many decisions each counts as: near copies come to one together.
    counts: Numbers
    # Why they were rejected, and the place of each one's own; below 0 where none was given.
    reasons: tuple[str, ...]
    reason_of: Places
    # What the base says: a column for each of its heads. Empty where no base was asked.
    said: Numbers
    # What the rules added to the log-odds.
    rules: Numbers
    words: Sequences
    # Those of enough comments, and a column for each.
    circumstances: tuple[str, ...]
    present: Flags
    # All sets of circumstances, and the place of each comment's own.
    sets: tuple[tuple[str, ...], ...]
    set_of: Places
    # By lot, whether a comment is to be set apart.
    frozen: Flags
    # Microseconds since 1970.
    moments: Places
    # The comment's number; below 0 where it has none.
    comments: Places
    # In which place it came.
    places: Places

    def __len__(self) -> int:
        """How many decisions there are."""
        return len(self.rejected)

    def of(self, chosen: Flags | Places) -> "Decisions":
        """Keep some of the rows, and all columns."""
        rows = np.arange(len(self))[chosen]
        return replace(
            self,
            rejected=self.rejected[rows],
            weights=self.weights[rows],
            stands_for=self.stands_for[rows],
            counts=self.counts[rows],
            reason_of=self.reason_of[rows],
            said=self.said[rows],
            rules=self.rules[rows],
            words=self.words.of(rows),
            present=self.present[rows],
            set_of=self.set_of[rows],
            frozen=self.frozen[rows],
            moments=self.moments[rows],
            comments=self.comments[rows],
            places=self.places[rows],
        )

    def decided_at(self, row: int) -> datetime:
        """Say when one was made."""
        return _EPOCH + int(self.moments[row]) * _MICROSECOND

    def comment(self, row: int) -> int | None:
        """Give the number of a comment, where it is stored."""
        number = int(self.comments[row])
        return None if number == _NO_NUMBER else number

    @property
    def tally(self) -> Tally:
        """Count both kinds."""
        positives = int(self.rejected.sum())
        return Tally(positives=positives, negatives=len(self) - positives)

    @property
    def has_both_kinds(self) -> bool:
        """Whether some were rejected and some approved: from one kind alone nothing can be learnt."""
        return bool(self.rejected.any() and not self.rejected.all())


def read(
    base: Classifier,
    examples: Iterable[Example],
    progress: Progress = silence,
    *,
    total: int | None = None,
) -> Decisions:
    """Read examples, and ask the base about each; like `gather`."""
    decisions = gather(examples, progress, total=total)
    return replace(decisions, said=logits(base, decisions))


def gather(
    examples: Iterable[Example], progress: Progress = silence, *, total: int | None = None
) -> Decisions:
    """Read examples in any order, each once, and put them in theirs.

    `total` is how many there are, where they cannot say.
    """
    columns, reader = _Columns(), Reader()
    expected = len(examples) if isinstance(examples, Sized) else total or 0
    for number, example in enumerate(examples):
        if number % _TELL_EVERY == 0:
            progress("read the comments", number, max(expected, number))
        text = normalise(example.text)
        columns.add(example, (*of_text(text), *example.circumstances))
        reader.add(text)
    progress("read the comments", len(columns), len(columns))
    return columns.done(reader)


def logits(classifier: Classifier, decisions: Decisions) -> Numbers:
    """Give the log-odds of every head for what each comment says, as they are served.

    But for the last digits: sums are made in another order.
    """
    learnt = classifier.weights
    found = said(decisions.words, learnt.vocabulary, learnt.grams, length_offset=learnt.length_offset)
    found += learnt.intercepts
    return found


def log_odds(classifier: Classifier, decisions: Decisions) -> Numbers:
    """Give the log-odds of rejection: the words', the circumstances', the rules'."""
    habits = [sum(one.weight for one in classifier.heeds(some)) for some in decisions.sets]
    found: Numbers = logits(classifier, decisions)[:, 0] + decisions.rules
    return found + np.array(habits, np.float64)[decisions.set_of]


class _Numbered(Generic[_Name]):
    """Names in the order in which they first came."""

    def __init__(self) -> None:
        self.names: list[_Name] = []
        self._places: dict[_Name, int] = {}

    def place(self, name: _Name) -> int:
        found = self._places.setdefault(name, len(self.names))
        if found == len(self.names):
            self.names.append(name)
        return found


class _Columns:
    """What is kept of examples, as they come."""

    def __init__(self) -> None:
        self._moments = array("q")
        self._marks = array("Q")
        self._rejected = array("b")
        self._frozen = array("b")
        self._weights = array("d")
        self._shares = array("d")
        self._rules = array("d")
        self._reasons: _Numbered[str] = _Numbered()
        self._reason_of = array("i")
        self._comments = array("q")
        # There are few sets of circumstances.
        self._sets: _Numbered[tuple[str, ...]] = _Numbered()
        self._set_of = array("i")

    def __len__(self) -> int:
        return len(self._moments)

    def add(self, example: Example, circumstances: tuple[str, ...]) -> None:
        self._moments.append((example.decided_at - _EPOCH) // _MICROSECOND)
        self._marks.append(mark(example.text))
        self._rejected.append(example.rejected)
        self._frozen.append(is_set_apart(example.text))
        self._weights.append(example.weight)
        self._shares.append(example.share)
        self._rules.append(example.rules)
        reason = example.reason if example.rejected else None
        self._reason_of.append(_NO_NUMBER if reason is None else self._reasons.place(str(reason)))
        self._comments.append(_NO_NUMBER if example.comment is None else example.comment)
        self._set_of.append(self._sets.place(circumstances))

    def done(self, reader: Reader) -> Decisions:
        reasons, reason_of = self._sorted_reasons()
        order = self._order(reason_of)
        weights, shares = np.array(self._weights)[order], np.array(self._shares)[order]
        taught = weights * np.minimum(1 / shares, _MOST_TAUGHT)
        set_of = np.array(self._set_of, np.int64)[order]
        names, present = self._circumstances(set_of)
        return Decisions(
            rejected=np.array(self._rejected, np.bool_)[order],
            # Only their proportions matter; the regularisation expects an average of 1.
            weights=taught / taught.mean() if len(taught) else taught,
            stands_for=weights / shares,
            counts=np.minimum(weights, 1.0),
            reasons=reasons,
            reason_of=reason_of[order],
            said=np.empty((len(self), 0)),
            rules=np.array(self._rules)[order],
            words=reader.done(order),
            circumstances=names,
            present=present,
            sets=tuple(self._sets.names),
            set_of=set_of,
            frozen=np.array(self._frozen, np.bool_)[order],
            moments=np.array(self._moments, np.int64)[order],
            comments=np.array(self._comments, np.int64)[order],
            places=order,
        )

    def _sorted_reasons(self) -> tuple[tuple[str, ...], Places]:
        """Name the reasons in an order that does not depend on the input, and say which is whose."""
        names = tuple(sorted(self._reasons.names))
        # The last one stands for none.
        places = np.array([*map(names.index, self._reasons.names), _NO_NUMBER], np.int64)
        return names, places[np.array(self._reason_of, np.int64)]

    def _order(self, reason_of: Places) -> Places:
        """Put the oldest first; those of one moment in an order that does not depend on the input."""
        # The last one is the first to sort by.
        keys = (
            reason_of,
            self._rules,
            self._shares,
            self._weights,
            self._rejected,
            self._marks,
            self._moments,
        )
        return np.lexsort([np.array(key) for key in keys])

    def _circumstances(self, set_of: Places) -> tuple[tuple[str, ...], Flags]:
        """Name the circumstances of enough comments, and say of each comment which were there."""
        sets = self._sets.names
        times: Counter[str] = Counter()
        for one, number in zip(sets, np.bincount(set_of, minlength=len(sets)).tolist(), strict=True):
            times.update(dict.fromkeys(one, number))
        names = tuple(sorted(name for name, number in times.items() if number >= _FEWEST))
        held = np.array([[name in one for name in names] for one in sets], np.bool_)
        return names, held.reshape(len(sets), len(names))[set_of]
