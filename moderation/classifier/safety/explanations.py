"""Measure explanations: whether the words' contributions add up, and are where they say they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.classifier.counting import Progress, silence
from moderation.classifier.features import cut
from moderation.classifier.model import Classifier
from moderation.classifier.safety.honest import plainly
from moderation.text import normalise

GAP = 1e-6

_TELL_EVERY = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """How well the explanations of some texts fit."""

    texts: int
    words: int
    # The largest distance between a score and the sum of what explains it.
    widest_gap: float
    # Texts in which a span cuts out something else than the word that it speaks of.
    astray: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the bar holds for every text."""
        return self.widest_gap <= GAP and not self.astray


_OURS = "so many letters of our own stand beside it "


def measure(classifier: Classifier, texts: Sequence[str], *, progress: Progress = silence) -> Figures:
    """Explain every text, add up the contributions, and look up every span in the text as sent."""
    words, widest, astray = 0, 0.0, []
    for number, text in enumerate(texts):
        if number % _TELL_EVERY == 0:
            progress("explanations", number, len(texts))
        read = normalise(text)
        explained = classifier.explain(read)
        total = classifier.intercept + sum(word.weight for word in explained)
        widest = max(widest, abs(total - classifier.score(read).rejection))
        words += len(explained)
        named = cut(read.text)
        cut_out = [text[slice(*word.span)] for word in explained]
        if len(cut_out) != len(named) or not all(map(fits, cut_out, named)):
            astray.append(text)
    progress("explanations", len(texts), len(texts))
    return Figures(len(texts), words, widest, tuple(astray))


def fits(cut_out: str, word: str) -> bool:
    """Whether the text cut out is the word as it was sent."""
    read = normalise(cut_out).text
    # Some words stand as they were sent only for what is around them, as in an address. And what was
    # spaced out, or split by a mark, is put together only where more of it stands around.
    if word in {read, plainly(cut_out).text} or _is_spelt_out(read, word):
        return True
    # Letters of other scripts pass for ours only beside ours.
    if normalise(_OURS + cut_out).text == _OURS + word:
        return True
    # One character may be spelt out as several, of which a word has only some: Thai “ำ”, or “İ”.
    # The word's place is then the smallest that holds it.
    return word in read and not any(
        word in normalise(shorter).text for shorter in (cut_out[1:], cut_out[:-1])
    )


def _is_spelt_out(text: str, word: str) -> bool:
    """Whether a text is a word with something between its letters, and with nothing around it."""
    if len(text) == len(word) == 1:
        # A sign that stands for a letter, which only the letters around it tell.
        return not (text.isalnum() or text.isspace())
    letters = "".join(filter(str.isalnum, text))
    readings = {"".join(text.split()), letters, normalise(letters).text}
    return (text[:1], text[-1:]) == (word[0], word[-1]) and word in readings
