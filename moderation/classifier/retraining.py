"""Learn from a site's decisions what its own moderators would reject.

Starts from a model that is there already, and learns what must be added to it. Of the heads that it has,
only that of rejection changes; so the result is as additive as before, and the attributes keep their
meaning from model to model. What is learnt must then pass the gate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np

from moderation.chance import falls
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
from moderation.classifier.decisions import Decisions, read
from moderation.classifier.evaluation import consequences, log_odds, probabilities
from moderation.classifier.examples import (
    Example,
    in_order,
    numbers_spoken_for,
    rejections,
    tally,
)
from moderation.classifier.fitting import Flags, Numbers, measure
from moderation.classifier.gate import Models, Report, compare, review_at_most
from moderation.classifier.learning import learn
from moderation.classifier.learning_reasons import with_reasons
from moderation.classifier.model import Classifier
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
# So many of the old ones are set apart for good, by lot: no model ever learns from them.
_FROZEN = 0.05
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
    examples: Sequence[Example],
    *,
    name: str,
    now: datetime,
    serving: Classifier | None = None,
    account: Account | None = None,
    budgets: Budgets | None = None,
    progress: Progress = silence,
) -> Retrained:
    """Make a model for a site from `base` and the site's decisions, or raise CannotRetrain.

    The candidate must stand its ground against `serving`, which is `base` if left out. The same
    decisions give the same model, in whatever order they come. `account` says what became of decisions
    that are not among the examples, or count for less; it goes onto the card.
    """
    check_name(name)
    budgets = budgets or Budgets()
    ordered = in_order(examples)
    held_out = np.arange(len(ordered)) >= round(len(ordered) * (1 - _HELD_OUT))
    frozen = np.array([_is_frozen(example) for example in ordered], np.bool_) & ~held_out
    learnt_from = ~held_out & ~frozen
    _check_both_kinds(ordered, learnt_from, held_out)
    decisions = read(base, ordered, progress)
    progress("fit the corrections", 0, len(_PARTS))
    corrections = learn(base.weights, decisions.of(learnt_from))
    newest, old = _some(ordered, held_out), _some(ordered, frozen)
    weights, reasons, of_reasons = with_reasons(
        base.weights,
        corrections.on(base.weights),
        learnt_from=(decisions.of(learnt_from), _some(ordered, learnt_from)),
        held_out=(decisions.of(held_out), newest),
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
    found = log_odds(undecided, newest, step="foretell the newest", progress=progress)
    foretold = _foretold(base, decisions, frozen, found, progress)
    chosen = slice(len(ordered) - len(foretold), None)
    known = decisions.rejected[chosen], numbers_spoken_for(ordered[chosen])
    opponent = serving or base
    # A site that never met abuse would publish it, judging by its own decisions alone.
    cap = review_at_most(Models(opponent, undecided), progress)
    thresholds = choose(probabilities(foretold), *known, budgets).asking_from(cap)
    offers = trades(probabilities(foretold), *known, budgets.confidence).asking_from(cap)
    classifier = replace(undecided, thresholds=thresholds, trades=offers)

    # What the serving model could decide alone if it kept the same promises.
    heard = log_odds(opponent, ordered[chosen], step="ask the serving model", progress=progress)
    alike = choose(probabilities(heard), *known, budgets).asking_from(opponent.thresholds.review_at)
    report = compare(
        opponent, classifier, newest=newest, frozen=old, alike=alike, now=now, progress=progress
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
        labels={"rejection": tally(_some(ordered, learnt_from))},
        account=account,
        period=Period(first=ordered[0].decided_at, last=ordered[-1].decided_at),
        grams=len(classifier.weights.vocabulary),
        languages=tuple(sorted(base.languages)),
        budgets=Kept.of(budgets),
        thresholds=thresholds,
        trades=offers,
        thresholds_in_words=in_words(thresholds, budgets),
        tests=(
            _trial(NEWEST_DECISIONS, classifier, found, newest),
            _trial(newest_decisions_by(opponent.version), opponent, heard[-len(newest) :], newest),
        ),
        identities=identities(classifier, progress=progress),
        reasons=of_reasons,
        known_failures=KNOWN_FAILURES,
    )
    return Retrained(classifier, card, report=report)


def _is_frozen(example: Example) -> bool:
    # By its text and not by its number, so that copies of it are set apart with it.
    return falls(_FROZEN, "frozen", example.text)


def _some(examples: Sequence[Example], chosen: Flags) -> list[Example]:
    return [example for example, is_chosen in zip(examples, chosen, strict=True) if is_chosen]


def _check_both_kinds(examples: Sequence[Example], learnt_from: Flags, held_out: Flags) -> None:
    found = tally(examples)
    if min(found.positives, found.negatives) < FEWEST_OF_EACH:
        raise TooFewDecisions(found.positives, found.negatives)
    for part, chosen, few in (("oldest", learnt_from, 0), ("newest", held_out, _FEW)):
        some = _some(examples, chosen)
        if len(some) > few and len({example.rejected for example in some}) == 1:
            raise OneSidedDecisions(part, len(some), rejected=some[0].rejected)


def _foretold(
    base: Classifier, decisions: Decisions, frozen: Flags, newest: Numbers, progress: Progress
) -> Numbers:
    """Give log-odds for the last decisions, each by a model that learnt from older ones only.

    `newest` are those of the part that is held out. It is the only part where it is large enough.
    """
    places = np.arange(len(decisions))
    cuts = [round(share * len(decisions)) for share in _PARTS]
    parts = [newest]
    for done, (begin, end) in enumerate(reversed(list(pairwise(cuts))), start=1):
        if sum(map(len, parts)) >= _ENOUGH:
            break
        older = decisions.of((places < begin) & ~frozen)
        # Of the first few, all may have gone one way, or all may be set apart.
        if len(set(older.rejected.tolist())) != len((True, False)):
            break
        progress("fit the corrections", done, len(_PARTS))
        part = decisions.of((places >= begin) & (places < end))
        parts.insert(0, learn(base.weights, older).log_odds(base.weights, part))
    progress("fit the corrections", len(_PARTS), len(_PARTS))
    return np.concatenate(parts)


def _trial(name: str, classifier: Classifier, found: Numbers, examples: Sequence[Example]) -> Trial:
    rejected, weights = rejections(examples), numbers_spoken_for(examples)
    return Trial(
        name=name,
        measures={"rejection": measure(found, rejected, weights)},
        consequences=consequences(classifier.thresholds, found, rejected, weights),
        curves=curves(probabilities(found), rejected, weights),
    )
