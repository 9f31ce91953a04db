"""Learn from a site's decisions what its own moderators would reject.

Starts from a model that is there already, and learns what must be added to it. Of the heads that it has,
only that of rejection changes; so the result is as additive as before, and the attributes keep their
meaning from model to model. What is learnt must then pass the gate.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np

from moderation.classifier.card import (
    NEWEST_DECISIONS,
    Card,
    Period,
    Source,
    Trial,
    newest_decisions_by,
)
from moderation.classifier.counting import Progress, silence
from moderation.classifier.curves import curves, identities
from moderation.classifier.decisions import Decisions, log_odds, read
from moderation.classifier.evaluation import consequences, probabilities
from moderation.classifier.examples import Example
from moderation.classifier.fitting import Flags, Numbers, measure
from moderation.classifier.gate import Models, Report, compare_decisions, review_at_most
from moderation.classifier.learning import AS_FOUND, Priors, learn
from moderation.classifier.learning_reasons import with_reasons
from moderation.classifier.model import Classifier
from moderation.classifier.searching import Search
from moderation.classifier.storage import check_name, installed_versions
from moderation.classifier.thresholds import Budgets, Kept, choose, in_words, trades
from moderation.classifier.training import Trained
from moderation.labels import Account
from moderation.refusal import Refusal
from moderation.verdict import Thresholds

FEWEST_OF_EACH = 5
"""So many rejected and so many approved comments are needed before anything can be learnt from them."""

# The newest decisions are held out: spam comes in waves, and a random split would let the model see
# tomorrow's wave today.
_HELD_OUT = 0.2
# So few of the newest may all have gone one way by chance; nothing is measured on them then.
_FEW = 30
# Where the held-out decisions are fewer than this, thresholds rest on older ones too, each part
# foretold by a model that learnt from still older ones.
_ENOUGH = 5_000
_PARTS = (0.1, 0.2, 0.4, 0.6, 1 - _HELD_OUT)

KNOWN_FAILURES = (
    "It knows what your moderators decided until the last decision above, and nothing after it.",
    "A kind of comment that moderators never saw is judged as the base model judges it.",
    "Its thresholds were chosen on the decisions that it is measured on above, among others.",
)


class CannotRetrain(Refusal):
    """No better model can be made from these decisions; the message says why."""


class TooFewDecisions(CannotRetrain):
    """There are not enough rejected or not enough approved comments yet."""

    def __init__(self, rejected: int, approved: int) -> None:
        self.rejected = rejected
        self.approved = approved
        missing = [
            f"{FEWEST_OF_EACH - number} more {kind}"
            for kind, number in (("rejected", rejected), ("approved", approved))
            if number < FEWEST_OF_EACH
        ]
        super().__init__(
            f"{rejected} rejected and {approved} approved comments are too few to learn from: "
            f"{' and '.join(missing)} are needed"
        )


class OneSidedDecisions(CannotRetrain):
    """The older or the newer decisions all went the same way."""

    def __init__(self, part: str, decisions: int, *, rejected: bool) -> None:
        super().__init__(
            f"the {part} {decisions} decisions all {'rejected' if rejected else 'approved'}: "
            "both kinds are needed there, to learn from the older ones and to measure on the newer"
        )


class CandidateIsWorse(CannotRetrain):
    """The gate found the new model worse than the model that serves, by more than is allowed."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"the new model is not kept. {report.says}")


@dataclass(frozen=True, slots=True)
class Retrained(Trained):
    """A new model, and how it compares with the model that serves."""

    report: Report


def retrain(
    base: Classifier,
    examples: Iterable[Example],
    *,
    name: str,
    now: datetime,
    total: int | None = None,
    serving: Classifier | None = None,
    account: Account | None = None,
    budgets: Budgets | None = None,
    search: Search | None = None,
    progress: Progress = silence,
) -> Retrained:
    """Make a model for a site from `base` and the site's decisions, or raise CannotRetrain.

    The candidate must stand its ground against `serving`, which is `base` if left out. The same
    decisions give the same model, in whatever order they come. They are read once, and no text is kept;
    `total` is how many there are, where they cannot say. `account` says what became of decisions that
    are not among the examples, or count for less; it goes onto the card. `search` chooses how freely
    corrections may move, by the decisions to learn from.
    """
    check_name(name)
    budgets = budgets or Budgets()
    decisions = read(base, examples, progress, total=total)
    held_out = np.arange(len(decisions)) >= round(len(decisions) * (1 - _HELD_OUT))
    frozen = decisions.frozen & ~held_out
    learnt_from = ~held_out & ~frozen
    _check_both_kinds(decisions, learnt_from, held_out)
    progress("fit the corrections", 0, len(_PARTS))
    lessons = decisions.of(learnt_from)
    priors = search(base.weights, lessons, progress) if search else AS_FOUND
    corrections = learn(base.weights, lessons, priors)
    newest = decisions.of(held_out)
    weights, reasons, of_reasons = with_reasons(
        base.weights, corrections.on(base.weights), learnt_from=lessons, held_out=newest
    )
    # Until thresholds are chosen, it decides nothing.
    undecided = Classifier(
        name,
        Thresholds(review_at=0.0, reject_at=1.0),
        weights,
        base.languages,
        habits=corrections.habits,
        reasons=reasons,
    )
    parts = _foretold(base, decisions, frozen, len(newest), priors=priors, progress=progress)
    # The last decisions, each by a model that did not learn from it: thresholds rest on them.
    chosen = np.arange(len(decisions)) >= len(decisions) - len(newest) - len(parts)
    opponent = serving or base
    of_opponent, of_candidate = (
        _asked(one, decisions, chosen | frozen) for one in (opponent, undecided)
    )
    foretold = np.concatenate([parts, of_candidate[held_out]])
    known = decisions.rejected[chosen], decisions.stands_for[chosen]
    # A site that never met abuse would publish it, judging by its own decisions alone.
    cap = review_at_most(Models(opponent, undecided), progress)
    thresholds = choose(probabilities(foretold), *known, budgets).asking_from(cap)
    offers = trades(probabilities(foretold), *known, budgets.confidence).asking_from(cap)
    classifier = replace(undecided, thresholds=thresholds, trades=offers)

    # What the serving model could decide alone if it kept the same promises.
    heard = probabilities(of_opponent[chosen])
    alike = choose(heard, *known, budgets).asking_from(opponent.thresholds.review_at)
    report = compare_decisions(
        opponent,
        classifier,
        newest=newest,
        frozen=decisions.of(frozen),
        heard=[(each[held_out], each[frozen]) for each in (of_opponent, of_candidate)],
        alike=alike,
        now=now,
        progress=progress,
    )
    if not report.passes:
        raise CandidateIsWorse(report)
    card = Card(
        name=name,
        created_at=now,
        base=base.version,
        versions=installed_versions(),
        sources=(
            Source(
                name="decisions to learn from",
                rows=int(learnt_from.sum()),
                origin="your moderators",
                licence="private",
            ),
        ),
        labels={"rejection": lessons.tally},
        account=account,
        priors=asdict(priors),
        period=Period(first=decisions.decided_at(0), last=decisions.decided_at(-1)),
        grams=len(classifier.weights.vocabulary),
        languages=tuple(sorted(base.languages)),
        budgets=Kept.of(budgets),
        thresholds=thresholds,
        trades=offers,
        thresholds_in_words=in_words(thresholds, budgets),
        tests=(
            _trial(NEWEST_DECISIONS, classifier, of_candidate[held_out], newest),
            _trial(newest_decisions_by(opponent.version), opponent, of_opponent[held_out], newest),
        ),
        identities=identities(classifier, progress=progress),
        reasons=of_reasons,
        known_failures=KNOWN_FAILURES,
    )
    return Retrained(classifier, card, report=report)


def _check_both_kinds(decisions: Decisions, learnt_from: Flags, held_out: Flags) -> None:
    found = decisions.tally
    if min(found.positives, found.negatives) < FEWEST_OF_EACH:
        raise TooFewDecisions(found.positives, found.negatives)
    for part, chosen, few in (("oldest", learnt_from, 0), ("newest", held_out, _FEW)):
        some = decisions.of(chosen)
        if len(some) > few and not some.has_both_kinds:
            raise OneSidedDecisions(part, len(some), rejected=bool(some.rejected[0]))


def _foretold(
    base: Classifier,
    decisions: Decisions,
    frozen: Flags,
    newest: int,
    *,
    priors: Priors,
    progress: Progress,
) -> Numbers:
    """Give log-odds for decisions before the newest, each by a model that learnt from older ones only.

    For so many of the last ones that they are enough together with the `newest`: for none, where those
    are enough.
    """
    places = np.arange(len(decisions))
    cuts = [round(share * len(decisions)) for share in _PARTS]
    parts: list[Numbers] = []
    for done, (begin, end) in enumerate(reversed(list(pairwise(cuts))), start=1):
        if newest + sum(map(len, parts)) >= _ENOUGH:
            break
        older = decisions.of((places < begin) & ~frozen)
        # Of the first few, all may have gone one way, or all may be set apart.
        if not older.has_both_kinds:
            break
        progress("fit the corrections", done, len(_PARTS))
        part = decisions.of((places >= begin) & (places < end))
        parts.insert(0, learn(base.weights, older, priors).log_odds(base.weights, part))
    progress("fit the corrections", len(_PARTS), len(_PARTS))
    return np.concatenate(parts) if parts else np.empty(0)


def _asked(classifier: Classifier, decisions: Decisions, some: Flags) -> Numbers:
    """Ask a model about some of the decisions; about the others, what it says is not a number."""
    found = np.full(len(decisions), np.nan)
    found[some] = log_odds(classifier, decisions.of(some))
    return found


def _trial(name: str, classifier: Classifier, found: Numbers, decisions: Decisions) -> Trial:
    rejected, weights = decisions.rejected, decisions.stands_for
    return Trial(
        name=name,
        measures={"rejection": measure(found, rejected, weights)},
        consequences=consequences(classifier.thresholds, found, rejected, weights),
        curves=curves(probabilities(found), rejected, weights),
    )
