"""Measure what published catastrophic patterns cost as an owner's rules.

Run as: python -m bench.patterns FOLDER

FOLDER holds `*_vulnerable.json`: patterns, each with the recipe of a text that makes a backtracking
engine run for years. Each pattern is saved as a list by itself; those that are not refused must
search the text, filled up to a comment's length, within the bar.
"""

import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import click
import re2

from moderation.draft import Draft
from moderation.rules import BadEntry, Case, EntryList, History, ListKind, Policy, gather
from moderation.verdict import Action

BAR = 50.0  # Milliseconds, for the shorter of LENGTHS.
LENGTHS = (5_000, 20_000)
ROUNDS = 3
# A recipe adds up strings, some of them repeated: "a"+"\t0"*16+"!"
# Quotation marks within them stand bare.
PIECE = re.compile(r'"(.*?)"(?:\*(\d+))?(?:\+(?=")|$)', re.DOTALL)
BARE_QUOTE = re.compile(r'(?<!\\)"')
UNUSUAL = re.compile(r"[\ud800-\udfff\x00]")


def main(folder: Path) -> None:
    """Print how many are refused and why, and how long the rest takes."""
    refused: Counter[str] = Counter()
    taken: dict[int, list[tuple[float, str]]] = {length: [] for length in LENGTHS}
    for regex, attacks in published(folder):
        try:
            one = EntryList.parse("published", ListKind.PATTERNS, Action.REVIEW, regex)
        except BadEntry as error:
            refused[reason(error)] += 1
            continue
        policy = Policy(lists=(one,))
        for length in LENGTHS:
            texts = [text for attack in attacks for text in filled(attack, length)]
            taken[length].append((max(milliseconds(policy, text) for text in texts), regex))
    count = len(taken[LENGTHS[0]])
    click.echo(f"{count + refused.total()} patterns, {refused.total()} refused:")
    for why, times in refused.most_common():
        click.echo(f"{times:6}  {why}")
    click.echo(f"{count} accepted; the whole rule pass on the text that attacks the pattern:")
    for length, found in taken.items():
        slowest, regex = max(found)
        middle = statistics.median(milliseconds for milliseconds, _ in found)
        over = sum(milliseconds > BAR for milliseconds, _ in found)
        click.echo(
            f"{length:7,} characters: median {middle:.2f} ms, worst {slowest:.2f} ms ({regex[:60]!r}), "
            f"{over} over {BAR:.0f} ms"
        )


def published(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Each pattern with the texts that attack it."""
    for file in sorted(folder.glob("*_vulnerable.json")):
        for one in json.loads(file.read_text("utf-8")):
            yield one["regex"], [attack(recipe) for _, recipe in one["attacks"]]


def attack(recipe: str) -> str:
    """Read a recipe. Nothing in it is run."""
    pieces = [
        json.loads('"' + BARE_QUOTE.sub(r"\"", text) + '"', strict=False) * int(times or 1)
        for text, times in PIECE.findall(recipe)
    ]
    return UNUSUAL.sub("?", "".join(pieces))


def filled(text: str, length: int) -> tuple[str, str]:
    """The text repeated up to `length`, and once with its middle as long as that takes."""
    pump = text[len(text) // 2 :][:64] or text
    beginning, end = text[: length // 2], text[-64:]
    stretched = beginning + pump * (length // len(pump) + 1)
    return (text * (length // len(text) + 1))[:length], stretched[: length - len(end)] + end


def milliseconds(policy: Policy, text: str) -> float:
    """The fastest of a few first passes: other programs only ever make one slower."""
    best = float("inf")
    for _ in range(ROUNDS):
        # What RE2 learnt from a text makes the next pass faster; but no attack comes twice.
        re2.purge()
        case = Case.prepare(Draft(text=text), Policy(lists=policy.lists), History())
        _ = case.policy.finders.patterns
        started = perf_counter()
        gather(case)
        best = min(best, perf_counter() - started)
    return best * 1_000


def reason(error: BadEntry) -> str:
    """Why it was refused, without what belongs to this pattern alone."""
    return re.sub(r"[\d,]{3,} steps", "n steps", error.why.partition(": ")[0])


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
