"""`moderation lists`: what an owner wants found in comments, and what a match asks for."""

import codecs
from collections.abc import Iterable
from datetime import UTC, datetime
from time import perf_counter
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import track

from moderation import audit, policies, sites
from moderation.cli import opened
from moderation.rules import EntryList, ListKind, Mode, Numbered, Policy, Scope, catch_alls
from moderation.verdict import Action

# From so many entries on, checking them takes long enough to be watched.
_MANY = 10_000
_LINES_NAMED = 10


@click.group()
def lists() -> None:
    """Look after a site's lists of words, domains, networks and patterns."""


@lists.command("import")
@click.argument("name")
@click.argument("file", type=click.File("rb"))
@click.option("--site", "site_name", required=True, help="The site whose comments the list judges.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in ListKind]),
    default=ListKind.TERMS.value,
    show_default=True,
)
@click.option(
    "--action",
    type=click.Choice([action.value for action in Action]),
    default=Action.REVIEW.value,
    show_default=True,
    help="What a match asks for.",
)
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="Where to look; may be given several times. Usually the kind decides.",
)
@click.option("--log-only", is_flag=True, help="Show matches beside the verdict, and change nothing.")
@click.option(
    "--encoding", default="utf-8", show_default=True, help="How the file's letters are written."
)
def import_list(
    name: str,
    file: BinaryIO,
    site_name: str,
    kind: str,
    action: str,
    *,
    scopes: tuple[str, ...],
    encoding: str,
    log_only: bool,
) -> None:
    """Add the list NAME from FILE, one entry a line, or replace the list of that name.

    `-` reads standard input. The whole file is taken or, when a line cannot be an entry, none of
    it. Lines that start with # are comments; among fragments, where #offer can be an entry, only
    when a space follows.

    \b
    Kinds, and where each looks unless --scope says otherwise:
      terms      whole words and phrases, in the text. In the scope email, an entry
                 with an @ is a whole address, or all of a domain: @example.org; in
                 the scope author, an entry is a whole id of an author
      fragments  found anywhere, also inside words: text, name, email, url, ip, user_agent
      domains    hosts with all below them: the author's address and links in the text (url)
      networks   IP addresses, and networks such as 203.0.113.0/24 (ip)
      patterns   RE2 regular expressions, in the text as sent and with disguises undone

    WordPress's boxes Comment Moderation and Disallowed Comment Keys are fragments: save each to a
    file, and import the first with --action review, the second with --action reject. As in WordPress,
    a fragment of one or two characters is found in a great many comments; the import names such lines.

    \b
    Examples:
      moderation lists import rude rude.txt --site blog --action review
      moderation lists import keys disallowed.txt --site blog --kind fragments --action reject
      moderation lists import trolls trolls.txt --site blog --scope email --action reject
    """
    lines = _text(file, encoding)
    started = perf_counter()
    with opened.database() as database, database.writing() as session:
        found = policies.put_list(
            session,
            sites.by_name(session, site_name),
            name,
            kind=ListKind(kind),
            action=Action(action),
            lines=lines,
            scopes=[Scope(scope) for scope in scopes],
            mode=Mode.LOG_ONLY if log_only else Mode.LIVE,
            watch=_watched,
            by=audit.COMMAND_LINE,
            now=datetime.now(UTC),
        )
        session.commit()
    click.echo(
        f"{name}: {len(found.entries):,} {found.kind}, looked for in {', '.join(found.scopes)}; "
        f"a match {'is only shown' if log_only else f'asks to {found.action}'}."
    )
    _warn(catch_alls(found.kind, lines))
    _tell_cost(found, perf_counter() - started)


@lists.command()
@click.option("--site", "site_name", required=True)
def show(site_name: str) -> None:
    """Show the site's own lists: name, kind, action, where they look, mode, number of lines.

    Example: moderation lists show --site blog
    """
    with opened.database() as database, database.reading() as session:
        for one in policies.lists(session, sites.by_name(session, site_name)):
            count = len(one.entries.splitlines())
            scopes = ",".join(one.scopes)
            click.echo(f"{one.name}\t{one.kind}\t{one.action}\t{scopes}\t{one.mode}\t{count:,} lines")


@lists.command()
@click.argument("name")
@click.option("--site", "site_name", required=True)
def remove(name: str, site_name: str) -> None:
    """Remove the list NAME.

    Example: moderation lists remove rude --site blog
    """
    with opened.database() as database, database.writing() as session:
        policies.remove_list(
            session,
            sites.by_name(session, site_name),
            name,
            by=audit.COMMAND_LINE,
            now=datetime.now(UTC),
        )
        session.commit()
    click.echo(f"{name}: removed.")


def _text(file: BinaryIO, encoding: str) -> str:
    """Read all of `file`, without the mark that some editors put first."""
    content = file.read()
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise click.BadParameter(f"{encoding!r} is no encoding.", param_hint="--encoding") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise click.ClickException(
            f"{file.name}, line {line}, is not {encoding.upper()} text. Name the file's encoding, "
            f"such as --encoding {'utf-16' if is_wide else 'windows-1252'}, or save it as UTF-8."
        ) from None


def _watched(lines: list[Numbered]) -> Iterable[Numbered]:
    if len(lines) < _MANY:
        return lines
    return track(lines, "Checking", console=Console(stderr=True), transient=True)


def _warn(short: list[Numbered]) -> None:
    if not short:
        return
    named = ", ".join(f"{number} ({entry})" for number, entry in short[:_LINES_NAMED])
    more = len(short) - _LINES_NAMED
    click.echo(
        f"Warning: these lines are only one or two characters long, and a great many comments may "
        f"contain them: {named}" + (f" and {more:,} more." if more > 0 else "."),
        err=True,
    )


def _tell_cost(found: EntryList, seconds: float) -> None:
    """Say what a big list costs, which nobody can guess."""
    if len(found.entries) < _MANY or found.kind not in {ListKind.TERMS, ListKind.FRAGMENTS}:
        return
    started = perf_counter()
    size = Policy(lists=(found,)).finders.words.size
    click.echo(
        f"Imported in {seconds:.1f} s. Each process of the service prepares it once, in "
        f"{perf_counter() - started:.1f} s, and keeps it in about {size / 1e6:,.0f} MB of memory.",
        err=True,
    )
