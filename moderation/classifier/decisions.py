"""Decisions as columns, ready to be learnt from: what each comment says, and what was made of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moderation.circumstances import of_text
from moderation.classifier.counting import Counts, Progress, count, silence
from moderation.classifier.evaluation import logits
from moderation.classifier.examples import Example, rejections
from moderation.classifier.fitting import Flags, Numbers
from moderation.classifier.model import Classifier
from moderation.text import normalise

# One comment that stands for a hundred must not teach as much as a hundred: whatever else it holds
# would be taken for their reason.
_MOST_TAUGHT = 10.0
# Circumstances of fewer comments tell more of those comments than of the site.
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions in their order: row i of every column is of the same comment."""

    rejected: Flags
    # How much each teaches; 1 on average.
    weights: Numbers
    # What the base says: a column for each of its heads.
    said: Numbers
    # What the rules added to the log-odds.
    rules: Numbers
    grams: Counts
    circumstances: tuple[str, ...]
    # A column for each of the circumstances.
    present: Flags

    def __len__(self) -> int:
        """How many decisions there are."""
        return len(self.rejected)

    def of(self, chosen: Flags) -> "Decisions":
        """Keep some of the rows, and all columns."""
        return Decisions(
            rejected=self.rejected[chosen],
            weights=self.weights[chosen],
            said=self.said[chosen],
            rules=self.rules[chosen],
            grams=self.grams.of(chosen),
            circumstances=self.circumstances,
            present=self.present[chosen],
        )


def read(base: Classifier, examples: Sequence[Example], progress: Progress = silence) -> Decisions:
    """Ask the base about every example, and count what each holds."""
    texts = [example.text for example in examples]
    circumstances = [{*example.circumstances, *of_text(normalise(example.text))} for example in examples]
    times = Counter(name for some in circumstances for name in some)
    names = tuple(sorted(name for name, number in times.items() if number >= _FEWEST))
    weights = np.array([one.weight * min(1 / one.share, _MOST_TAUGHT) for one in examples], np.float64)
    return Decisions(
        rejected=rejections(examples),
        # Only their proportions matter; the regularisation expects an average of 1.
        weights=weights / weights.mean(),
        said=logits(base, texts, step="ask the base model", progress=progress),
        rules=np.array([example.rules for example in examples], np.float64),
        grams=count(texts, progress),
        circumstances=names,
        present=np.array([[name in some for name in names] for some in circumstances], np.bool_).reshape(
            len(examples), len(names)
        ),
    )
