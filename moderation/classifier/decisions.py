"""Decisions as columns, ready to be learnt from: what each comment says, and what was made of it.

They are read one after another, and only numbers stay in memory: a million of them take some hundred
megabytes. Their texts wait in a file for who asks for them.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar, overload

import numpy as np

from moderation.classifier.counting import Progress, silence
from moderation.classifier.examples import Example, mark
from moderation.classifier.filed import Filed
from moderation.classifier.fitting import Flags, Numbers
from moderation.classifier.model import HEADS, Classifier
from moderation.classifier.sequences import Places, Reader, Sequences
from moderation.text import Normalised, normalise

# One comment that stands for a hundred must not teach as much as a hundred: whatever else it holds
# would be taken for their reason.
_MOST_TAUGHT = 10.0
# Circumstances of fewer comments tell more of those comments than of the site.
_FEWEST = 3
_AT_ONCE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_NUMBER = -1

_Name = TypeVar("_Name")


@dataclass(frozen=True, slots=True, eq=False)
class Decisions(Sequence[Example]):
    """Decisions in their order, the oldest first: row i of every column is of the same comment.

    As a sequence it gives each as it came, and reads its text anew.
    """

    rejected: Flags
    # How much each teaches; 1 on average.
    weights: Numbers
    # What the base says: a column for each of its heads.
    said: Numbers
    # What the rules added to the log-odds.
    rules: Numbers
    words: Sequences
    circumstances: tuple[str, ...]
    # A column for each of the circumstances.
    present: Flags
    # How many comments each speaks for.
    stands_for: Numbers
    kept: "_Kept"
    numbers: Places

    def __len__(self) -> int:
        """How many decisions there are."""
        return len(self.rejected)

    def of(self, chosen: Flags | Places | slice) -> "Decisions":
        """Keep some of the rows, and all columns."""
        rows = np.arange(len(self))[chosen]
        return replace(
            self,
            rejected=self.rejected[chosen],
            weights=self.weights[chosen],
            said=self.said[chosen],
            rules=self.rules[chosen],
            words=self.words.of(rows),
            present=self.present[chosen],
            stands_for=self.stands_for[chosen],
            numbers=self.numbers[chosen],
        )

    def __iter__(self) -> Iterator[Example]:
        """Give each as it came."""
        texts = self.kept.texts.read(self.numbers)
        for number, text in zip(self.numbers.tolist(), texts, strict=True):
            yield self.kept.example(number, text)

    @overload
    def __getitem__(self, place: int) -> Example: ...
    @overload
    def __getitem__(self, place: slice) -> "Decisions": ...
    def __getitem__(self, place: int | slice) -> "Example | Decisions":
        """Give one as it came, or some."""
        if isinstance(place, slice):
            return self.of(place)
        return next(iter(self.of(np.array([place]))))


def read(
    base: Classifier,
    examples: Iterable[Example],
    progress: Progress = silence,
    *,
    total: int | None = None,
    folder: Path | None = None,
) -> Decisions:
    """Read examples in any order, ask the base about each, and put them in theirs.

    `total` is how many there are, where they cannot say. On the disk of `folder` there must be room
    for their texts.
    """
    kept, reader, said = _Kept(folder), Reader(), array("d")
    expected = len(examples) if isinstance(examples, Sized) else total or 0
    some: list[Normalised] = []

    def ask() -> None:
        progress("read the comments", len(kept), max(expected, len(kept)))
        said.frombytes(base.logits(some).tobytes())
        some.clear()

    for example in examples:
        kept.add(example)
        text = normalise(example.text)
        reader.add(text)
        some.append(text)
        if len(some) == _AT_ONCE:
            ask()
    ask()
    order = kept.order()
    weights = kept.weights()[order]
    names, present = kept.circumstances(order)
    shares = _numbers(kept.shares)[order]
    taught = weights * np.minimum(1 / shares, _MOST_TAUGHT)
    return Decisions(
        rejected=kept.rejected_ones()[order],
        # Only their proportions matter; the regularisation expects an average of 1.
        weights=taught / taught.mean() if len(taught) else taught,
        said=_numbers(said).reshape(-1, len(HEADS))[order],
        rules=_numbers(kept.rules)[order],
        words=reader.done(order),
        circumstances=names,
        present=present,
        stands_for=weights / shares,
        kept=kept,
        numbers=order,
    )


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


class _Kept:
    """Examples by number, as they came, from 0 on."""

    def __init__(self, folder: Path | None) -> None:
        self.texts = Filed(folder)
        self.rules = array("d")
        self.shares = array("d")
        self._moments = array("q")
        self._marks = array("Q")
        self._rejected = array("b")
        self._weights = array("d")
        self._comments = array("q")
        # There are few reasons, and few sets of circumstances.
        self._reasons: _Numbered[str | None] = _Numbered()
        self._reason_of = array("i")
        self._sets: _Numbered[tuple[str, ...]] = _Numbered()
        self._set_of = array("i")

    def __len__(self) -> int:
        return len(self._moments)

    def add(self, example: Example) -> None:
        self.texts.add(example.text)
        self.rules.append(example.rules)
        self.shares.append(example.share)
        self._moments.append((example.decided_at - _EPOCH) // _MICROSECOND)
        self._marks.append(mark(example.text))
        self._rejected.append(example.rejected)
        self._weights.append(example.weight)
        self._comments.append(_NO_NUMBER if example.comment is None else example.comment)
        self._reason_of.append(self._reasons.place(example.reason))
        self._set_of.append(self._sets.place(example.circumstances))

    def example(self, number: int, text: str) -> Example:
        comment = self._comments[number]
        return Example(
            text=text,
            rejected=bool(self._rejected[number]),
            decided_at=_EPOCH + self._moments[number] * _MICROSECOND,
            weight=self._weights[number],
            share=self.shares[number],
            reason=self._reasons.names[self._reason_of[number]],
            circumstances=self._sets.names[self._set_of[number]],
            rules=self.rules[number],
            comment=None if comment == _NO_NUMBER else comment,
        )

    def order(self) -> Places:
        """Give the order of `in_order`: the last key is the first to sort by."""
        if not len(self):
            return np.empty(0, np.int64)
        keys = (
            self.rules,
            self.shares,
            self._weights,
            self._rejected,
            self._marks,
            self._moments,
        )
        return np.lexsort([np.array(key) for key in keys])

    def rejected_ones(self) -> Flags:
        return np.array(self._rejected, np.bool_)

    def weights(self) -> Numbers:
        return _numbers(self._weights)

    def circumstances(self, order: Places) -> tuple[tuple[str, ...], Flags]:
        """Name the circumstances of enough comments, and say of each comment which were there."""
        sets = np.array(self._set_of, np.int64)[order]
        times: Counter[str] = Counter()
        known = self._sets.names
        for one, number in zip(known, np.bincount(sets, minlength=len(known)).tolist(), strict=True):
            times.update(dict.fromkeys(one, number))
        names = tuple(sorted(name for name, number in times.items() if number >= _FEWEST))
        held = np.array([[name in one for name in names] for one in known], np.bool_)
        return names, held.reshape(len(known), len(names))[sets]


def _numbers(values: "array[float]") -> Numbers:
    return np.array(values, np.float64)
