"""Show what a model on trial says of live comments beside the serving one."""

import click
from rich import box
from rich.table import Table
from rich.text import Text

from moderation.cli.printing import show as print_table
from moderation.figures import FEWEST, Estimate, OnTrial
from moderation.registry import Shadow
from moderation.verdict import Action, percent

_DOES = {Action.APPROVE: "publishes", Action.REVIEW: "asks a person", Action.REJECT: "rejects"}
_WOULD = {
    Action.APPROVE: "would publish",
    Action.REVIEW: "would ask a person",
    Action.REJECT: "would reject",
}


def show(shadow: Shadow, serving: str, found: OnTrial) -> None:
    """Print where both disagree, and which of both was right, each figure with a sentence."""
    since = f" since {shadow.since:%Y-%m-%d %H:%M} UTC" if shadow.since else ""
    click.echo(
        f"{shadow.model} is on trial beside {serving}{since}. What it says changes nothing. "
        f"Comments that both judged: {found.judged:,}."
    )
    if found.silent:
        click.echo(
            f"More on which it gave no answer, because it failed or does not read the language: "
            f"{found.silent:,}. If it served, a person would have been asked."
        )
    if not found.judged:
        return
    print_table(_pairs(found))
    click.echo(f"How often they disagree: {_in_words(found.disputed)}.")
    if not found.disputes:
        return
    print_table(_disputes(found))
    click.echo(
        "Right is who decided as a person did since, or asked while the other decided wrongly. "
        f"How often the one on trial was right: {_in_words(found.right)}."
    )
    print_table(_latest(found))


def _pairs(found: OnTrial) -> Table:
    table = Table("the serving model", box=box.SIMPLE_HEAD)
    for action in Action:
        table.add_column(f"the other {_WOULD[action]}", justify="right")
    for serving in Action:
        counts = (f"{found.pairs.get((serving, shadow), 0):,}" for shadow in Action)
        table.add_row(_DOES[serving], *counts)
    return table


def _disputes(found: OnTrial) -> Table:
    table = Table("the serving model", "the one on trial", box=box.SIMPLE_HEAD)
    for heading in ("comments", "decided since", "the one on trial was right"):
        table.add_column(heading, justify="right")
    for one in found.disputes:
        table.add_row(
            _DOES[one.serving],
            _WOULD[one.shadow],
            f"{one.comments:,}",
            f"{one.decided:,}",
            f"{one.rightly:,}",
        )
    return table


def _latest(found: OnTrial) -> Table:
    table = Table(
        title=f"The latest on which they disagree, {len(found.latest)} at most", box=box.SIMPLE_HEAD
    )
    for heading in ("page", "site", "id", "the serving model", "the one on trial"):
        table.add_column(heading)
    for comment in found.latest:
        if comment.shadow:
            table.add_row(
                # Where the comment stands in the console.
                f"/console/comments/{comment.id}",
                # As text: square brackets are no markup here.
                Text(comment.site.name),
                Text(comment.external_id),
                _DOES[comment.verdict.action],
                _WOULD[comment.shadow.action],
            )
    return table


def _in_words(found: Estimate) -> str:
    if not found.is_enough:
        return f"too few to tell, {found.counted} of about {FEWEST} needed"
    return (
        f"{percent(found.share)} of {found.counted:,} comments, most likely between "
        f"{percent(found.low)} and {percent(found.high)} of all"
    )
