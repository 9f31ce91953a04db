"""Count the grams of many texts into one sparse table. Knows nothing of labels."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import cut, grams, length_factor, manners, pair, spoken
from moderation.text import normalise

Progress = Callable[[str, int, int], None]
"""Told of a long step's name, how much of it is done, and how much there is."""

_TELL_EVERY = 1_000


def silence(_step: str, _done: int, _total: int) -> None:
    """Tell nobody of the progress."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Gram counts in compressed rows: row i holds columns[starts[i]:starts[i + 1]]."""

    names: list[str]
    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    counts: NDArray[np.float32]
    # The number of grams in each text, also of those that are no column.
    totals: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.totals)), np.diff(self.starts))

    def frequencies(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Say in how many texts each gram occurs, each text counted with its weight."""
        weighed = None if weights is None else weights[self.rows]
        return np.bincount(self.columns, weighed, minlength=len(self.names)).astype(np.float64)

    def shares(self, offset: float) -> NDArray[np.float32]:
        """Give the counts with the length factor of their texts."""
        factors = length_factor(self.totals, offset).astype(np.float32)
        return self.counts * factors[self.rows]

    def of(self, chosen: NDArray[np.bool_]) -> "Counts":
        """Keep some of the texts, and all of the grams."""
        lengths = np.diff(self.starts)[chosen]
        present = chosen[self.rows]
        return Counts(
            names=self.names,
            starts=np.concatenate(([0], np.cumsum(lengths))),
            columns=self.columns[present],
            counts=self.counts[present],
            totals=self.totals[chosen],
        )

    def seen_in(self, texts: int) -> "Counts":
        """Keep the grams that occur in at least so many texts."""
        return self.keeping(self.frequencies() >= texts)

    def keeping(self, chosen: NDArray[np.bool_]) -> "Counts":
        """Keep some of the grams, and all of the texts."""
        kept = np.flatnonzero(chosen)
        places = np.full(len(self.names), -1, np.int32)
        places[kept] = np.arange(len(kept), dtype=np.int32)
        moved = places[self.columns]
        present = moved >= 0
        held = np.concatenate(([0], np.cumsum(present)))
        return Counts(
            names=[self.names[index] for index in kept],
            starts=held[self.starts],
            columns=moved[present],
            counts=self.counts[present],
            totals=self.totals,
        )


def count(texts: Sequence[str], progress: Progress = silence) -> Counts:
    """Count every gram of every text."""
    places: dict[str, int] = {}
    known: dict[str, NDArray[np.int32]] = {}

    def place(names: Iterable[str]) -> NDArray[np.int32]:
        return np.fromiter((places.setdefault(name, len(places)) for name in names), np.int32)

    columns: list[NDArray[np.int32]] = []
    counts: list[NDArray[np.float32]] = []
    totals: list[int] = []
    for number, text in enumerate(texts):
        if number % _TELL_EVERY == 0:
            progress("count the words", number, len(texts))
        read = normalise(text)
        found = cut(read.text)
        said = spoken(found)
        # Each word counts once: who says it again and again says no more. The pieces of a word
        # are always the same, and most words come again.
        distinct = dict.fromkeys(found)
        for word in distinct:
            if word not in known:
                known[word] = place(grams(word))
        every = [known[word] for word in distinct]
        every.append(place(dict.fromkeys(map(pair, said, said[1:]))))
        totals.append(sum(map(len, every)))
        every.append(place(manners(read, len(said), len(set(said)))))
        here, times = np.unique(np.concatenate(every), return_counts=True)
        columns.append(here)
        counts.append(times.astype(np.float32))
    progress("count the words", len(texts), len(texts))
    return Counts(
        names=list(places),
        starts=np.concatenate(([0], np.cumsum([len(row) for row in columns], dtype=np.int64))),
        columns=np.concatenate(columns) if columns else np.empty(0, np.int32),
        counts=np.concatenate(counts) if counts else np.empty(0, np.float32),
        totals=np.array(totals, np.int64),
    )
