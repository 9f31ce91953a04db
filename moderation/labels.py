"""How much each decision teaches the next model. Knows nothing of databases or models.

Decisions are what the model believes, so nobody should get to say more than once what is said once:
near copies count together, no single person has most of the say, what was decided elsewhere counts
less, and a rejected copy of a comment that was approved says nothing about its words.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

# Decided in other years, by other rules, and often by a filter: half as much as a decision made here.
IMPORTED = 0.5
# Of all that people decided here, so much may be one person's; where they are few, two fair shares.
MOST_OF_ONE = 0.2
_FAIR_SHARES = 2
# Nobody's decisions count for less than this part: an owner who decides nearly everything would
# otherwise be worth no more than the two colleagues who tried it once.
LEAST_OF_ONE = 0.1


class Decider(NamedTuple):
    """A moderator, by number; or somebody at a site, by the name that the site gives."""

    moderator: int | None = None
    site: int | None = None
    reporter: str | None = None


class Label(NamedTuple):
    """A decision that may teach, without the text that it was made on."""

    decision: int
    comment: int
    rejected: bool
    # None for what was decided before the site came to us.
    by: Decider | None
    text_hash: str
    wave: int | None = None
    author: str | None = None
    is_forgotten: bool = False
    # Whether the comment's author had it erased.
    is_erased: bool = False
    # Whether the site keeps such comments for a time only, which is over.
    is_pruned: bool = False

    @property
    def sames(self) -> tuple[int | str, ...]:
        """What it has in common with its near copies: the text's fingerprint, and the wave."""
        return (self.text_hash,) if self.wave is None else (self.text_hash, self.wave)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What became of decisions on their way into a model."""

    # How many teach, and to how many they come when each is counted with its weight.
    teach: int
    weight: float
    # Left out: forgotten; of comments that were erased, or whose time was over; and rejected copies of
    # what was approved.
    forgotten: int = 0
    erased: int = 0
    pruned: int = 0
    copies_of_approved: int = 0
    # Among those that teach and count for less: of near copies, imported, of those who decided most.
    near_copies: int = 0
    imported: int = 0
    of_the_busiest: int = 0
    # How many people decided so much that their decisions count for less.
    busiest: int = 0


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weight of each decision that teaches, by its number, and an account of all."""

    weights: Mapping[int, float]
    account: Account
    # Of each person's own decisions; under None, of what was decided before the site came.
    accounts: Mapping[Decider | None, Account]


def weigh(labels: Iterable[Label]) -> Weighed:
    """Give each decision its weight. What is forgotten or gone weighs on nothing."""
    labels = list(labels)
    known = [one for one in labels if not (one.is_forgotten or one.is_erased or one.is_pruned)]
    approved = _first_approved(known)
    teach = [one for one in known if not (one.rejected and _is_copy(one, approved))]
    alike = Counter(same for one in teach for same in one.sames)
    copies = {one.decision: max(alike[same] for same in one.sames) for one in teach}
    plain = {one.decision: (IMPORTED if one.by is None else 1.0) / copies[one.decision] for one in teach}
    parts = _parts(teach, plain)
    weights = {one.decision: plain[one.decision] * parts.get(one.by, 1.0) for one in teach}

    def account(some: Sequence[Label]) -> Account:
        lessons = [one for one in some if one.decision in weights]
        busiest = [one.by for one in lessons if one.by in parts]
        forgotten = sum(one.is_forgotten for one in some)
        erased = sum(one.is_erased and not one.is_forgotten for one in some)
        pruned = sum(one.is_pruned and not one.is_forgotten for one in some)
        return Account(
            teach=len(lessons),
            weight=math.fsum(weights[one.decision] for one in lessons),
            forgotten=forgotten,
            erased=erased,
            pruned=pruned,
            copies_of_approved=len(some) - forgotten - erased - pruned - len(lessons),
            near_copies=sum(copies[one.decision] > 1 for one in lessons),
            imported=sum(one.by is None for one in lessons),
            of_the_busiest=len(busiest),
            busiest=len(set(busiest)),
        )

    of_each: defaultdict[Decider | None, list[Label]] = defaultdict(list)
    for one in labels:
        of_each[one.by].append(one)
    return Weighed(weights, account(labels), {by: account(some) for by, some in of_each.items()})


def in_words(account: Account) -> str:
    """Say what became of the decisions, for people."""
    sentences = [f"Models learn from {decisions(account.teach)}, which count as {account.weight:,.0f}."]
    if account.near_copies:
        sentences.append(
            f"{account.near_copies:,} of them were made on comments that say nearly the same as others:"
            " such comments count once together."
        )
    if account.imported:
        sentences.append(
            f"{account.imported:,} of them came with a site’s history and count {IMPORTED:.0%},"
            " because nobody knows by what rules they were made."
        )
    if account.busiest:
        people = "one person" if account.busiest == 1 else f"{account.busiest} people"
        sentences.append(
            f"{account.of_the_busiest:,} of them were made by {people} who decided far more than the"
            " others: they count for less, so that nobody alone says what is learnt."
        )
    if account.copies_of_approved:
        sentences.append(
            f"Left out: {decisions(account.copies_of_approved)} that rejected a copy of another"
            " author’s approved comment, whose words are not to blame."
        )
    if account.forgotten:
        sentences.append(f"Left out: {decisions(account.forgotten)} that models are to forget.")
    if account.erased:
        sentences.append(
            f"Left out: {decisions(account.erased)} on comments whose authors had them erased."
        )
    if account.pruned:
        sentences.append(
            f"Left out: {decisions(account.pruned)} on comments that were kept only for a time."
        )
    return " ".join(sentences)


def _first_approved(labels: Sequence[Label]) -> Mapping[int | str, Sequence[Label]]:
    """Give, for each group of near copies, the first approved one, and the first of another author."""
    found: defaultdict[int | str, list[Label]] = defaultdict(list)
    for one in sorted(labels, key=lambda one: one.comment):
        if one.rejected:
            continue
        for same in one.sames:
            firsts = found[same]
            if not firsts or (len(firsts) == 1 and _is_of_another(one, firsts[0])):
                firsts.append(one)
    return found


def _is_copy(rejected: Label, approved: Mapping[int | str, Sequence[Label]]) -> bool:
    """Whether somebody else had said nearly the same before, and was approved.

    Only before: spammers copy what they find, and an approved copy of spam is a slip.
    """
    return any(
        first.comment < rejected.comment and _is_of_another(first, rejected)
        for same in rejected.sames
        for first in approved.get(same, ())
    )


def _is_of_another(one: Label, other: Label) -> bool:
    # Where the site's history cannot tell, they are taken for two.
    return one.author is None or one.author != other.author


def _parts(labels: Sequence[Label], weights: Mapping[int, float]) -> dict[Decider | None, float]:
    """Say which part of their weight is left to those who decided more than their share.

    The share is one of what is left: those above it are brought down together.
    """
    of_each: defaultdict[Decider, list[float]] = defaultdict(list)
    for one in labels:
        if one.by is not None:
            of_each[one.by].append(weights[one.decision])
    if not of_each:
        return {}
    totals = sorted(((math.fsum(some), by) for by, some in of_each.items()), key=_total, reverse=True)
    share = max(MOST_OF_ONE, _FAIR_SHARES / len(totals))
    for number, (total, _) in enumerate(totals):
        others = math.fsum(map(_total, totals[number:]))
        # With `number` people at the most that one may have, that is `share` of all again.
        most = share * others / (1 - share * number)
        if total <= most:
            break
    return {by: max(LEAST_OF_ONE, most / total) for total, by in totals[:number]}


def _total(one: tuple[float, Decider]) -> float:
    return one[0]


def decisions(number: int) -> str:
    """Say how many decisions, for people."""
    return "1 decision" if number == 1 else f"{number:,} decisions"
