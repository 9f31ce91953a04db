"""The card: everything that is known of a model, for programs (card.json) and for people (card.md)."""

from datetime import datetime

import msgspec

from moderation.classifier.thresholds import ONLY_ESTIMATED, Kept, Trades
from moderation.labels import Account, in_words
from moderation.verdict import Thresholds

FORMAT = 2
"""The arrangement of model.joblib that this code reads and writes."""

NEWEST_DECISIONS = "newest decisions"
"""The test of a retrained model: what people decided last."""

# Of the kinds of people, so many are shown to people.
_MOST_BLAMED = 10


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where training texts came from, and how many were used."""

    name: str
    rows: int
    origin: str
    licence: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many training texts are known to be one thing, and how many known not to be."""

    positives: int
    negatives: int


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """How well one head tells bad from good. Empty where the test has one of the two only."""

    rows: int
    positives: int
    auc: float | None
    average_precision: float | None
    log_loss: float | None


class Consequences(msgspec.Struct, frozen=True, kw_only=True):
    """What the thresholds do to the comments of a test, as shares."""

    # Of the good comments.
    good_rejected: float
    good_reviewed: float
    # Of the bad comments.
    bad_reviewed: float
    bad_approved: float


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What rejecting from a threshold on does: how much of what it takes is bad, of the bad how much."""

    threshold: float
    precision: float
    recall: float


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Texts of about one probability: what was said of them on average, and how many are bad."""

    texts: int
    said: float
    found: float


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn of the rejection head on one test, with few bad ones found first."""

    precision_recall: tuple[Point, ...]
    calibration: tuple[Bin, ...]


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What the model by itself makes of civil sentences about one kind of people, as shares."""

    people: str
    texts: int
    approved: float
    rejected: float
    # The mean probability of rejection.
    mean: float


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One set of texts that the model never saw, and a measure for each head."""

    name: str
    measures: dict[str, Measure]
    consequences: Consequences
    # Cards of before have none.
    curves: Curves | None = None


class Foretelling(msgspec.Struct, frozen=True, kw_only=True):
    """How often the reason of a rejection was foretold, as shares of rejections that came with one."""

    rejections: int
    right: float
    # What always saying one reason would get: the commonest of those learnt from.
    commonest: str
    by_commonest: float
    # Between what `right` minus `by_commonest` lies, with a probability of 95 %.
    low: float
    high: float


class LearntReasons(msgspec.Struct, frozen=True, kw_only=True):
    """What a site's model learnt of why comments are rejected."""

    # How many rejections it learnt each reason from.
    decisions: dict[str, int]
    # On the newest decisions; None where too few of them have a reason.
    test: Foretelling | None

    @property
    def are_foretold(self) -> bool:
        """Whether the model foretells reasons: not where always saying one of them does better."""
        return self.test is None or self.test.right >= self.test.by_commonest


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From the first to the last decision."""

    first: datetime
    last: datetime


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The facts about one model."""

    name: str
    created_at: datetime
    base: str | None = None
    format: int = FORMAT
    # Of model.joblib; filled in when the model is saved.
    sha256: str = ""
    versions: dict[str, str]
    sources: tuple[Source, ...]
    labels: dict[str, Tally]
    period: Period | None = None
    # What became of a site's decisions. Cards of base models, and of before, have none.
    account: Account | None = None
    # How freely each kind of correction could move, of a model that learnt from decisions.
    priors: dict[str, float] = {}
    grams: int
    # ISO 639-1 codes.
    languages: tuple[str, ...] = ("en",)
    # Where lots were drawn.
    seed: int | None = None
    # The command that made it, with all that it was told. Cards of before have none.
    made_by: str | None = None
    # What the scores were calibrated to, where they were.
    prevalence: dict[str, float] = {}
    budgets: Kept
    thresholds: Thresholds
    # What other budgets would buy.
    trades: Trades
    thresholds_in_words: str
    tests: tuple[Trial, ...]
    # The most blamed first. Cards of before have none.
    identities: tuple[Identity, ...] = ()
    # None where fewer than two reasons were given often enough, and on cards of before.
    reasons: LearntReasons | None = None
    known_failures: tuple[str, ...]

    @property
    def decides_in_words(self) -> str:
        """What the thresholds do, and how far that is a promise."""
        if self.budgets.confidence:
            return self.thresholds_in_words
        return f"{self.thresholds_in_words} {ONLY_ESTIMATED}"


def newest_decisions_by(model: str) -> str:
    """Name the test on which the model that served was measured beside a retrained one."""
    return f"{NEWEST_DECISIONS}, by {model}"


def render(card: Card) -> str:
    """Write the card as Markdown for people."""
    return "\n".join(
        [
            f"# {card.name}",
            "",
            f"Made {card.created_at:%d %B %Y}"
            + (f", from the decisions of a site on top of {card.base}." if card.base else "."),
            "",
            "## What it decides",
            "",
            card.decides_in_words,
            "",
            "## What it learnt from",
            "",
            *_sources(card),
            "",
            *([in_words(card.account), ""] if card.account else []),
            *_labels(card),
            "",
            "## How well it tells bad from good",
            "",
            "On texts that it never saw. AUC: how often a bad text scores above a good one.",
            "",
            *_measures(card.tests),
            "",
            "What the thresholds do to those texts:",
            "",
            *_consequences(card.tests),
            "",
            *_calibrations(card.tests),
            *_identities(card.identities),
            *_reasons(card.reasons),
            "## Where it is known to fail",
            "",
            *(f"* {failure}" for failure in card.known_failures),
            "",
            *_again(card),
            "## Technical",
            "",
            f"* format {card.format}, {card.grams:,} grams" + _seed(card.seed),
            *_priors(card.priors),
            f"* SHA-256 of model.joblib: `{card.sha256}`",
            "* made with " + ", ".join(f"{name} {version}" for name, version in card.versions.items()),
            "",
        ]
    )


def _sources(card: Card) -> list[str]:
    period = (
        [f"Decisions from {card.period.first:%d %B %Y} to {card.period.last:%d %B %Y}.", ""]
        if card.period
        else []
    )
    return [
        *period,
        "| texts | used | origin | licence |",
        "|---|---:|---|---|",
        *(f"| {one.name} | {one.rows:,} | {one.origin} | {one.licence} |" for one in card.sources),
    ]


def _labels(card: Card) -> list[str]:
    return [
        "| head | is | is not | calibrated to |",
        "|---|---:|---:|---:|",
        *(
            f"| {head} | {tally.positives:,} | {tally.negatives:,} "
            f"| {_share(card.prevalence.get(head))} |"
            for head, tally in card.labels.items()
        ),
    ]


def _measures(tests: tuple[Trial, ...]) -> list[str]:
    return [
        "| test | head | texts | bad | AUC | average precision | log loss |",
        "|---|---|---:|---:|---:|---:|---:|",
        *(
            f"| {test.name} | {head} | {one.rows:,} | {one.positives:,} "
            f"| {_figure(one.auc)} | {_figure(one.average_precision)} | {_figure(one.log_loss)} |"
            for test in tests
            for head, one in test.measures.items()
        ),
    ]


def _consequences(tests: tuple[Trial, ...]) -> list[str]:
    return [
        "| test | good ones rejected | good ones reviewed | bad ones reviewed | bad ones approved |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {test.name} | {_share(test.consequences.good_rejected)} "
            f"| {_share(test.consequences.good_reviewed)} "
            f"| {_share(test.consequences.bad_reviewed)} | {_share(test.consequences.bad_approved)} |"
            for test in tests
        ),
    ]


def _calibrations(tests: tuple[Trial, ...]) -> list[str]:
    rows = [(test.name, one) for test in tests if test.curves for one in test.curves.calibration]
    if not rows:
        return []
    return [
        "How honest its probabilities are: of texts of about one probability, how many are bad.",
        "",
        "| test | texts | probability | bad |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {one.texts:,} | {_share(one.said)} | {_share(one.found)} |"
            for name, one in rows
        ),
        "",
    ]


def _identities(people: tuple[Identity, ...]) -> list[str]:
    if not people:
        return []
    shown = people[:_MOST_BLAMED]
    return [
        "## What it makes of civil sentences about people",
        "",
        f"The same sentences, about {len(people)} kinds of people: a name should carry no blame.",
        f"These {len(shown)} carry most; card.json has all.",
        "",
        "| people | sentences | approved | rejected | mean probability |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {one.people} | {one.texts} | {_share(one.approved)} | {_share(one.rejected)} "
            f"| {_share(one.mean)} |"
            for one in shown
        ),
        "",
    ]


def _priors(priors: dict[str, float]) -> list[str]:
    named = ", ".join(f"{name} {value:g}" for name, value in priors.items())
    return [f"* how freely corrections could move: {named}"] if priors else []


def _reasons(reasons: LearntReasons | None) -> list[str]:
    if reasons is None:
        return []
    return [
        "## For what reason your moderators reject",
        "",
        f"{_foretelling(reasons)} It changes nothing about what is rejected.",
        "",
        "| reason | rejections learnt from |",
        "|---|---:|",
        *(f"| {name} | {number:,} |" for name, number in reasons.decisions.items()),
        "",
    ]


def _foretelling(reasons: LearntReasons) -> str:
    test = reasons.test
    if test is None:
        return "It foretells the reason; too few of the newest rejections have one to say how well."
    said = (
        f"Of the newest {test.rejections:,} rejections with a reason, the likeliest was right in"
        f" {_share(test.right)}; always saying {test.commonest} would have been right in"
        f" {_share(test.by_commonest)}. The difference lies between {_points(test.low)} and"
        f" {_points(test.high)} points, with 95% confidence."
    )
    return said if reasons.are_foretold else f"{said} So it foretells no reason."


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f}"


def _again(card: Card) -> list[str]:
    if card.made_by is None:
        return []
    needed = (
        f"Restore a backup of {card.created_at:%d %B %Y} (`moderation db restore`), with {card.base} in"
        " the folder of models. With the service of that day and the libraries below, the same"
        " decisions give the same model, byte for byte:"
        if card.base
        else "With the service of that day, the libraries below and the same texts (models/README.md"
        " says where they are from), this gives the same model, byte for byte:"
    )
    return ["## How to make it again", "", needed, "", f"    {card.made_by}", ""]


def _seed(seed: int | None) -> str:
    return "" if seed is None else f", seed {seed}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
