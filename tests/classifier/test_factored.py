"""What is learnt from many texts at once is what is served for each of them."""

import random
from collections import Counter

import numpy as np
import pytest

from moderation.classifier import evaluation, sequences
from moderation.classifier.counting import count
from moderation.classifier.decisions import gather, log_odds, logits
from moderation.classifier.examples import Example
from moderation.classifier.factored import factored
from moderation.classifier.folder import load_serving
from moderation.classifier.sequences import Sequences
from moderation.text import normalise
from tests.classifier.making import NOW, heeding, sentence
from tests.conftest import SHIPPED_MODELS

TEXTS = [
    "",
    "!!! ???",
    "a",
    "WHAT A GREAT DAY FOR ALL OF US",
    "buy buy buy buy buy buy buy buy buy",
    "I hate muslims and gay people, and gay muslims",
    "y o u  a r e  a  m0r0n",
    "x" * 95 + " " + "y" * 41,
    "これは日本語の文です。 Straße café é",
    "half a pair \ud83d and http://www.example.org/a?b=c",
    *(sentence(random.Random(number), "so", "bad") for number in range(40)),
]


def said(texts: list[str]) -> Sequences:
    return sequences.read(map(normalise, texts))


@pytest.fixture(params=["few", "many"])
def is_bounded(request, monkeypatch):
    """Pairs are counted in another way where there are millions, and texts are read in blocks."""
    if request.param == "many":
        monkeypatch.setattr(sequences, "_SORTED_AT_ONCE", 1)
        monkeypatch.setattr(sequences, "_AT_ONCE", 7)
        monkeypatch.setattr(sequences, "_BITS", 1)


def test_scores_are_those_that_are_served(is_bounded):
    model = load_serving(SHIPPED_MODELS)
    examples = [Example(text=text, rejected=False, decided_at=NOW) for text in TEXTS]
    decisions = gather(examples)
    served = evaluation.logits(model, TEXTS)

    assert logits(model, decisions) == pytest.approx(served[decisions.places], abs=1e-9)


def test_habits_and_rules_are_heard(is_bounded):
    model = heeding("so bad", "\tSHOUTING")
    model.habits.update(reply=1.5, rare=-0.5)
    examples = [
        Example(text=text, rejected=False, decided_at=NOW, circumstances=names, rules=rules)
        for text, names, rules in [
            ("so bad", ("reply",), 0.0),
            ("NOT SO BAD AT ALL", ("reply", "rare", "unheard"), 0.25),
            ("good", (), -1.0),
        ]
    ]
    decisions = gather(examples)
    served = evaluation.log_odds(model, examples)

    assert log_odds(model, decisions) == pytest.approx(served[decisions.places], abs=1e-9)


@pytest.mark.parametrize("fewest", [1, 3])
def test_the_factors_make_the_table_of_counts(is_bounded, fewest):
    counts = count(TEXTS).seen_in(fewest)
    table = factored(said(TEXTS), fewest=fewest, length_offset=30.0)
    names = table.names(np.arange(table.shape[1]))

    assert sorted(names) == sorted(counts.names)
    assert dict(zip(names, table.frequencies, strict=True)) == dict(
        zip(counts.names, counts.frequencies(), strict=True)
    )
    assert table.totals.tolist() == counts.totals.tolist()
    lots = np.random.default_rng(1)
    weights = dict(zip(names, lots.normal(size=len(names)), strict=True))
    amounts = lots.normal(size=len(TEXTS))
    plain = np.zeros((len(TEXTS), len(counts.names)))
    plain[counts.rows, counts.columns] = counts.shares(30.0)
    assert table.sums(np.array([weights[name] for name in names])) == pytest.approx(
        plain @ [weights[name] for name in counts.names], abs=1e-5
    )
    assert dict(zip(names, table.gathered(amounts), strict=True)) == pytest.approx(
        dict(zip(counts.names, plain.T @ amounts, strict=True)), abs=1e-5
    )


def test_frequent_pairs_are_counted_exactly(is_bounded):
    texts = said(TEXTS)
    expected = Counter(
        pair
        for text in TEXTS
        for one in [said([text])]
        for pair in map(one.words.pair, one.distinct_pairs().said.tolist())
    )
    pairs, times = texts.frequent_pairs(2)

    found = dict(zip(map(texts.words.pair, pairs.tolist()), times.tolist(), strict=True))
    assert found == {pair: number for pair, number in expected.items() if number >= 2}


def test_texts_that_were_not_read_together_are_not_put_together():
    with pytest.raises(ValueError, match="not read together"):
        said(["a"]).beside(said(["b"]))


def test_words_are_numbered_as_they_come_in_the_order_of_the_texts():
    shuffled = list(range(len(TEXTS)))
    random.Random(3).shuffle(shuffled)
    reader = sequences.Reader()
    for number in shuffled:
        reader.add(normalise(TEXTS[number]))
    found, plain = reader.done(np.argsort(shuffled)), said(TEXTS)

    assert found.words.names == plain.words.names
    assert found.numbers.tolist() == plain.numbers.tolist()
    assert found.starts.tolist() == plain.starts.tolist()
    assert found.manners.tolist() == plain.manners.tolist()
