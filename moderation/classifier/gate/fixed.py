"""Ask of texts that never change: civil sentences about people, known abuse, and honest texts.

No model learns from them. Both models are asked by themselves, without rules, which are the same for
both and would cover up what a model does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from moderation.classifier.counting import Progress, silence
from moderation.classifier.evaluation import logits, probabilities
from moderation.classifier.fitting import Flags, Numbers
from moderation.classifier.gate import policy
from moderation.classifier.gate.checks import Question, check, mean, share
from moderation.classifier.gate.figures import Said
from moderation.classifier.gate.intervals import estimates
from moderation.classifier.gate.report import ABUSE, HONEST, PEOPLE, Check, People
from moderation.classifier.model import Classifier
from moderation.classifier.safety import evasion, honest, identity
from moderation.classifier.safety.disguises import DISGUISES, PAIRS
from moderation.text import Normalised, normalise

# Each pair of disguises is put on every so many-th comment: some thousand texts, which take a second.
_EVERY_NTH = 64
_PEOPLE_SHOWN = 12
_DIGITS = 4

_REJECTED = Question(
    name="civil rejected",
    title="Civil sentences about people rejected",
    meaning="",
    margin=policy.CIVIL_REJECTED,
    more_is_better=False,
)
_BLAME = Question(
    name="blame",
    title="Blame for a name",
    meaning="",
    margin=policy.BLAME,
    more_is_better=False,
)
_PLAIN = Question(name="abuse held", title="Abuse caught", meaning="", margin=policy.ABUSE)
_DISGUISED = Question(
    name="disguised held", title="Disguised abuse caught", meaning="", margin=policy.ABUSE
)
_HONEST = Question(
    name="honest rejected",
    title="Honest texts rejected",
    meaning="",
    margin=policy.HONEST_REJECTED,
    more_is_better=False,
)


class Models(NamedTuple):
    """The two that are compared."""

    serving: Classifier
    candidate: Classifier


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts, and which of them are drawn together: what shares a sentence gets nearly the same score.

    They are normalised once: several models are asked about them, and some of them twice.
    """

    texts: tuple[Normalised, ...]
    units: tuple[int, ...]


def of_people(models: Models, progress: Progress = silence) -> tuple[list[Check], tuple[People, ...]]:
    """Ask what is made of civil sentences, and whose name carries more blame than before."""
    found, kinds = _civil(), [term.plural for term in identity.terms()]
    before, after = _said(models, found, "civil sentences", progress)
    meaning = (
        f"{len(found.texts):,} civil sentences name {len(kinds)} kinds of people: "
        "how many would be rejected."
    )
    question = replace(_REJECTED, meaning=meaning)
    rejected = _share_of(PEOPLE, question, found, before.rejected, after.rejected)
    sentences = _each(found)
    # A row a sentence and a column a kind of people.
    level = before.log_odds.reshape(-1, len(kinds)).mean(axis=1, keepdims=True)
    blames = [_blames(said.log_odds, level, len(kinds)) for said in (before, after)]
    moves = (blames[1] - blames[0]).mean(axis=0)
    # To lose a lead over others is no blame. Of equals the first, as they are listed.
    unblamed = np.maximum(blames[0].mean(axis=0), 0.0)
    worst = int(np.argmax(blames[1].mean(axis=0) - unblamed))
    blame = replace(
        _BLAME,
        meaning="A name alone should change nothing. How much likelier rejection seems for civil "
        "sentences about one kind of people than for the same sentences about all, in the worst "
        f"case: {kinds[worst]}.",
    )
    before_that = blames[0][:, worst] if unblamed[worst] else np.zeros(len(sentences))
    moved = mean(before_that, blames[1][:, worst], range(len(sentences)))
    estimate = estimates([moved], sentences)[0]
    checks = [rejected, check(PEOPLE, blame, estimate, len(sentences))]
    shares = [said.rejected.reshape(-1, len(kinds)).mean(axis=0) for said in (before, after)]
    shown = [place for place in np.argsort(-np.abs(moves), kind="stable") if moves[place]]
    return checks, tuple(
        People(
            people=kinds[place],
            blame_before=_rounded(blames[0][:, place].mean()),
            blame_after=_rounded(blames[1][:, place].mean()),
            rejected_before=_rounded(shares[0][place]),
            rejected_after=_rounded(shares[1][place]),
        )
        for place in shown[:_PEOPLE_SHOWN]
    )


def of_abuse(models: Models, progress: Progress = silence) -> list[Check]:
    """Ask how much of known abuse is not published before a person has seen it."""
    hidden = "abusive comments whose words are hidden by one or two disguises"
    return [
        _held(models, _PLAIN, "abusive comments", _abuse(), progress),
        _held(models, _DISGUISED, hidden, _disguised(), progress),
    ]


def of_honest(models: Models, progress: Progress = silence) -> list[Check]:
    """Ask how many honest texts in many scripts would be rejected."""
    found = _honest()
    before, after = _said(models, found, "honest texts", progress)
    meaning = (
        f"{len(found.texts):,} honest texts in many languages and scripts: how many would be rejected."
    )
    question = replace(_HONEST, meaning=meaning)
    return [_share_of(HONEST, question, found, before.rejected, after.rejected)]


def review_at_most(models: Models, progress: Progress = silence) -> float:
    """Say from where at most the candidate must ask people, to catch as much known abuse as before.

    On a site that never met such abuse, thresholds found on its decisions alone would publish it.
    """
    return min(_keeps(models, found, progress) for found in (_abuse(), _disguised()))


def _keeps(models: Models, found: _Texts, progress: Progress) -> float:
    before, after = _said(models, found, "known abuse", progress)
    caught = int((~before.approved).sum())
    return float(np.sort(after.probabilities)[-caught]) if caught else 1.0


def _held(models: Models, question: Question, what: str, found: _Texts, progress: Progress) -> Check:
    before, after = _said(models, found, question.title.lower(), progress)
    meaning = (
        f"Of {len(found.texts):,} {what}, how many would not be published before a person has seen them."
    )
    asked = replace(question, meaning=meaning)
    return _share_of(ABUSE, asked, found, ~before.approved, ~after.approved)


def _share_of(about: str, question: Question, found: _Texts, before: Flags, after: Flags) -> Check:
    """Ask of which share of the texts something is so."""
    estimate = estimates([share(before, after, found.units)], _each(found))[0]
    return check(about, question, estimate, len(found.texts))


def _said(models: Models, found: _Texts, step: str, progress: Progress) -> tuple[Said, Said]:
    before, after = (
        Said.of(
            logits(one, found.texts, step=f"{step}, by {one.version}", progress=progress)[:, 0],
            one.thresholds,
        )
        for one in models
    )
    return before, after


def _blames(log_odds: Numbers, level: Numbers, kinds: int) -> Numbers:
    """Say of each mention how much likelier rejection is than for its sentence about all people.

    Both models are heard at one `level`, the log-odds that the serving model gives each sentence in
    general: probabilities move for all, where a model is calibrated anew.
    """
    table = log_odds.reshape(-1, kinds)
    above = table - table.mean(axis=1, keepdims=True)
    blames = probabilities((above + level).ravel()) - np.repeat(probabilities(level.ravel()), kinds)
    found: Numbers = blames.reshape(table.shape)
    return found


def _each(found: _Texts) -> Numbers:
    return np.ones(max(found.units) + 1)


def _alone(texts: Sequence[str]) -> _Texts:
    return _Texts(tuple(map(normalise, texts)), tuple(range(len(texts))))


@cache
def _civil() -> _Texts:
    # Sentence by sentence, each about all kinds of people.
    mentions, kinds = identity.mentions(), len(identity.terms())
    places = tuple(number // kinds for number in range(len(mentions)))
    return _Texts(tuple(normalise(one.text) for one in mentions), places)


@cache
def _abuse() -> _Texts:
    return _alone([one.text for one in evasion.abuses()])


@cache
def _disguised() -> _Texts:
    comments = evasion.abuses()
    chosen = [([one], range(len(comments))) for one in DISGUISES]
    chosen += [
        (list(pair), range(number % _EVERY_NTH, len(comments), _EVERY_NTH))
        for number, pair in enumerate(PAIRS)
    ]
    worn = [(place, disguises) for disguises, places in chosen for place in places]
    return _Texts(
        tuple(normalise(comments[place].hidden_by(disguises)) for place, disguises in worn),
        tuple(place for place, _ in worn),
    )


@cache
def _honest() -> _Texts:
    return _alone([one.text for one in honest.texts()])


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS) + 0.0
