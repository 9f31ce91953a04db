"""The words of many texts as numbers, in their order: all that grams and pairs are made of.

A word's pieces are always the same. So they are kept once for each word and not for each text, which
takes a tenth of the memory, and a tenth of the time of each sum over all texts.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from moderation.classifier.features import (
    REPEATING,
    SHOUTING,
    SOMEONE,
    cut,
    grams,
    manners,
    pair,
    spoken,
)
from moderation.text import Normalised

Places = NDArray[np.int64]
Pairs = NDArray[np.uint64]
Numbered = TypeVar("Numbered", Places, Pairs)

MANNERS = (SHOUTING, REPEATING)

# Of so many texts at once, all pairs are sorted.
_AT_ONCE = 10_000
# Puts the numbers of two words, or of a text and a word, into one.
_HALF = np.uint64(32)
_BITS = 64
_LOW = np.uint64(0xFFFF_FFFF)
# Up to so many, pairs are simply sorted. Of more, those that cannot be frequent are left out first.
_SORTED_AT_ONCE = 8_000_000
_BUCKETS = 24
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)


class Words(NamedTuple):
    """Words by number, and of each the grams that it contributes by itself."""

    names: list[str]
    # By which number a word is spoken; of punctuation, -1; of a name of a group, that of SOMEONE.
    spoken_as: NDArray[np.int64]
    grams: list[str]
    # The grams of word i, some of them more than once: columns[starts[i]:starts[i + 1]].
    starts: Places
    columns: NDArray[np.int32]

    def spoken(self, number: int) -> str:
        """Give the word that is spoken by that number."""
        return self.names[number] if number < len(self.names) else SOMEONE

    def numbers_spoken(self) -> dict[str, int]:
        """Give the numbers by which words are spoken."""
        found = {
            name: number for number, name in enumerate(self.names) if self.spoken_as[number] == number
        }
        return found | {SOMEONE: len(self.names)}

    def pair(self, both: int) -> str:
        """Name a pair of words."""
        return pair(self.spoken(both >> int(_HALF)), self.spoken(both & int(_LOW)))


def both_in_one(first: int, second: int) -> int:
    """Put the numbers of two words into one."""
    return first << int(_HALF) | second


class Block(NamedTuple):
    """What some texts say: the text of each entry, counted from the first, and a word or a pair."""

    texts: Places
    said: NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """The words of some texts, in the order of `rows`, which may be some of all that were read."""

    words: Words
    numbers: NDArray[np.int32]
    starts: Places
    # For each text a bit for each of MANNERS.
    manners: NDArray[np.uint8]
    rows: Places

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.rows)

    def of(self, rows: Places) -> "Sequences":
        """Take some of the texts, by their places among these."""
        return replace(self, rows=self.rows[rows])

    def beside(self, others: "Sequences") -> "Sequences":
        """Put other texts behind these; they must have been read together."""
        if self.words is not others.words:
            raise ValueError("texts that were not read together have other numbers for words")
        return replace(self, rows=np.concatenate([self.rows, others.rows]))

    def blocks(self) -> Iterator["Sequences"]:
        """Take some thousand texts after another."""
        for begin in range(0, len(self), _AT_ONCE):
            yield replace(self, rows=self.rows[begin : begin + _AT_ONCE])

    def distinct_words(self) -> Block:
        """Name each word of each text once. Of one block."""
        texts, numbers = self._flat()
        found = distinct(texts.astype(np.uint64) << _HALF | numbers.astype(np.uint64))
        return Block((found >> _HALF).astype(np.int64), found & _LOW)

    def distinct_pairs(self) -> Block:
        """Name each pair of each text once. Of one block."""
        texts, numbers = self._flat()
        said = self.words.spoken_as[numbers]
        heard = said >= 0
        texts, said = texts[heard].astype(np.uint64), said[heard].astype(np.uint64)
        follow = texts[1:] == texts[:-1]
        texts, first, second = texts[1:][follow], said[:-1][follow], said[1:][follow]
        bits = len(self.words.names).bit_length()
        if len(self).bit_length() + 2 * bits <= _BITS:
            # A text and its two words go into one number, which is sorted ten times as fast.
            one, two = np.uint64(bits), np.uint64(2 * bits)
            found = distinct(texts << two | first << one | second)
            mask = np.uint64((1 << bits) - 1)
            return Block((found >> two).astype(np.int64), (found >> one & mask) << _HALF | found & mask)
        every, places = np.unique(first << _HALF | second, return_inverse=True)
        found = distinct(texts << _HALF | places.astype(np.uint64))
        return Block((found >> _HALF).astype(np.int64), every[(found & _LOW).astype(np.int64)])

    def with_manner(self, place: int) -> NDArray[np.bool_]:
        """Say of each text whether it is written in one of MANNERS."""
        found: NDArray[np.bool_] = (self.manners[self.rows] >> place & 1).astype(np.bool_)
        return found

    def word_frequencies(self) -> Places:
        """Say in how many texts each word occurs."""
        found = np.zeros(len(self.words.names), np.int64)
        for block in self.blocks():
            found += np.bincount(block.distinct_words().said.astype(np.int64), minlength=len(found))
        return found

    def frequent_pairs(self, fewest: int) -> tuple[Pairs, Places]:
        """Find the pairs that occur in at least so many texts, in order, and in how many they do."""
        most = int(np.diff(self.starts)[self.rows].sum())
        bound = self._bound() if most > _SORTED_AT_ONCE else None
        room = most if bound is None else int(bound[bound >= fewest].sum())
        found = np.empty(room, np.uint64)
        filled = 0
        for block in self.blocks():
            said = block.distinct_pairs().said
            if bound is not None:
                said = said[bound[_bucket(said)] >= fewest]
            found[filled : filled + len(said)] = said
            filled += len(said)
        found = found[:filled]
        found.sort()
        begins = np.flatnonzero(np.append(True, found[1:] != found[:-1])) if filled else np.empty(0, int)
        times = np.diff(np.append(begins, filled))
        kept = times >= fewest
        return found[begins[kept]], times[kept]

    def _bound(self) -> NDArray[np.int32]:
        """Count pairs in buckets, several in each: no pair is more frequent than its bucket says."""
        found = np.zeros(1 << _BUCKETS, np.int32)
        for block in self.blocks():
            np.add.at(found, _bucket(block.distinct_pairs().said), np.int32(1))
        return found

    def _flat(self) -> tuple[Places, NDArray[np.int32]]:
        begins = self.starts[self.rows]
        lengths = self.starts[self.rows + 1] - begins
        ends = np.cumsum(lengths)
        texts = np.repeat(np.arange(len(self.rows)), lengths)
        places = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        return texts, self.numbers[places + np.repeat(begins, lengths)]


class Reader:
    """Reads texts one after another. What it has read takes four bytes a word."""

    def __init__(self) -> None:
        """Begin with no text."""
        self._known: dict[str, int] = {}
        self._numbers = array("i")
        self._starts = array("q", [0])
        self._manners = array("B")

    def add(self, text: Normalised) -> None:
        """Read one more text."""
        known = self._known
        words = cut(text.text)
        self._numbers.extend([known.setdefault(word, len(known)) for word in words])
        self._starts.append(len(self._numbers))
        said = spoken(words)
        found = manners(text, len(said), len(set(said)))
        self._manners.append(sum(1 << place for place, one in enumerate(MANNERS) if one in found))

    def done(self, order: Places | None = None) -> Sequences:
        """Give what was read, in this order; words are numbered as they first come in it."""
        names = list(self._known)
        self._known = {}
        numbers = np.frombuffer(self._numbers, np.int32) if self._numbers else np.empty(0, np.int32)
        starts = np.frombuffer(self._starts, np.int64)
        manners_of = np.frombuffer(self._manners, np.uint8) if self._manners else np.empty(0, np.uint8)
        every = np.arange(len(manners_of))
        if order is not None and not np.array_equal(order, every):
            lengths = np.diff(starts)[order]
            ends = np.cumsum(lengths)
            places = np.arange(len(numbers)) + np.repeat(starts[order] - (ends - lengths), lengths)
            numbers, manners_of = numbers[places], manners_of[order]
            starts = np.concatenate(([0], ends))
            _, firsts = np.unique(numbers, return_index=True)
            ranks = np.argsort(firsts)
            renumbered = np.empty(len(names), np.int32)
            renumbered[ranks] = np.arange(len(names), dtype=np.int32)
            names, numbers = [names[place] for place in ranks.tolist()], renumbered[numbers]
        return Sequences(_words(names), numbers, starts, manners_of, every)


def read(texts: Iterable[Normalised]) -> Sequences:
    """Read texts in their order."""
    reader = Reader()
    for text in texts:
        reader.add(text)
    return reader.done()


def distinct(numbers: Numbered) -> Numbered:
    """Sort numbers, in place, and give each once; faster than np.unique, which looks them up."""
    numbers.sort()
    first = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    found: Numbered = numbers[first]
    return found


def _words(names: list[str]) -> Words:
    places: dict[str, int] = {}
    columns, starts = array("i"), array("q", [0])
    spoken_as = np.full(len(names), -1, np.int64)
    for number, name in enumerate(names):
        columns.extend([places.setdefault(gram, len(places)) for gram in grams(name)])
        starts.append(len(columns))
        for said in spoken([name]):
            spoken_as[number] = len(names) if said == SOMEONE else number
    return Words(
        names,
        spoken_as,
        list(places),
        np.frombuffer(starts, np.int64),
        np.frombuffer(columns, np.int32) if columns else np.empty(0, np.int32),
    )


def _bucket(pairs: Pairs) -> Places:
    # Multiplication spreads neighbours over all buckets; of the product the upper bits depend on all.
    return (pairs * _SPREAD >> np.uint64(64 - _BUCKETS)).astype(np.int64)
