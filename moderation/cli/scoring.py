"""`moderation score`: judge comments in a pipeline."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
import msgspec

from moderation import intake, settings, sites
from moderation.classifier.storage import check_name, load
from moderation.cli import opened
from moderation.draft import Draft
from moderation.judgement import Scorer, judge
from moderation.policies import Policies
from moderation.rules import Case, History


@click.command()
@click.option("--site", "site_name", help="Judge by this site's rules and history. Needs the database.")
@click.option("--model", "model_name", help="Judge by this model instead of the serving one.")
@click.option(
    "--text", "all_text", is_flag=True, help="Take every line as text, even one that starts with {."
)
def score(site_name: str | None, model_name: str | None, all_text: bool) -> None:  # noqa: FBT001
    """Judge comments from standard input, one a line; print one JSON verdict a line.

    A line is a comment's text, or a JSON object with the fields that the API takes. A line that
    cannot be read gives an object with `error`, and exit code 1 at the end.

    \b
    Examples:
      echo "Thank you for this article." | moderation score
      moderation score --site blog < comments.jsonl > verdicts.jsonl
    """
    failed = 0
    with _judging(site_name, model_name) as (case_of, scorer):
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            try:
                draft = _draft(line, all_text=all_text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                failed += 1
                _print({"line": number, "error": str(error)})
                continue
            verdict = msgspec.to_builtins(judge(case_of(draft), scorer))
            _print(({"id": draft.id} if draft.id else {}) | verdict)
    if failed:
        raise click.ClickException(f"{failed} of the lines could not be read.")


@contextmanager
def _judging(
    site_name: str | None, model_name: str | None
) -> Iterator[tuple[Callable[[Draft], Case], Scorer | None]]:
    """Say how to make a case of a draft, and whom to ask."""
    models = settings.read().models
    named = load(models / check_name(model_name)) if model_name else None
    policies = Policies()
    if site_name is None:
        policy = policies.default()
        scorer = named or opened.serving_model(models)
        yield lambda draft: Case.prepare(draft, policy, History()), scorer
        return
    with opened.database() as database:
        with database.reading() as session:
            site = sites.by_name(session, site_name)
            policy = policies.of(session, site)

        def case(draft: Draft) -> Case:
            # A session for each line: a pipeline may run for hours, and what it reads must be of today.
            with database.looking_up() as connection:
                return intake.case(connection, site, draft, policy, now=datetime.now(UTC))

        yield case, named or opened.serving_model(models, database, site)


def _draft(line: bytes, *, all_text: bool) -> Draft:
    if line.lstrip().startswith(b"{") and not all_text:
        return msgspec.json.decode(line, type=Draft)
    return msgspec.convert({"text": line.decode().rstrip("\r\n")}, Draft)


def _print(content: dict[str, object]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(content) + b"\n")
    sys.stdout.buffer.flush()
