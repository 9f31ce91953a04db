"""`moderation import`: bring the comments of a site, and what was decided on them elsewhere."""

import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import BinaryIO

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from moderation import settings, sites
from moderation.cli import opened
from moderation.cli.printing import show
from moderation.importers import disqus, source, storing, table, wxr
from moderation.importers.record import Record, Skipped, Status
from moderation.importers.source import BadFile
from moderation.judgement import Scorer, judge_all
from moderation.policies import Policies
from moderation.store import Database
from moderation.store.tables import Site

# What is committed together. Larger batches are written faster, but take more memory; and texts
# can be long.
_MOST_RECORDS = 500
_MOST_CHARACTERS = 150_000
_SKIPPED_NAMED = 10
_STANDARD_INPUT = "-"

_LABELS = {
    Status.APPROVED: "approved",
    Status.SPAM: "rejected as spam",
    Status.REJECTED: "rejected or in the trash",
    Status.PENDING: "wait for a person",
}

Read = Callable[[Iterable[bytes]], Iterator[Record | Skipped]]


@dataclass
class _Tally:
    """What became of the comments of a file."""

    new: Counter[Status] = field(default_factory=Counter)
    same: int = 0
    other: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    named: list[Skipped] = field(default_factory=list)

    def skip(self, one: Skipped) -> None:
        self.skipped[one.why] += 1
        if len(self.named) < _SKIPPED_NAMED:
            self.named.append(one)

    def add(self, found: storing.Found) -> None:
        self.new.update(record.status for record in found.new)
        self.mended.update(why for record in found.new for why in record.mended)
        self.same += found.same
        self.other += found.other

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.same or self.other or self.skipped)


@click.group("import")
def import_() -> None:
    """Bring a site's earlier comments, and what was decided on them.

    Approved, rejected and spam comments become past decisions, which `moderation retrain` learns
    from; what waits for a person joins the queue. The same file again adds nothing, so that an
    import that was interrupted is simply started again.
    """


def _common(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option(
        "--dry-run", is_flag=True, help="Read the whole file and tell what would come; write nothing."
    )(command)
    command = click.option(
        "--site", "site_name", required=True, help="The site whose comments these are."
    )(command)
    return click.argument("file")(command)


@import_.command("wxr")
@_common
def import_wxr(file: str, site_name: str, *, dry_run: bool) -> None:
    """Import the comments of FILE, which WordPress exported (Tools > Export > All content).

    FILE may be compressed by gzip; `-` reads standard input. WordPress exports no spam: docs/import.md
    says how to bring that too.

    \b
    Examples:
      moderation import wxr blog.xml --site blog --dry-run
      moderation import wxr blog.xml.gz --site blog
    """
    _bring(wxr.read, file, site_name, dry_run=dry_run)


@import_.command("disqus")
@_common
def import_disqus(file: str, site_name: str, *, dry_run: bool) -> None:
    """Import the comments of FILE, which Disqus exported (Moderation > Export).

    FILE may be compressed by gzip, as Disqus sends it; `-` reads standard input.

    Example: moderation import disqus blog-2026-11-24.xml.gz --site blog
    """
    _bring(disqus.read, file, site_name, dry_run=dry_run)


@import_.command("csv")
@_common
def import_csv(file: str, site_name: str, *, dry_run: bool) -> None:
    """Import the comments of FILE, a table in UTF-8 whose first line names the columns.

    FILE may be compressed by gzip; `-` reads standard input. A row that cannot be read is named
    and left out.

    \b
    Columns: id and text; and if there are any
      status        approved, spam, rejected, trash or pending (as is a row without one)
      date          such as 2026-11-24T09:30:00Z; without an offset it is UTC
      author_name, author_email, author_url, author_ip, author_user_agent, author_id
      page_url, page_title, page_date, parent_id

    \b
    Examples:
      moderation import csv comments.csv --site blog --dry-run
      wp comment list --status=spam --format=csv --fields=... | moderation import csv - --site blog
    """
    _bring(table.read, file, site_name, dry_run=dry_run)


def _bring(read: Read, file: str, site_name: str, *, dry_run: bool) -> None:
    tally = _Tally()
    with opened.database() as database:
        with database.reading() as session:
            site = sites.by_name(session, site_name)
        take = _looking(database, site) if dry_run else _storing(database, site)
        try:
            with _pieces(file) as pieces:
                for batch in _batches(read(pieces), tally):
                    tally.add(take(batch))
        except BadFile as error:
            if not tally.is_empty:
                _tell(tally, site, dry_run=dry_run)
            kept = "" if dry_run or tally.is_empty else " What stood before that stays imported."
            raise BadFile(f"{_shown(file)}: {error}{kept}") from None
    if tally.is_empty:
        raise BadFile(f"{_shown(file)}: There is no comment in it.")
    _tell(tally, site, dry_run=dry_run)


def _looking(database: Database, site: Site) -> Callable[[Sequence[Record]], storing.Found]:
    def look(batch: Sequence[Record]) -> storing.Found:
        with database.reading() as session:
            return storing.look_up(session, site, batch)

    return look


def _storing(database: Database, site: Site) -> Callable[[Sequence[Record]], storing.Found]:
    policies = Policies()
    models = settings.read().models

    # Only what waits needs it, and often nothing does.
    @cache
    def scorer() -> Scorer | None:
        return opened.serving_model(models, database, site)

    def store(batch: Sequence[Record]) -> storing.Found:
        now = datetime.now(UTC)
        cases = []
        if any(record.status is Status.PENDING for record in batch):
            with database.reading() as session:
                policy = policies.of(session, site)
                cases = storing.waiting(session, site, batch, policy, now=now)
        # Scored outside of any transaction, so that it keeps no other writer waiting.
        judged = judge_all(cases, scorer()) if cases else []
        verdicts = {str(case.draft.id): verdict for case, verdict in zip(cases, judged, strict=True)}
        with database.writing() as session:
            found = storing.store(session, site, batch, verdicts, now=now)
            session.commit()
        return found

    return store


def _batches(read: Iterator[Record | Skipped], tally: _Tally) -> Iterator[list[Record]]:
    """Yield what is stored together; what stood before a file broke comes before the refusal."""
    batch: list[Record] = []
    characters = 0
    try:
        for one in read:
            if isinstance(one, Skipped):
                tally.skip(one)
                continue
            batch.append(one)
            characters += len(one.draft.text)
            if len(batch) >= _MOST_RECORDS or characters >= _MOST_CHARACTERS:
                yield batch
                batch, characters = [], 0
    except BadFile:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


@contextmanager
def _pieces(file: str) -> Iterator[Iterator[bytes]]:
    """Open the file and show on standard error how far it was read."""
    with _open(file) as content:
        columns = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as bars:
            bar = bars.add_task("", total=_size(content))
            yield source.pieces(content, lambda done: bars.update(bar, completed=done))


def _size(content: BinaryIO) -> int | None:
    """How many bytes there are to read, or None where that shows only at the end."""
    try:
        status = os.fstat(content.fileno())
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


@contextmanager
def _open(file: str) -> Iterator[BinaryIO]:
    if file == _STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        content = open(file, "rb")  # noqa: PTH123, SIM115  A path may be any name; closed below.
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BadFile(f"The file cannot be opened: {why}.") from None
    with content:
        yield content


def _shown(file: str) -> str:
    return "standard input" if file == _STANDARD_INPUT else file


def _printable(text: str) -> str:
    """Take out what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _tell(tally: _Tally, site: Site, *, dry_run: bool) -> None:
    shown = Table("would come" if dry_run else "came", "comments", box=box.SIMPLE_HEAD)
    shown.columns[1].justify = "right"
    for status, label in _LABELS.items():
        shown.add_row(label, f"{tally.new[status]:,}")
    rows = {
        "there already": tally.same,
        "there already with other content, which stays": tally.other,
        **{f"skipped: {why}": count for why, count in tally.skipped.most_common()},
        **{f"mended: {why}": count for why, count in tally.mended.most_common()},
    }
    for label, count in rows.items():
        if count:
            # As text: square brackets are no markup here.
            shown.add_row(Text(label), f"{count:,}")
    show(shown)
    for one in tally.named:
        click.echo(f"{_printable(one.where)}: {one.why}", err=True)
    more = tally.skipped.total() - len(tally.named)
    if more:
        click.echo(f"and {more:,} more that were skipped.", err=True)
    total = tally.new.total()
    if dry_run:
        click.echo(f"{total:,} comments would come to {site.name}. Nothing was written.")
    else:
        click.echo(f"{total:,} comments came to {site.name}.")
