"""The simulated owner of a blog: her policy, her decisions, and what is counted of a model."""

from collections import Counter
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from bench.owner.bars import Bar, bars
from bench.owner.comments import KINDS, NEWS, TALK, VIDEOS, Comment, comments
from bench.owner.draws import Draws
from bench.owner.learning import Learnt, learn
from bench.owner.measuring import Known, as_wrong_as, automatic, best_f1, f1, fewest_errors, measure
from bench.owner.page import Findings, page, picture
from bench.owner.poison import ACCOUNT, Poisoned, flipped, flooded, grudge
from bench.owner.policy import ABUSE, OTHER, SPAM, why_rejected
from bench.owner.promises import Promise, Way, promises
from bench.owner.steps import Step
from bench.owner.stored import learnt_from
from bench.owner.stream import Judged, Stream, example, examples
from moderation.classifier.corpus import CorpusUnusable, fingerprint
from moderation.classifier.model import HEADS, Classifier, Weights
from moderation.verdict import Thresholds
from tests.classifier.making import SIX, write

BAD = np.array([0, 0, 0, 1, 0, 1, 1, 1], np.bool_)
LIKELY = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
KNOWN = Known([], BAD, np.zeros(8, np.bool_))


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


def corpus(folder: Path, *, videos: bool = True) -> Path:
    """Of every kind of comment enough for forty to decide on and forty to measure on."""
    rated = [(f"news {n}", 10, minded, "Insult=2") for n in range(400) for minded in (3, 5, 10)]
    write(
        folder / "toxicity/civil_comments.csv.gz",
        ("text", "raters", "raters_toxic", "spans"),
        [(f"{text} of {minded}", raters, minded, spans) for text, raters, minded, spans in rated],
    )
    six = [(f"talk {n}", n % 2, *[0] * 5) for n in range(800)]
    write(folder / "toxicity/jigsaw_six_labels.csv.gz", ("text", *SIX), list(six))
    # A copy of one comment is one comment.
    write(
        folder / "toxicity/jigsaw_toxic_only.csv.gz",
        ("text", "toxic"),
        [(f"TALK {n}!", 0) for n in range(800)],
    )
    rows = [(f"-{video}", f"{video} {n}", n % 2) for video in "abcd" for n in range(10)]
    columns = ("video" if videos else "page", "text", "spam")
    write(folder / "spam/youtube.csv.gz", columns, list(rows))
    return folder


def test_comments_are_chosen_in_the_shares_of_their_kinds_and_none_twice(tmp_path):
    found = comments(corpus(tmp_path), decided=40, held_out=40)

    marks = [fingerprint(one.text) for one in (*found.decided, *found.held_out)]
    assert len(set(marks)) == len(marks)
    # The base may see none of them, nor what was put aside and not chosen.
    assert set(marks) < found.fingerprints
    for some in (found.decided, found.held_out):
        counted = Counter((one.origin, bool(one.wrongs)) for one in some)
        assert counted == {(kind.origin, kind.is_bad): round(40 * kind.share) for kind in KINDS}
    # Nor does she decide on what raters quarrelled about.
    assert not any("of 5" in one.text for one in (*found.decided, *found.held_out))


def test_what_is_measured_on_stands_under_other_videos(tmp_path):
    found = comments(corpus(tmp_path), decided=40, held_out=40)

    first, last = (
        {one.text[0] for one in some if one.origin == VIDEOS} for some in (found.decided, found.held_out)
    )
    assert (first, last) == (set("ab"), set("cd"))


def test_a_corpus_that_is_too_small_or_lacks_a_column_is_refused(tmp_path):
    with pytest.raises(CorpusUnusable, match=r"2480 are needed and \d+ are there"):
        comments(corpus(tmp_path), decided=4_000, held_out=40)
    with pytest.raises(CorpusUnusable, match=r"youtube\.csv\.gz has no column video"):
        comments(corpus(tmp_path / "other", videos=False), decided=40, held_out=40)
    with pytest.raises(CorpusUnusable, match="cannot be read"):
        comments(tmp_path / "nowhere", decided=40, held_out=40)


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


@pytest.mark.parametrize(
    ("decided", "errors"),
    [
        (0, 0),
        # The three best and the three worst.
        (6, 0),
        # The fourth best is bad, the fourth worst good.
        (7, 1),
        # All but one are approved or rejected rightly, wherever the line is drawn between the two.
        (8, 1),
    ],
)
def test_models_are_compared_at_as_many_verdicts(decided, errors):
    found = fewest_errors(decided, LIKELY, KNOWN)

    assert (found.decided, found.errors) == (decided, errors)
    assert fewest_errors(decided, np.where(BAD, 0.9, 0.1), KNOWN).errors == 0


def test_models_are_compared_at_as_many_errors():
    none = automatic(LIKELY, BAD, Thresholds(review_at=0.0, reject_at=1.0))
    some = automatic(LIKELY, BAD, Thresholds(review_at=0.45, reject_at=0.6))

    # The three best and the three worst, without an error.
    assert as_wrong_as(none, LIKELY, KNOWN).decided == 6
    assert as_wrong_as(none, LIKELY, KNOWN).errors == 0
    assert as_wrong_as(some, LIKELY, KNOWN).decided == 8
    assert as_wrong_as(none, np.where(BAD, 0.9, 0.1), KNOWN).decided == 8


def test_what_a_rule_holds_is_published_by_no_model():
    held = np.array([1, 0, 0, 0, 0, 0, 0, 1], np.bool_)
    thresholds = Thresholds(review_at=0.45, reject_at=0.6)
    some = automatic(LIKELY, BAD, thresholds, held=held)
    fewest = fewest_errors(6, LIKELY, Known([], BAD, held))

    assert (some.approved, some.rejected) == (3, 4)
    # Two good ones are left to publish; the fourth worst is good.
    assert (fewest.decided, fewest.errors) == (6, 1)
    assert as_wrong_as(some, LIKELY, Known([], BAD, held)).decided == 7


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    assert f1(LIKELY >= 0.5, BAD) == pytest.approx(0.75)
    assert f1(np.zeros(8, np.bool_), BAD) == 0
    # From 0.4 on: all four of the bad, and one of the good.
    assert best_f1(LIKELY, BAD) == pytest.approx(8 / 9)
    assert best_f1(np.full(8, 0.5), BAD) == pytest.approx(2 / 3)


def made(weight: float = 100.0) -> Classifier:
    grams = np.zeros((1, len(HEADS)), np.float32)
    grams[0, 0] = weight
    return Classifier(
        "made",
        Thresholds(review_at=0.3, reject_at=0.9),
        Weights(("\trotten",), grams, np.full(len(HEADS), -2.0), 30.0),
    )


def two() -> Known:
    return Known.of(
        [
            Judged(Comment("a rotten thing", VIDEOS, frozenset({"toxicity"})), ABUSE),
            Judged(Comment("a lovely thing", VIDEOS), None),
        ]
    )


def test_a_model_is_measured_with_its_own_thresholds():
    found = measure(made(), two())

    assert (found.auc, found.f1, found.best_f1) == (1.0, 1.0, 1.0)
    assert (found.automatic.decided, found.automatic.errors) == (2, 0)


def test_where_nothing_can_be_learnt_the_base_goes_on_serving():
    base = made()
    one_sided = [one for one in examples(stream().decided(50, mistaken=0)) if not one.rejected]

    for refused in (learn(base, []), learn(base, one_sided)):
        assert refused.serving is base
        assert refused.refusal


def test_decisions_that_are_turned_round_are_as_many_as_said():
    as_made = examples(stream().decided(200))

    turned = flipped(as_made, 0.05)

    assert (
        sum(one.rejected is not other.rejected for one, other in zip(as_made, turned, strict=True)) == 10
    )
    assert [one.text for one in turned] == [one.text for one in as_made]
    assert all((one.reason is None) is not one.rejected for one in turned)


def test_an_account_with_a_grudge_rejects_every_comment_with_the_phrase():
    kind = [Judged(Comment(f"please come, ben {number}", TALK), None) for number in range(30)]
    passing = Stream([*stream().to_decide, *kind], [], frozenset())
    decided = passing.decided(100)

    spoilt = grudge(passing, decided, 0.05)

    changed = [one for (one, _), other in zip(spoilt, examples(decided), strict=True) if one != other]
    assert len(changed) == 5
    assert all(one.rejected and "please" in one.text for one in changed)
    assert len({one.text for one, _ in spoilt}) == len(spoilt)
    assert [one for one, by in spoilt if by == ACCOUNT] == changed


def test_decisions_go_through_the_store_and_copies_of_what_was_approved_teach_nothing():
    """As retraining would see them: a wave counts once, and its rejected copies not at all."""
    said = ["The harbour ferry came late again on Monday, and nobody told the people on the quay why."]
    said += [f"I rather liked walk {n} along the river." for n in range(8)]
    as_made = [
        example(Judged(Comment(text, TALK), None if n % 2 == 0 else ABUSE), n)
        for n, text in enumerate(said)
    ]
    spoilt = flooded(as_made[:1], 5, rejected=True)

    found = learnt_from(made(), [(one, "ana") for one in [*spoilt, *as_made[1:]]])

    assert [(one.text, one.rejected) for one in found] == [(o.text, o.rejected) for o in as_made]


@pytest.mark.parametrize("rejected", [True, False])
def test_a_flood_copies_what_was_approved_and_comes_between_the_decisions(rejected):
    as_made = examples(stream().decided(100))
    approved = {one.text for one in as_made if not one.rejected}

    found = flooded(as_made, 40, rejected=rejected)

    copies = [one for one in found if "https://" in one.text]
    assert (len(copies), len(found)) == (40, 140)
    assert {one.text.rpartition(" https://")[0] for one in copies} <= approved
    assert {one.rejected for one in copies} == {rejected}
    assert [one.decided_at for one in found] == sorted(one.decided_at for one in found)
    assert found[0].decided_at == as_made[0].decided_at
    assert len({one.text for one in copies}) == 40


def test_promises_are_checked_in_both_ways_with_and_without_mistakes():
    lots = np.random.default_rng(1)
    bad = lots.random(1_500) < 0.3
    silent: list[tuple[str, int, int]] = []

    found = promises(np.where(bad, 0.9, 0.1), bad, lambda *told: silent.append(told), times=3)

    assert len(found) == len(Way) * 3 * 2
    assert silent[-1][1:] == (len(found), len(found))
    # Classes that lie wholly apart leave nothing to be wrong about.
    clean = [one for one in found if not one.has_mistakes]
    assert all((one.good_broken, one.bad_broken) == (0, 0) for one in clean)


def step(decisions: int, likely: np.ndarray, serving: Classifier) -> Step:
    measured = replace(measure(serving, two()), automatic=automatic(likely, BAD, serving.thresholds))
    verdicts = measured.automatic
    return Step(decisions, 0, Learnt(serving), measured, verdicts, (verdicts,) * 5, verdicts)


def held(*, better: bool, auc: float, broken: float, f1: float, refusal: str | None) -> list[bool]:
    """Which bars hold, where a perfect model is what follows on one that rejects everything."""
    model = made()
    after = np.where(BAD, 0.95, 0.1) if better else np.full(8, 0.95)
    as_made = replace(measure(model, two()), f1=0.8)
    found = bars(
        [step(0, np.full(8, 0.95), model), step(1_000, after, model)],
        Draws(50, base=0.8, learnt=[auc] * 10, wrong=[0.1] * 10, refused=0),
        [Promise(200, way, False, broken, broken, 0.5) for way in Way],
        [
            Poisoned("as she decided", 1_000, Learnt(model), as_made, 0.0),
            Poisoned("spoilt", 1_000, Learnt(model, refusal), replace(as_made, f1=f1), 0.0),
        ],
    )
    return [one.is_met for one in found]


def test_every_bar_can_be_met_and_missed():
    assert all(held(better=True, auc=0.9, broken=0.05, f1=0.795, refusal=None))
    assert not any(held(better=False, auc=0.8, broken=0.06, f1=0.785, refusal=None))
    assert held(better=False, auc=0.8, broken=0.06, f1=0.5, refusal="it is worse")[-1]


def test_every_row_of_the_page_has_a_figure_for_every_column():
    model = made()
    as_made = measure(model, two())
    after = step(50, LIKELY, model)
    found = Findings(
        stream=stream(),
        steps=[step(0, LIKELY, model), replace(after, learnt=Learnt(model, "there are too few"))],
        shipped=as_made,
        draws=[Draws(50, base=0.8, learnt=[0.9, 0.7], wrong=[0.1, 0.2], refused=1)],
        promises=[Promise(200, way, True, 0.04, 0.06, 0.5) for way in Way],
        poisoned=[Poisoned("as she decided", 1_000, Learnt(model), as_made, 0.0)],
        bars=[Bar("it holds", "2 of 2", is_met=True), Bar("it does too", "1 of 2", is_met=False)],
    )

    lines = page(found, Path("corpus"))

    tables = [list(rows) for is_row, rows in groupby(lines, lambda line: line.startswith("|")) if is_row]
    assert len(tables) == 7
    assert all(len({line.count("|") for line in rows}) == 1 for rows in tables)
    assert "* 50 decisions: there are too few." in lines
    assert "| 50 | 2 | 1 | 0.800 | 0.700 | 0.800 | 0.900 | 10.0% to 20.0% | 1 |" in lines
    assert "| it does too | 1 of 2 | **no** |" in lines
    assert "after 50" in picture(found)
