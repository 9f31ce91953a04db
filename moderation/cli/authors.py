"""`moderation authors`: what is stored of an author, for him to have or to be rid of."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from moderation import audit, authors, sites
from moderation.authors import Found, NoSuchAuthor, Person
from moderation.cli import opened
from moderation.progress import progress
from moderation.store import Database
from moderation.store.scrubbing import scrub

Command = Callable[..., None]


@click.group("authors")
def authors_() -> None:
    """Give an author what is stored of him, or erase it."""


def _common(command: Command) -> Command:
    command = click.option(
        "--site", "site_name", help="Only on this site; an id that several sites use needs it."
    )(command)
    command = click.option("--id", "author_id", help="The id that a site gave the author.")(command)
    return click.option("--email", help="The author's e-mail address, in any case.")(command)


@authors_.command()
@_common
@click.option("--to", "file", help="Write to this file, which nobody else can read.", metavar="FILE")
def export(email: str | None, author_id: str | None, site_name: str | None, file: str | None) -> None:
    """Print all that is stored of an author, as JSON.

    Comments with all editions, verdicts with their reasons, decisions, notes, deliveries, and the
    entries of lists that name him. Moderators are not named.

    \b
    Examples:
      moderation authors export --email ana@example.org --to ana.json
      moderation authors export --id 17 --site blog > author-17.json
    """
    with opened.database() as database:
        person, found = _found(database, email, author_id, site_name)
        now = datetime.now(UTC)
        _write(authors.exported(database.reading, person, found, now=now), file)
        with database.writing() as session:
            audit.note(
                session,
                audit.COMMAND_LINE,
                "author.export",
                "an author",
                site_id=person.site.id if person.site else None,
                details=f"{_counted(found)}.",
                now=now,
            )
            session.commit()
    click.echo(f"{person.called}: {_counted(found)}.", err=True)


@authors_.command()
@_common
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str | None, author_id: str | None, site_name: str | None, *, yes: bool) -> None:
    """Erase all that is stored of an author. It cannot be taken back.

    Of his comments, what became of them stays, and the page that they stood on. What waits leaves the
    queue. The entries of lists that name him go, also those that keep him out. Models that learnt from
    his comments are not changed: make a new one afterwards, with moderation retrain. When this is
    interrupted, the same command again does the rest.

    \b
    Examples:
      moderation authors erase --email ana@example.org
      moderation authors erase --id 17 --site blog --yes && moderation retrain
    """
    with opened.database() as database:
        try:
            person, found = _found(database, email, author_id, site_name)
        except NoSuchAuthor:
            # One that was interrupted just before its end has left nothing to find.
            scrub(database)
            raise
        _show(database, found)
        if not yes:
            click.confirm(f"{person.called}: erase {_counted(found)} for good?", abort=True)
        number = _erase(database, person, found)
        scrub(database)
    click.echo(
        f"{person.called}: {_comments(number)} erased. Models that learnt from them still know of their "
        "words; to make one that does not: moderation retrain"
    )


def _found(
    database: Database, email: str | None, author_id: str | None, site_name: str | None
) -> tuple[Person, Found]:
    if bool(email and email.strip()) == bool(author_id):
        raise click.UsageError("Say who it is, with --email or with --id.")
    with database.reading() as session:
        site = sites.by_name(session, site_name) if site_name else None
        person = (
            authors.by_id(session, author_id, site) if author_id else authors.by_email(email or "", site)
        )
        found = authors.find(session, person, at_once=authors.STEP)
    if not found.number and not found.entries:
        raise NoSuchAuthor(f"{person.called}: nothing is stored.")
    return person, found


def _erase(database: Database, person: Person, found: Found) -> int:
    """Erase in steps, until nothing is found any more: he may have written meanwhile."""
    number = 0
    with progress() as tell:
        while found.number or found.entries:
            total = number + found.number
            tell("Erasing", number, total)
            # First, because only his comments say what lists may know him by.
            _strike(database, person, found)
            for some in found.comments:
                with database.writing() as session:
                    number += authors.erase(session, some, by=audit.COMMAND_LINE, now=datetime.now(UTC))
                    session.commit()
                tell("Erasing", number, total)
            with database.reading() as session:
                found = authors.find(session, person, at_once=authors.STEP)
    return number


def _strike(database: Database, person: Person, found: Found) -> None:
    with database.reading() as session:
        every = [person.site] if person.site else sites.every(session)
    for site in every:
        with database.writing() as session:
            authors.strike(
                session,
                sites.by_name(session, site.name),
                found.known,
                by=audit.COMMAND_LINE,
                now=datetime.now(UTC),
            )
            session.commit()


def _show(database: Database, found: Found) -> None:
    """Say what an operator should know before he says yes."""
    with database.reading() as session:
        places = {one.id: one.name for one in sites.every(session)}
        signed = authors.others(session, found)
        waiting = authors.count_waiting(session, found)
    for site_id, name in places.items():
        number = sum(len(some.ids) for some in found.comments if some.site_id == site_id)
        if number:
            click.echo(f"{name}: {_comments(number)}.")
    if waiting:
        click.echo(f"{_comments(waiting)} of them would leave the queue without a decision.")
    for entry in found.entries:
        click.echo(
            f"{places[entry.site_id]}: the list {entry.list_name} loses “{_printable(entry.line)}”."
        )
    if len(signed) > 1:
        named = "; ".join(map(_printable, signed))
        click.echo(f"They are signed with: {named}. Comments that have only another one of these stay.")


def _write(pieces: Iterable[bytes], file: str | None) -> None:
    """Write all of it or nothing; the file is its owner's alone from the beginning."""
    if file is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    place = Path(file)
    handle, partial = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as written:
            written.writelines(pieces)
        Path(partial).replace(place)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _counted(found: Found) -> str:
    entries = len(found.entries)
    if not entries:
        return _comments(found.number)
    return (
        f"{_comments(found.number)} and {'1 entry' if entries == 1 else f'{entries:,} entries'} of lists"
    )


def _comments(number: int) -> str:
    return "1 comment" if number == 1 else f"{number:,} comments"


def _printable(text: str) -> str:
    """Take out what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
