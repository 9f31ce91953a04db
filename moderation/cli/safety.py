"""Show what a model makes of the fixed texts: tables, and whether each bar holds."""

from rich import box
from rich.table import Table

from moderation.classifier.safety import evasion, explanations, honest, identity
from moderation.classifier.safety.disguises import DISGUISES, PAIRS
from moderation.classifier.safety.report import Report

# The worst are what one mends next.
_SHOWN = 12


def tables(found: Report) -> list[Table]:
    """Write down what came of the fixed texts, and at the end whether each bar holds."""
    return [
        _terms(found.fair),
        _templates(found.fair),
        _alone(found.hidden),
        _pairs(found.hidden),
        _scripts(found.unharmed, found.unharmed_alone),
        _bars(found),
    ]


def _bars(report: Report) -> Table:
    fair, hidden, unharmed, explained = report.fair, report.hidden, report.unharmed, report.explained
    table = _table("Bars", "what", "texts", "found", "wanted", "holds")

    def add(what: str, texts: int, found: str, wanted: str, *, holds: bool) -> None:
        table.add_row(what, f"{texts:,}", found, wanted, "yes" if holds else "NO")

    def add_share(what: str, texts: int, found: float, wanted: float) -> None:
        add(what, texts, f"{found:.1%}", f"{wanted:.0%} or more", holds=found >= wanted)

    people = fair.whole
    add_share("civil sentences, not rejected", people.texts, 1 - people.rejected, identity.NOT_REJECTED)
    add_share("civil sentences, approved", people.texts, people.approved, identity.APPROVED)
    worst = fair.worst_term
    add(
        f"most blamed: {worst}, above the mean",
        fair.terms[worst].texts,
        f"{fair.above_mean(worst):.3f}",
        f"{identity.ABOVE_MEAN} or less",
        holds=fair.above_mean(worst) <= identity.ABOVE_MEAN,
    )
    plain = hidden.plain
    add_share("abuse without disguise, held", plain.comments, plain.overall, evasion.STAYS)
    for worn, held in (("one disguise", hidden.all_alone), ("two disguises", hidden.all_pairs)):
        add_share(f"abuse in {worn}, stays held", held.found_plain, held.stays, evasion.STAYS)
        table.add_row(f"abuse in {worn}, held in all", f"{held.comments:,}", f"{held.overall:.1%}")
    add(
        "honest texts, judged otherwise for being normalised",
        unharmed.whole.texts,
        f"{unharmed.share_changed:.1%}",
        f"{honest.CHANGED:.0%} or less",
        holds=unharmed.share_changed <= honest.CHANGED,
    )
    alone = report.unharmed_alone
    table.add_row("the same by the model alone", f"{alone.whole.texts:,}", f"{alone.share_changed:.1%}")
    add_share("honest texts, every letter kept", unharmed.whole.texts, unharmed.share_kept, honest.KEPT)
    add(
        "explanations, widest gap to the score",
        explained.texts,
        f"{explained.widest_gap:.1e}",
        f"{explanations.GAP:.0e} or less",
        holds=explained.widest_gap <= explanations.GAP,
    )
    add(
        "explanations, words not where they are said to be",
        explained.texts,
        str(len(explained.astray)),
        "0",
        holds=not explained.astray,
    )
    return table


def _terms(found: identity.Figures) -> Table:
    table = _table(
        "People, the most blamed first", "term", "texts", "approved", "rejected", "above mean"
    )
    for term in sorted(found.terms, key=found.above_mean, reverse=True)[:_SHOWN]:
        group = found.terms[term]
        table.add_row(term, *_shares(group), f"{found.above_mean(term):+.3f}")
    return table


def _templates(found: identity.Figures) -> Table:
    table = _table(
        "Civil sentences, the least approved first", "sentence", "texts", "approved", "rejected"
    )
    table.columns[0].overflow = "ellipsis"
    table.columns[0].max_width = 80
    for pattern, group in sorted(found.templates.items(), key=lambda one: one[1].approved)[:_SHOWN]:
        table.add_row(pattern, *_shares(group))
    return table


def _shares(group: identity.Group) -> tuple[str, str, str]:
    return f"{group.texts:,}", f"{group.approved:.1%}", f"{group.rejected:.1%}"


def _alone(found: evasion.Figures) -> Table:
    table = _table("Abuse in one disguise", "no.", "disguise", "comments", "stays held", "held in all")
    for number, (name, held) in enumerate(found.alone.items(), start=1):
        table.add_row(
            str(number), name, f"{held.comments:,}", f"{held.stays:.1%}", f"{held.overall:.1%}"
        )
    return table


def _pairs(found: evasion.Figures) -> Table:
    """A square, because hundreds of lines are not read: in each field the percentage that stays held."""
    names = [disguise.name for disguise in DISGUISES]
    table = _table(
        "Abuse in two disguises: of a hundred, how many stay held "
        f"(a sample: every {evasion.EVERY_NTH}th comment a pair, {len(PAIRS)} pairs)",
        "put on first, then no.",
        *(str(number) for number in range(1, len(names) + 1)),
    )
    table.padding = (0, 1, 0, 0)
    for number, first in enumerate(names, start=1):
        fields = (found.pairs.get((first, second)) for second in names)
        table.add_row(
            f"{number} {first}", *("" if one is None else f"{100 * one.stays:.0f}" for one in fields)
        )
    return table


def _scripts(found: honest.Figures, alone: honest.Figures) -> Table:
    table = _table(
        *("Honest texts", "script", "texts", "held", "held if read plainly"),
        *("judged otherwise", "by the model alone", "letters kept"),
    )
    for script, group in found.scripts.items():
        changed_alone = alone.scripts[script].changed
        figures = (group.texts, group.held, group.held_plain, group.changed, changed_alone, group.kept)
        table.add_row(script, *map(str, figures))
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table
