"""Which words moved most between two models, in the comments that were compared."""

from collections.abc import Iterator, Mapping

from moderation.classifier.features import grams
from moderation.classifier.gate.report import Moved, Words
from moderation.classifier.model import Classifier
from moderation.classifier.sequences import Sequences

_SHOWN = 12
# A word of fewer comments tells more of those comments than of the site.
_FEWEST_COMMENTS = 3
_NEGLIGIBLE = 1e-3
_DIGITS = 3


def words(serving: Classifier, candidate: Classifier, texts: Sequences) -> Words:
    """Find the words and pairs whose change weighs most, each change counted as often as they occur."""
    before, after = _weights(serving), _weights(candidate)
    moved = [
        Moved(
            words=name.removeprefix("\t"),
            before=round(_weight(name, before), _DIGITS),
            after=round(_weight(name, after), _DIGITS),
            comments=comments,
        )
        for name, comments in _frequent(texts)
        if any(letter.isalnum() for letter in name)
    ]
    moved = [one for one in moved if abs(one.after - one.before) > _NEGLIGIBLE]
    moved.sort(key=lambda one: (-abs(one.after - one.before) * one.comments, one.words))
    return Words(
        against=tuple(one for one in moved if one.after > one.before)[:_SHOWN],
        in_favour=tuple(one for one in moved if one.after < one.before)[:_SHOWN],
    )


def _weights(classifier: Classifier) -> Mapping[str, float]:
    learnt = classifier.weights
    return dict(zip(learnt.vocabulary, learnt.grams[:, 0].tolist(), strict=True))


def _weight(name: str, weights: Mapping[str, float]) -> float:
    """Say what a word or a pair adds: of a word, all of its pieces too, as it is never met without."""
    parts = grams(name.removeprefix("\t")) if name.startswith("\t") else [name]
    return sum(weights.get(part, 0.0) for part in parts)


def _frequent(texts: Sequences) -> Iterator[tuple[str, int]]:
    """Give the grams that are words and pairs, and in how many of the texts they occur."""
    for word, number in zip(texts.words.names, texts.word_frequencies().tolist(), strict=True):
        # The name of a group is no gram by itself.
        if number >= _FEWEST_COMMENTS and grams(word):
            yield f"\t{word}", number
    pairs, numbers = texts.frequent_pairs(_FEWEST_COMMENTS)
    yield from zip(map(texts.words.pair, pairs.tolist()), numbers.tolist(), strict=True)
