"""Write down what was found, for people: docs/benchmarks/learning.md and its picture."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import plot, report
from bench.owner.comments import KINDS
from bench.owner.draws import Draws
from bench.owner.measuring import Measured
from bench.owner.poison import PHRASE, Poisoned
from bench.owner.policy import ABUSE, OTHER, SPAM
from bench.owner.promises import TIMES, Promise, Way
from bench.owner.steps import SHARES, Step
from bench.owner.stream import MISTAKEN, Judged, Stream
from moderation.classifier.thresholds import Budgets

_PERCENT = 100
_BUDGETS = Budgets()


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was measured."""

    stream: Stream
    steps: Sequence[Step]
    # The shipped model, which has seen the very comments that it is measured on.
    shipped: Measured
    draws: Sequence[Draws]
    promises: Sequence[Promise]
    poisoned: Sequence[Poisoned]
    bars: Sequence[report.Bar]


def page(found: Findings, corpus: Path) -> list[str]:
    """Write the page, a line each."""
    return [
        *_BEGINNING.splitlines(),
        "## What has to hold",
        "",
        *report.bars(found.bars),
        "",
        *_GROWING.splitlines(),
        *report.table(
            (
                *("decisions", "rejected", "decided", "wrong, of those", "wrong, of all"),
                *("good rejected", "bad published", "AUC", "F1", "best F1"),
            ),
            [
                *(_step(one) for one in found.steps),
                ("shipped model, which has seen them", "", *_figures(found.shipped)),
            ],
        ),
        "",
        *_refusals(found.steps),
        *_FAIRLY.splitlines(),
        *report.table(
            (
                *("decisions", "wrong, deciding as many as the base"),
                *(f"deciding {share:.0%}" for share in SHARES),
                "decided, with as few errors",
            ),
            map(_fairly, found.steps),
        ),
        "",
        *_LUCK.splitlines(),
        *report.table(
            (
                "decisions",
                "draws",
                "better than the base",
                "base",
                "worst",
                "mean",
                "best",
                "wrong",
                "not learnt",
            ),
            map(_draws, found.draws),
        ),
        "",
        *_PROMISES.splitlines(),
        *report.table(
            ("decisions", "checked on", "mistakes", "good exceeded", "bad exceeded", "decided"),
            map(_promise, found.promises),
        ),
        "",
        *_POISON.splitlines(),
        *report.table(
            ("learnt from", "decisions", "outcome", "AUC", "F1", f"good “{PHRASE}” held back"),
            map(_poisoned, found.poisoned),
        ),
        "",
        *_owner(found.stream),
        *_HOW.splitlines(),
        *report.how_measured("bench-owner", corpus, ()),
    ]


def picture(found: Findings) -> str:
    """Draw how three figures change as decisions come in."""
    rows = [
        *(_row(f"after {_named(one)}", one.measured, is_ours=True) for one in found.steps),
        _row("shipped (has seen them)", found.shipped, is_ours=False),
    ]
    kinds = ("decided alone", "wrong, of those", "pairs ranked wrongly")
    axis = plot.Axis(
        "percent; more decided is better, less of the others is better",
        1,
        100,
        (1, 2, 5, 10, 20, 50, 100),
        is_logarithmic=True,
    )
    return plot.draw("What learning from decisions brings", kinds, rows, axis)


_BEGINNING = """\
# Learning

What the owner of a blog gains when the service learns from her decisions. She is made up, and so is her
policy; her comments are real ones. She minds other things than the data that the shipped model learnt
from: that is why there is something to learn. Before she has decided anything, a base serves that is
made like the shipped model, but has seen none of her comments.

![Decided alone, wrong of those, and pairs ranked wrongly, as decisions come in](learning.svg)

Each row is a model: the base, what serves after 50 decisions, and so on. Decided alone: so many of her
comments get a verdict without a person. Wrong, of those: so many of these verdicts she would turn round.
Pairs ranked wrongly: of a bad comment and a good one, so often the good one looks worse.

"""

_GROWING = """\
## As decisions come in

Measured on comments that nobody decided on, each by what her policy says of it.

* Decided: so many of all comments get a verdict without a person. The thresholds are the model's own.
* Wrong, of those: so many of these verdicts her policy would turn round.
* Good rejected, bad published: of the good comments, and of the bad ones, so many were decided wrongly
  without a person.
* AUC: take a bad comment and a good one by lot; so often the bad one scores higher. 0.5 is chance.
* F1: one figure for two questions, how many of the accused are bad and how many of the bad are accused,
  where every comment is accused that is more likely bad than not. 1 is perfect. Best F1 puts that line
  where it suits the very comments measured on.

"""

_FAIRLY = """\
## The same share, the same errors

Who decides less errs less, so the figures above trade one for the other. Here they do not. All models
decide the same share of the comments: as many as the base does with its own thresholds, or a half, or
six in ten, and so on. So many of these verdicts are wrong. In the last column, as many are decided as is
possible while no more good ones are rejected, and no more bad ones published, than by the base as it
serves. The thresholds are fitted to these very comments, for all rows alike.

"""

_LUCK = """\
## Was it luck

The same, from other first comments and with other mistakes each time. The columns base to best are AUCs.
Wrong: so many of the verdicts, deciding as many comments as the base, at best and at worst. Not learnt:
nothing was learnt, or nothing better, and the base went on serving.

"""

_PROMISES = f"""\
## Promises

Thresholds promise that at most {_BUDGETS.good_lost:.1%} of the good comments are rejected and at most
{_BUDGETS.bad_published:.0%} of the bad ones published without a person. The last model above never saw
the comments measured on. {TIMES} times thresholds are chosen on some of them, drawn by lot, and it is
counted what they do. Exceeded: so often, more than the promised share was decided wrongly.

* Checked on the rest: the comments are split, and those that are not chosen on check. Chance plays in
  the checking too: thresholds that are right to a hair look too generous half of the time.
* Checked on all: the comments are taken for all that there are in the world. Those to choose on are
  drawn from them with repetition, and all of them check: only the choosing is left to chance.
* Mistakes: so many labels are wrong, among those to choose on and those to check on.

"""

_POISON = f"""\
## Spoilt decisions

What if decisions are careless or malicious? Learnt from the same decisions, spoilt in one way each, and
measured by the policy without mistakes. The account with a grudge picks comments that hold “{PHRASE}”,
rejects them all, and decides the rest of its share like everybody else. The copies are of texts that she
approved, each with a link of its own at its end, and come in between her decisions. The last column: of
the good comments with “{PHRASE}”, so many are not approved at once.

"""

_OWNER = f"""\
## The owner and her comments

She rejects what the data call toxic or spam, every swear word, at whomever, and every promotion of
oneself, links among it. She lets people be rude to politicians, as long as they neither swear nor
threaten nor drag in a group of people. In {MISTAKEN:.0%} of her decisions she presses the wrong key.
Each comment is decided on once, in an order drawn by lot.

What is measured on stands under other videos than what she decides on. Comments of news sites on which
raters disagreed are left out: her taste cannot be read off their votes. What passes by:

"""

_HOW = """
## How it was measured

* The base is trained on the corpus without any text that occurs here, in whatever spelling of case and
  punctuation. The shipped model has seen most of them; it is shown to tell how much that matters.
* Beside the columns that models/README.md names, civil_comments has `spans` (what raters minded, as
  published) and youtube `video`.
* Each model is learnt anew from the base and from all decisions until then.
* Comments go through the rules of a new site: what these hold is published by no model, and what they
  find is learnt from. Spoilt decisions are stored and decided on one by one, so near copies and people
  have the weight that they have in a service.
* All lots are drawn with fixed seeds: the same corpus and version give the same figures.
"""


def _named(step: Step) -> str:
    return f"{step.decisions:,}" if step.decisions else "0 (base)"


def _step(one: Step) -> tuple[str, ...]:
    return _named(one), f"{one.rejected:,}", *_figures(one.measured)


def _fairly(one: Step) -> tuple[str, ...]:
    return (
        _named(one),
        *(f"{verdicts.of_verdicts:.1%}" for verdicts in (one.as_many, *one.at_shares)),
        f"{one.as_wrong.share:.0%}",
    )


def _figures(one: Measured) -> tuple[str, ...]:
    verdicts = one.automatic
    return (
        f"{verdicts.share:.0%}",
        f"{verdicts.of_verdicts:.1%}",
        f"{verdicts.of_all:.1%}",
        f"{verdicts.good_lost:.1%}",
        f"{verdicts.bad_let_by:.0%}",
        f"{one.auc:.3f}",
        f"{one.f1:.3f}",
        f"{one.best_f1:.3f}",
    )


def _refusals(steps: Sequence[Step]) -> list[str]:
    refused = [one for one in steps[1:] if one.learnt.refusal]
    if not refused:
        return []
    return [
        "Where nothing was learnt, the base went on serving:",
        "",
        *(f"* {one.decisions:,} decisions: {one.learnt.refusal}." for one in refused),
        "",
    ]


def _draws(one: Draws) -> tuple[str, ...]:
    return (
        f"{one.decisions:,}",
        str(len(one.learnt)),
        str(one.better),
        f"{one.base:.3f}",
        f"{min(one.learnt):.3f}",
        f"{sum(one.learnt) / len(one.learnt):.3f}",
        f"{max(one.learnt):.3f}",
        f"{min(one.wrong):.1%} to {max(one.wrong):.1%}",
        str(one.refused),
    )


def _promise(one: Promise) -> tuple[str, ...]:
    return (
        f"{one.decisions:,}",
        "all" if one.way is Way.WORLD else "the rest",
        f"{MISTAKEN:.0%}" if one.has_mistakes else "none",
        f"{one.good_broken:.1%}",
        f"{one.bad_broken:.1%}",
        f"{one.decided:.0%}",
    )


def _poisoned(one: Poisoned) -> tuple[str, ...]:
    return (
        one.what,
        f"{one.decisions:,}",
        "refused" if one.learnt.refusal else "learnt",
        f"{one.measured.auc:.3f}",
        f"{one.measured.f1:.3f}",
        f"{one.held_back:.1%}",
    )


def _owner(stream: Stream) -> list[str]:
    return [
        *_OWNER.splitlines(),
        *(f"* {one.share:.0%} {one.name}" for one in KINDS),
        "",
        *report.table(
            ("", "comments", "bad by her policy", "spam", "abuse", "swearing at nobody"),
            (
                ("decided on", *_shares(stream.to_decide)),
                ("measured on", *_shares(stream.held_out)),
            ),
        ),
    ]


def _shares(some: Sequence[Judged]) -> tuple[str, ...]:
    reasons = Counter(one.reason for one in some)
    counts = (sum(one.is_bad for one in some), *(reasons[reason] for reason in (SPAM, ABUSE, OTHER)))
    return f"{len(some):,}", *(f"{count / len(some):.1%}" for count in counts)


def _row(name: str, one: Measured, *, is_ours: bool) -> plot.Row:
    shares = (one.automatic.share, one.automatic.of_verdicts, 1 - one.auc)
    return plot.Row(name, [plot.Mark(_PERCENT * share) for share in shares], is_ours=is_ours)
