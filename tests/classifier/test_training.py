"""Training from public texts, on a tiny made-up corpus."""

import random
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from moderation.classifier.corpus import OWN, TESTS, TRAINING, Corpus, CorpusUnusable, OwnSet
from moderation.classifier.evaluation import evaluate
from moderation.classifier.model import HEADS
from moderation.classifier.storage import BadModelName, load, save
from moderation.classifier.thresholds import Budgets
from moderation.classifier.training import PREVALENCE, Trained, train
from moderation.text import normalise
from moderation.verdict import ATTRIBUTES, Accepted, Thresholds
from tests.classifier.making import NOW, PLAIN, sentence, write


def test_every_head_learns_its_own_words(trained: Trained) -> None:
    def attributes(text: str) -> dict[str, float]:
        return dict(trained.classifier.score(normalise(text)).attributes)

    plain = attributes("the river in summer")

    assert attributes("you blockhead in summer")["insult"] > 5 * plain["insult"]
    assert attributes("hurting the river")["threat"] > 5 * plain["threat"]
    assert attributes("casino jackpot by the river")["spam"] > 5 * plain["spam"]


def test_whatever_any_label_says_is_likely_to_be_rejected(trained: Trained) -> None:
    def rejection(text: str) -> float:
        return trained.classifier.score(normalise(text)).rejection

    plain = rejection("the river in summer")

    assert min(rejection(f"the river {word} in summer") for word in ("rotten", "casino")) > plain + 1


def test_the_same_texts_give_the_same_bytes(corpus: Corpus, trained: Trained, tmp_path: Path) -> None:
    again = train(corpus, name="base-2026-01", now=NOW)

    save(tmp_path / "first" / "base-2026-01", trained.classifier, trained.card)
    save(tmp_path / "again" / "base-2026-01", again.classifier, again.card)

    for part in ("model.joblib", "card.json", "card.md"):
        first, second = (tmp_path / one / "base-2026-01" / part for one in ("first", "again"))
        assert first.read_bytes() == second.read_bytes(), part


def test_another_seed_holds_out_other_texts(corpus: Corpus, trained: Trained) -> None:
    other = train(corpus, name="base-2026-01", now=NOW, seed=1)

    assert other.card.seed == 1
    assert other.classifier.weights.intercepts.tolist() != trained.classifier.weights.intercepts.tolist()


def test_budgets_move_the_thresholds(corpus: Corpus, trained: Trained) -> None:
    generous = train(corpus, name="x", now=NOW, budgets=Budgets(good_lost=0.2, bad_published=0.3))

    assert generous.classifier.thresholds != trained.classifier.thresholds
    assert "at most 20% of the good comments" in generous.card.thresholds_in_words


def test_the_card_states_sources_counts_and_figures(trained: Trained) -> None:
    card = trained.card

    assert [source.name for source in card.sources] == [file.name for file in TRAINING]
    assert all(source.rows > 0 and source.licence for source in card.sources)
    assert set(card.labels) == set(HEADS) == set(PREVALENCE)
    assert card.labels["spam"].positives == 90
    assert [test.name for test in card.tests] == [
        file.name.removeprefix("open-tests/") for file in TESTS
    ]
    assert set(card.tests[0].measures) == {*HEADS} - {"spam"}
    assert set(card.tests[1].measures) == {"rejection", "toxicity"}
    assert card.tests[1].measures["toxicity"].rows == 60
    assert card.thresholds == trained.classifier.thresholds


def test_the_card_survives_being_written_and_read(trained: Trained) -> None:
    assert (
        msgspec.json.decode(msgspec.json.encode(trained.card), type=type(trained.card)) == trained.card
    )


def test_people_read_the_same_facts(trained: Trained, tmp_path: Path) -> None:
    save(tmp_path / "base-2026-01", trained.classifier, trained.card)

    text = (tmp_path / "base-2026-01" / "card.md").read_text()

    assert trained.card.thresholds_in_words in text
    assert "Made 01 November 2026." in text
    assert "| spam/sms | 60 | UCI SMS Spam Collection | CC BY 4.0 |" in text
    assert all(failure in text for failure in trained.card.known_failures)


def test_a_saved_model_measures_as_its_card_says(
    corpus: Corpus, trained: Trained, tmp_path: Path
) -> None:
    save(tmp_path / "base-2026-01", trained.classifier, trained.card)

    assert evaluate(load(tmp_path / "base-2026-01"), corpus) == trained.card.tests


def test_progress_is_told_from_nothing_to_all(corpus: Corpus) -> None:
    told: list[tuple[str, int, int]] = []

    train(corpus, name="x", now=NOW, progress=lambda *step: told.append(step))

    steps = dict.fromkeys(name for name, _, _ in told)
    assert list(steps)[:4] == ["read the texts", "count the words", "rehearse", "fit the heads"]
    for step in steps:
        done = [(number, total) for name, number, total in told if name == step]
        assert done[0][0] == 0, step
        assert done[-1][0] == done[-1][1], step


def test_a_bad_name_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(BadModelName):
        train(Corpus(tmp_path / "nowhere"), name="../x", now=NOW)


def test_attributes_are_those_of_the_verdict(trained: Trained) -> None:
    assert tuple(trained.classifier.score(normalise("x")).attributes) == ATTRIBUTES


def test_a_corpus_without_spam_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(corpus.folder, tmp_path / "corpus"))
    for name in ("youtube", "sms", "chat"):
        write(copy / f"spam/{name}.csv.gz", ("text", "spam"), [("hello", 0)])

    with pytest.raises(CorpusUnusable, match="known to be spam"):
        train(Corpus(copy, own=()), name="x", now=NOW)


def test_a_model_offers_what_its_card_says(trained: Trained, tmp_path: Path) -> None:
    save(tmp_path / "base-2026-01", trained.classifier, trained.card)
    loaded = load(tmp_path / "base-2026-01")
    generous = Accepted(good_lost=0.3, bad_published=0.3)

    assert loaded.trades == trained.classifier.trades == trained.card.trades
    assert loaded.thresholds_for(Accepted()) == trained.card.thresholds
    assert loaded.thresholds_for(generous) == trained.classifier.thresholds_for(generous)
    assert loaded.thresholds_for(generous) != trained.card.thresholds
    assert loaded.thresholds_for(Accepted(good_lost=0, bad_published=0)) == Thresholds(
        review_at=0, reject_at=1
    )


@pytest.mark.parametrize(
    ("name", "columns", "serves"),
    [
        ("toxicity/jigsaw_toxic_only", ("text", "toxic"), True),
        # What is no spam may be abuse that nobody looked for.
        ("spam/sms", ("text", "spam"), False),
    ],
)
def test_only_what_was_looked_through_for_everything_sets_thresholds(
    corpus: Corpus, tmp_path: Path, name: str, columns: tuple[str, ...], *, serves: bool
) -> None:
    """Few of the good comments may be lost: fewer than 98 cannot promise that."""
    copy = Path(shutil.copytree(corpus.folder, tmp_path / "corpus"))
    lots = random.Random(2)
    good = [(sentence(lots), 0) for _ in range(900)]
    write(copy / f"{name}.csv.gz", columns, good)

    made = train(Corpus(copy, own=()), name="x", now=NOW, budgets=Budgets(good_lost=0.03))

    assert (made.card.thresholds.reject_at < 1) is serves
    assert made.card.labels["rejection"].negatives > len(good)


def gnomes() -> Iterator[tuple[str, Mapping[str, bool]]]:
    lots = random.Random(4)
    for _ in range(20):
        yield sentence(lots, "gnomes"), {"rejection": True, "toxicity": True}


def test_our_own_texts_are_learnt_and_stand_on_the_card(corpus: Corpus, trained: Trained) -> None:
    own = OwnSet("own/gnomes", "written for a test", "as this project", gnomes)

    made = train(Corpus(corpus.folder, own=(own,)), name="x", now=NOW)

    def rise(one: Trained) -> float:
        plain, about = (normalise(f"the {word} in summer") for word in (PLAIN[0], "gnomes"))
        return one.classifier.score(about).rejection - one.classifier.score(plain).rejection

    assert rise(made) > rise(trained) + 1
    first, *others = made.card.sources
    assert (first.name, first.rows, first.licence) == ("own/gnomes", 20, "as this project")
    assert tuple(others) == trained.card.sources


def test_a_corpus_comes_with_all_of_our_own_texts(corpus: Corpus) -> None:
    names = [texts.name for texts, rows in Corpus(corpus.folder).training() if rows]

    assert names[: len(OWN)] == ["own/blog_comments", "own/civil_comments", "own/uncivil_comments"]
