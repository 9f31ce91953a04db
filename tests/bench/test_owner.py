"""The simulated owner of a blog: her policy, her decisions, and what is counted of a model."""

import numpy as np
import pytest

from bench.owner.comments import NEWS, TALK, VIDEOS, Comment
from bench.owner.measuring import Known, as_many_as, as_wrong_as, automatic, best_f1, f1, measure
from bench.owner.policy import ABUSE, OTHER, SPAM, why_rejected
from bench.owner.stream import Judged, Stream, examples
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.verdict import Thresholds

BAD = np.array([0, 0, 0, 1, 0, 1, 1, 1], np.bool_)
LIKELY = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])


@pytest.mark.parametrize(
    ("text", "wrongs", "expected"),
    [
        # What nobody minds, she does not either.
        ("Thank you, that was a lovely walk.", "", None),
        ("The class passed the assessment on shell shapes.", "", None),
        # What the data call toxic or spam.
        ("You are an idiot, ben.", "toxicity insult", ABUSE),
        ("Great post, come and see us", "spam", SPAM),
        # Swearing, at whomever, in disguise too.
        ("This is fucking brilliant!", "", OTHER),
        ("What a load of sh1t.", "", OTHER),
        ("Fuck off.", "toxicity obscene", ABUSE),
        # Promotion of oneself, and every link.
        ("Check out my channel, please!", "", SPAM),
        ("Please subscribe", "", SPAM),
        ("I read it at https://example.org/news today", "", SPAM),
        # Rudeness to politicians, as long as it is no more than that.
        ("Our minister is an idiot.", "toxicity insult", None),
        ("Our minister is a fucking idiot.", "toxicity insult", ABUSE),
        ("Our minister should be shot.", "toxicity threat", ABUSE),
        ("The government is run by such people.", "toxicity identity_attack", ABUSE),
    ],
)
def test_the_moderator_has_a_policy_of_her_own(text, wrongs, expected):
    assert why_rejected(Comment(text, NEWS, frozenset(wrongs.split()))) == expected


def stream(size: int = 200) -> Stream:
    some = [
        Judged(Comment(f"comment {number}", TALK), SPAM if number % 4 == 0 else None)
        for number in range(size)
    ]
    return Stream(some, some, frozenset())


def test_fewer_decisions_are_the_beginning_of_more():
    assert stream().decided(50, seed=1) == stream().decided(200, seed=1)[:50]
    assert stream().decided(50, seed=1) != stream().decided(50, seed=2)


def test_decisions_come_in_the_order_of_time_and_a_few_are_mistakes():
    decided = stream().decided(200)
    learnt, meant = examples(decided), examples(decided, clean=True)

    assert [one.decided_at for one in learnt] == sorted(one.decided_at for one in learnt)
    assert [one.rejected for one in meant] == [one.judged.is_bad for one in decided]
    mistakes = sum(one.rejected is not other.rejected for one, other in zip(learnt, meant, strict=True))
    assert 1 <= mistakes <= 15
    assert all((one.reason is None) is not one.rejected for one in (*learnt, *meant))


def test_no_decision_is_mistaken_where_none_may_be():
    decided = stream().decided(200, mistaken=0)

    assert examples(decided) == examples(decided, clean=True)


def test_automatic_verdicts_are_counted_with_their_errors():
    found = automatic(LIKELY, BAD, Thresholds(review_at=0.45, reject_at=0.6))

    assert (found.approved, found.rejected, found.bad_published, found.good_rejected) == (4, 4, 1, 1)
    assert (found.share, found.of_verdicts, found.of_all) == (1.0, 0.25, 0.25)


def test_nothing_is_rejected_where_nothing_may_be():
    found = automatic(np.ones(8), BAD, Thresholds(review_at=0.0, reject_at=1.0))

    assert (found.decided, found.of_verdicts) == (0, 0.0)


def test_models_are_compared_at_as_many_verdicts():
    other = automatic(LIKELY, BAD, Thresholds(review_at=0.45, reject_at=0.6))
    perfect = np.where(BAD, 0.9, 0.1)

    assert as_many_as(other, LIKELY, BAD) == other
    assert as_many_as(other, perfect, BAD).errors == 0


def test_models_are_compared_at_as_many_errors():
    none = automatic(LIKELY, BAD, Thresholds(review_at=0.0, reject_at=1.0))
    some = automatic(LIKELY, BAD, Thresholds(review_at=0.45, reject_at=0.6))

    # The three best and the three worst, without an error.
    assert as_wrong_as(none, LIKELY, BAD).decided == 6
    assert as_wrong_as(none, LIKELY, BAD).errors == 0
    assert as_wrong_as(some, LIKELY, BAD).decided == 8
    assert as_wrong_as(none, np.where(BAD, 0.9, 0.1), BAD).decided == 8


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    assert f1(LIKELY >= 0.5, BAD) == pytest.approx(0.75)
    assert f1(np.zeros(8, np.bool_), BAD) == 0
    # From 0.4 on: all four of the bad, and one of the good.
    assert best_f1(LIKELY, BAD) == pytest.approx(8 / 9)
    assert best_f1(np.full(8, 0.5), BAD) == pytest.approx(2 / 3)


def test_a_model_is_measured_with_its_own_thresholds():
    grams = np.zeros((1, len(HEADS)), np.float32)
    grams[0, 0] = 100.0
    model = Classifier(
        "made",
        Thresholds(review_at=0.3, reject_at=0.9),
        Weights(("\trotten",), grams, np.full(len(HEADS), -2.0), 30.0),
    )
    known = Known.of(
        [
            Judged(Comment("a rotten thing", VIDEOS, frozenset({"toxicity"})), ABUSE),
            Judged(Comment("a lovely thing", VIDEOS), None),
        ]
    )

    found = measure(model, known)

    assert (found.auc, found.f1, found.best_f1) == (1.0, 1.0, 1.0)
    assert (found.automatic.decided, found.automatic.errors) == (2, 0)
