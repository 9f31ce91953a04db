"""Which of the compared comments would end otherwise, by each model's own thresholds."""

from collections.abc import Sequence

from moderation.classifier.decisions import Decisions
from moderation.classifier.gate.figures import Said
from moderation.classifier.gate.report import Flip, Flips
from moderation.verdict import Action

_SHOWN = 20
_DIGITS = 4
# What is not published is not yet rejected: each step away from what was decided counts.
_STEPS = {action: place for place, action in enumerate(Action)}


def flips(parts: Sequence[Decisions], serving: Said, candidate: Said) -> Flips:
    """Count how the comments would end, and name some of those that would end otherwise."""
    table = {before: dict.fromkeys(Action, 0) for before in Action}
    changed: list[tuple[int, Flip | None]] = []
    rows = ((part, row) for part in parts for row in range(len(part)))
    for place, (part, row) in enumerate(rows):
        before, after = _action(serving, place), _action(candidate, place)
        table[before][after] += 1
        if before is not after:
            decided = _decided(part, row)
            nearer = _distance(before, decided) - _distance(after, decided)
            changed.append((nearer, _flip(part, row, serving, candidate, place)))
    return Flips(
        table=table,
        worse=sum(nearer < 0 for nearer, _ in changed),
        better=sum(nearer > 0 for nearer, _ in changed),
        examples=_shown([(nearer, flip) for nearer, flip in changed if flip is not None]),
    )


def _flip(part: Decisions, row: int, serving: Said, candidate: Said, place: int) -> Flip | None:
    comment = part.comment(row)
    if comment is None:
        return None
    return Flip(
        comment=comment,
        decided=_decided(part, row),
        decided_at=part.decided_at(row),
        before=_action(serving, place),
        after=_action(candidate, place),
        probability_before=round(float(serving.probabilities[place]), _DIGITS),
        probability_after=round(float(candidate.probabilities[place]), _DIGITS),
    )


def _decided(part: Decisions, row: int) -> Action:
    return Action.REJECT if part.rejected[row] else Action.APPROVE


def _shown(named: Sequence[tuple[int, Flip]]) -> tuple[Flip, ...]:
    """Choose of both kinds alike, as far as there are any: those that end nearer and further."""
    ordered = sorted(named, key=lambda one: (-abs(one[0]), -_moved(one[1]), one[1].comment))
    further = [flip for nearer, flip in ordered if nearer < 0]
    nearer = [flip for nearer, flip in ordered if nearer > 0]
    room = max(_SHOWN // 2, _SHOWN - len(nearer))
    chosen = further[:room]
    return (*chosen, *nearer[: _SHOWN - len(chosen)])


def _moved(flip: Flip) -> float:
    return abs(flip.probability_after - flip.probability_before)


def _distance(action: Action, decided: Action) -> int:
    return abs(_STEPS[action] - _STEPS[decided])


def _action(said: Said, place: int) -> Action:
    if said.approved[place]:
        return Action.APPROVE
    return Action.REJECT if said.rejected[place] else Action.REVIEW
