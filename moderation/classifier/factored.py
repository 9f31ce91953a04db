"""Texts by grams, as a product of two sparse tables: what each text says, and what each word is made of.

The product would hold hundreds of numbers a text; the factors hold some dozens. Knows nothing of labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import length_factor
from moderation.classifier.sequences import MANNERS, Block, Pairs, Places, Sequences, Words, both_in_one

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Factored:
    """How often each text holds each gram that occurs in enough of them, weighed by the text's length.

    A text's row is factors[i] * (says[i] @ made_of), where `says` has a column for each word, pair and
    manner, and `made_of` has a row for each.
    """

    # Some thousand texts each, below one another. Of a text, each word and pair counts once.
    says: Sequence[Any]
    factors: Numbers
    # Words by those of their grams that are kept. Pairs and manners are grams by themselves.
    made_of: Any
    words: Words
    # Numbers of the grams of words that are kept.
    kept: Places
    pairs: Pairs
    manners: tuple[int, ...]
    # In how many texts each gram occurs, in the order of `names`.
    frequencies: Numbers
    # Of each text the number of its grams, also of those that are not kept.
    totals: Places

    @property
    def shape(self) -> tuple[int, int]:
        """How many texts and how many grams there are."""
        return len(self.totals), len(self.frequencies)

    def names(self, chosen: Places) -> list[str]:
        """Name some of the grams, by their places in ascending order."""
        grams, pairs = len(self.kept), len(self.kept) + len(self.pairs)
        first, second = np.searchsorted(chosen, (grams, pairs))
        return [
            *(self.words.grams[number] for number in self.kept[chosen[:first]].tolist()),
            *(self.words.pair(both) for both in self.pairs[chosen[first:second] - grams].tolist()),
            *(MANNERS[self.manners[place]] for place in (chosen[second:] - pairs).tolist()),
        ]

    def sums(self, weights: Numbers) -> Numbers:
        """Add up for each text the weights of its grams: the table times a column."""
        grams = len(self.kept)
        said = np.concatenate([self.made_of @ weights[:grams], weights[grams:]])
        found: Numbers = np.concatenate([block @ said for block in self.says])
        return found * self.factors

    def gathered(self, amounts: Numbers) -> Numbers:
        """Add up for each gram the amounts of the texts that hold it: a row times the table."""
        weighed, begin = amounts * self.factors, 0
        said = np.zeros(len(self.words.names) + len(self.pairs) + len(self.manners))
        for block in self.says:
            said += block.T @ weighed[begin : begin + block.shape[0]]
            begin += block.shape[0]
        words = len(self.words.names)
        return np.concatenate([self.made_of.T @ said[:words], said[words:]])


def factored(texts: Sequences, *, fewest: int, length_offset: float) -> Factored:
    """Count the grams of texts that occur in at least so many of them."""
    from scipy import sparse  # noqa: PLC0415 - takes long to import, and only training comes here

    words = texts.words
    pairs, pair_frequencies = texts.frequent_pairs(fewest)
    number_of_words, number_of_grams = len(words.names), len(words.grams)
    every = _made_of(words)
    grams_of_word = np.diff(words.starts)
    frequencies = np.zeros(number_of_grams, np.int64)
    manners = tuple(place for place in range(len(MANNERS)) if texts.with_manner(place).sum() >= fewest)
    width = number_of_words + len(pairs) + len(manners)
    says, totals, most = [], [], 0
    for block in texts.blocks():
        holds, both = block.distinct_words(), block.distinct_pairs()
        number = holds.said.astype(np.int32)
        entries = _rows(len(block), holds.texts, number)
        held = sparse.csr_array((np.ones(len(number)), *entries), shape=(len(block), number_of_words))
        frequencies += np.bincount((held @ every).indices, minlength=number_of_grams)
        totals.append(_totals(len(block), holds, both, grams_of_word))
        frequent = _found_in(pairs, both)
        written = [np.flatnonzero(block.with_manner(place)) for place in manners]
        first = number_of_words + len(pairs)
        columns: list[NDArray[np.int64]] = [
            number.astype(np.int64),
            frequent.said.astype(np.int64) + number_of_words,
        ]
        columns += [np.full(len(some), first + at) for at, some in enumerate(written)]
        rows = np.concatenate([holds.texts, frequent.texts, *written])
        says.append(_rows(len(block), rows, np.concatenate(columns)))
        most = max(most, len(says[-1][0]))
    # One array of ones for all: as many more would take twice the memory of the columns.
    ones = np.ones(most)
    kept = np.flatnonzero(frequencies >= fewest)
    found = np.concatenate(totals) if totals else np.empty(0, np.int64)
    return Factored(
        says=[
            sparse.csr_array(
                (ones[: len(columns)], columns, starts), shape=(len(starts) - 1, width), copy=False
            )
            for columns, starts in says
        ],
        factors=length_factor(found, length_offset),
        made_of=every[:, kept],
        words=words,
        kept=kept,
        pairs=pairs,
        manners=manners,
        frequencies=np.concatenate(
            [
                frequencies[kept],
                pair_frequencies,
                [texts.with_manner(place).sum() for place in manners],
            ]
        ).astype(np.float64),
        totals=found,
    )


def said(
    texts: Sequences, names: Sequence[str], weights: NDArray[Any], *, length_offset: float
) -> Numbers:
    """Add up for each text the weights of its grams, which have a row each, in the order of `names`.

    The result has a row a text, and the columns of the weights. It is what a classifier says without
    its intercepts, but for the last digits.
    """
    from scipy import sparse  # noqa: PLC0415 - see above

    words, width = texts.words, weights.shape[1]
    places = {name: place for place, name in enumerate(names)}
    of_grams = np.array([places.get(gram, -1) for gram in words.grams], np.int64)
    known = np.flatnonzero(of_grams >= 0)
    of_words = _made_of(words)[:, known] @ weights[of_grams[known]].astype(np.float64)
    pairs, of_pairs = _pairs(words, names)
    of_pairs = weights[of_pairs].astype(np.float64)
    grams_of_words = np.diff(words.starts)
    found: list[Numbers] = []
    for block in texts.blocks():
        holds, both = block.distinct_words(), block.distinct_pairs()
        sums = np.zeros((len(block), width))
        for one, values in (
            (Block(holds.texts, holds.said), of_words),
            (_found_in(pairs, both), of_pairs),
        ):
            columns, starts = _rows(len(block), one.texts, one.said.astype(np.int64))
            shape = (len(block), len(values))
            sums += sparse.csr_array((np.ones(len(columns)), columns, starts), shape=shape) @ values
        for place, manner in enumerate(MANNERS):
            if manner in places:
                sums += np.outer(block.with_manner(place), weights[places[manner]])
        factors = length_factor(_totals(len(block), holds, both, grams_of_words), length_offset)
        found.append(sums * factors[:, np.newaxis])
    return np.concatenate(found) if found else np.empty((0, width))


def _made_of(words: Words) -> Any:
    """Count the grams of words: a row a word."""
    from scipy import sparse  # noqa: PLC0415 - see above

    return sparse.csr_array(
        (np.ones(len(words.columns)), words.columns, words.starts),
        shape=(len(words.names), len(words.grams)),
    )


def _pairs(words: Words, names: Sequence[str]) -> tuple[Pairs, Places]:
    """Find which of the named grams are pairs of these words: give them in order, and their places."""
    numbers = words.numbers_spoken()
    pairs, places = [], []
    for place, name in enumerate(names):
        # Other grams have a space at most at their ends.
        if " " in name[1:-1]:
            first, second = (numbers.get(word) for word in name.split(" "))
            if first is not None and second is not None:
                pairs.append(both_in_one(first, second))
                places.append(place)
    order = np.argsort(np.array(pairs, np.uint64))
    return np.array(pairs, np.uint64)[order], np.array(places, np.int64)[order]


def _found_in(pairs: Pairs, block: Block) -> Block:
    """Keep what is among the pairs, by its place there."""
    places = np.searchsorted(pairs, block.said)
    known = places < len(pairs)
    known[known] = pairs[places[known]] == block.said[known]
    return Block(block.texts[known], places[known].astype(np.uint64))


def _totals(number: int, holds: Block, both: Block, grams_of_words: Places) -> Places:
    """Count the grams of each text, known or not."""
    of_words = np.bincount(holds.texts, grams_of_words[holds.said.astype(np.int64)], minlength=number)
    found: Places = of_words.astype(np.int64) + np.bincount(both.texts, minlength=number)
    return found


def _rows(
    number: int, rows: Places, columns: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Arrange entries by rows: give their columns, and where each row starts."""
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=number))))
    return columns[order].astype(np.int32), starts.astype(np.int32)
