"""Which words moved most between two models, in the comments that were compared."""

from collections.abc import Mapping, Sequence

from moderation.classifier.counting import Progress, count, silence
from moderation.classifier.features import REPEATING, SHOUTING, grams, is_piece
from moderation.classifier.gate.report import Moved, Words
from moderation.classifier.model import Classifier

_SHOWN = 12
# A word of fewer comments tells more of those comments than of the site.
_FEWEST_COMMENTS = 3
_NEGLIGIBLE = 1e-3
_DIGITS = 3


def words(
    serving: Classifier, candidate: Classifier, texts: Sequence[str], *, progress: Progress = silence
) -> Words:
    """Find the words and pairs whose change weighs most, each change counted as often as they occur."""
    counts = count(texts, progress).seen_in(_FEWEST_COMMENTS)
    before, after = _weights(serving), _weights(candidate)
    moved = [
        Moved(
            words=name.removeprefix("\t"),
            before=round(_weight(name, before), _DIGITS),
            after=round(_weight(name, after), _DIGITS),
            comments=comments,
        )
        for name, comments in zip(counts.names, counts.frequencies().astype(int).tolist(), strict=True)
        if _is_shown(name)
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


def _is_shown(name: str) -> bool:
    if is_piece(name) or name in {SHOUTING, REPEATING}:
        return False
    return any(letter.isalnum() for letter in name)
