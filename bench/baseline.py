"""The plain way: scikit-learn's TF-IDF of words and letter groups, and a logistic regression.

Trained on the same texts as the shipped model, toxic or not, with nothing tuned.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from moderation.classifier.corpus import Corpus

NAME = "plain TF-IDF (scikit-learn)"

_FEWEST_TEXTS = 5


def train(
    folder: Path, tell: Callable[[str, int, int], None]
) -> Callable[[Sequence[str]], NDArray[np.float64]]:
    """Train it on a corpus, and give what says how toxic texts are."""
    rows = [row for _, rows in Corpus(folder).training(tell) for row in rows if "toxicity" in row.labels]
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=_FEWEST_TEXTS, sublinear_tf=True)
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), min_df=_FEWEST_TEXTS, sublinear_tf=True
    )
    model = make_pipeline(make_union(words, letters), LogisticRegression(C=3.0, solver="liblinear"))
    tell("train the plain model", 0, 1)
    model.fit([row.text for row in rows], [row.labels["toxicity"] for row in rows])
    tell("train the plain model", 1, 1)
    return lambda texts: np.asarray(model.predict_proba(texts)[:, 1], np.float64)
