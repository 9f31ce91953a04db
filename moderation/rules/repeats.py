"""Evidence in earlier comments that say the same, or nearly the same."""

from collections.abc import Iterator

from moderation.rules.case import Case, Copies
from moderation.rules.options import ExactCopies
from moderation.sketch import own_letters
from moderation.verdict import Action, Signal

# The first copy, and each further one, up to so many.
COPY, MORE_COPIES, COPIES_COUNTED = 1.5, 0.5, 4
# Near copies, where there are exact ones as well.
BESIDE_COPIES = 0.5
# People did not want it then.
REJECTED_BEFORE = 1.5


def repeated_text(case: Case) -> Iterator[Signal]:
    """The same words arrived before: a copy says little about this page."""
    found = case.history.copies
    if not (found.of_others or found.same_hand):
        return
    if own_letters(case.text) < case.policy.options(ExactCopies).letters:
        return
    if found.of_others:
        yield _copied("repeated_text", "The same text was sent", found, _weight(found))
    else:
        yield Signal(
            source="repeated_text",
            code="sent_twice",
            message="This author sent the same text on this page before.",
            action=Action.REVIEW,
        )


def near_copy(case: Case) -> Iterator[Signal]:
    """Nearly the same words arrived lately from elsewhere: a copy with a name or a link exchanged."""
    found = case.history.near_copies
    if found.of_others:
        # One campaign, which now and then changes a word, is not counted twice.
        weight = BESIDE_COPIES if case.history.copies.of_others else _weight(found)
        yield _copied("near_copy", "Nearly the same text was sent", found, weight)


def _weight(found: Copies) -> float:
    further = min(found.of_others, COPIES_COUNTED) - 1
    return COPY + MORE_COPIES * further + (REJECTED_BEFORE if found.rejected else 0.0)


def _copied(code: str, sentence: str, found: Copies, weight: float) -> Signal:
    times = "once" if found.of_others == 1 else f"{found.of_others} times"
    where = []
    if found.elsewhere:
        latest = f", last as {found.latest}" if found.latest else ""
        where.append(f"{found.elsewhere} on this site{latest}")
    if found.other_sites:
        where.append(f"{found.other_sites} on other sites")
    rejected = f" People rejected {found.rejected} of them." if found.rejected else ""
    return Signal(
        source=code,
        code=code,
        message=f"{sentence} {times} before: {'; '.join(where)}.{rejected}",
        action=Action.REVIEW,
        weight=weight,
    )
