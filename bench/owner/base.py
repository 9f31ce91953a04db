"""The model that serves before anything is learnt: made as the shipped one, but of other texts."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from moderation.classifier.corpus import Corpus
from moderation.classifier.counting import Progress, silence
from moderation.classifier.model import Classifier
from moderation.classifier.storage import load, save
from moderation.classifier.training import train

_SEED = 0


def base(
    corpus: Path, fingerprints: frozenset[str], cache: Path, progress: Progress = silence
) -> Classifier:
    """Load the base from `cache`, or train it, which takes minutes, and save it there.

    It is named by the texts that it has not seen. Empty the cache after a change to training.
    """
    unseen = hashlib.sha256("\n".join(sorted(fingerprints)).encode(errors="replace")).hexdigest()
    folder = cache / f"base-without-{unseen[:12]}"
    if not folder.exists():
        made = train(
            Corpus(corpus, left_out=fingerprints),
            name=folder.name,
            now=datetime.now(UTC),
            seed=_SEED,
            progress=progress,
        )
        save(folder, made.classifier, made.card)
    return load(folder)
