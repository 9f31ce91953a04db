"""Try changes on tens of thousands of comments that people decided on: how long, and is it true.

Run it as: python -m bench.backtest --comments 50000
With --postgresql, it starts a PostgreSQL of its own as well, where the package for tests is installed.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy import insert

from bench.postgresql import postgresql
from bench.texts import ROOT, comments
from moderation import backtests, intake, policies, sites
from moderation.backtests.planning import Plan
from moderation.classifier.folder import load_serving
from moderation.draft import Author, Page, Submission
from moderation.judgement import Scorer, judge, judge_all
from moderation.policies import Change, Choices, KeptList, KeptRule
from moderation.progress import progress
from moderation.rules import Case, History, ListKind, Mode, Policy, Scope
from moderation.store import Database, upgrade
from moderation.store.tables import Comment, Decision, Site, StoredVerdict
from moderation.verdict import Action, Verdict

_BATCH = 1_000
_SEED = 7
# Some comments are judged anew by the whole path, to see that the counts are true.
_RECOUNTED = 1_000
_LINKS = ("https://example.org/a", "http://203.0.113.9/x", "https://shop.example.com/deal")
# So often people agree with what the service would do by itself.
_AGREEING = 0.8

CHANGES = {
    "a rule: links from 1 on": Change(
        subject="rule:too_many_links", after=KeptRule(options='{"at_least":1}')
    ),
    "a rule: seconds": Change(subject="rule:sent_too_fast", after=KeptRule(options='{"seconds":30}')),
    "a list of terms": Change(
        subject="list:mine",
        after=KeptList(
            kind=ListKind.TERMS,
            action=Action.REJECT,
            scopes=(Scope.TEXT, Scope.NAME),
            mode=Mode.LIVE,
            entries="thank\nplease\nwonderful place\nonline casino",
        ),
    ),
    "a list of patterns": Change(
        subject="list:shapes",
        after=KeptList(
            kind=ListKind.PATTERNS,
            action=Action.REVIEW,
            scopes=(Scope.TEXT,),
            mode=Mode.LIVE,
            entries=r"\bth[a-z]{5,}\b",
        ),
    ),
    "languages": Change(
        subject="choices",
        after=Choices(
            languages="en,de",
            good_lost=None,
            bad_published=None,
            audit_share=0.01,
            second_share=0.02,
        ),
    ),
    "thresholds": Change(
        subject="choices",
        after=Choices(
            languages="en", good_lost=0.05, bad_published=0.05, audit_share=0.01, second_share=0.02
        ),
    ),
}


def main() -> None:
    """Fill a database, try every change on it, and print what it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--comments", type=int, default=50_000)
    asked.add_argument("--corpus", type=Path, help="A folder of texts, as the other benchmarks take.")
    asked.add_argument("--postgresql", action="store_true", help="On PostgreSQL as well.")
    given = asked.parse_args()
    scorer = load_serving(ROOT / "models")
    texts, source = comments(given.corpus)
    click.echo(f"{given.comments:,} comments; their texts are {source}.")
    with tempfile.TemporaryDirectory() as folder:
        _on(f"sqlite:///{folder}/moderation.db", "SQLite", scorer, texts, given.comments)
    if given.postgresql:
        with postgresql() as create:
            _on(create("backtest"), "PostgreSQL", scorer, texts, given.comments)


def _on(url: str, name: str, scorer: Scorer, texts: list[str], count: int) -> None:
    database = Database(url)
    upgrade(database)
    with database.writing() as session:
        site, _ = sites.add(session, "blog", "https://blog.example.org/", now=datetime.now(UTC))
        session.commit()
    with progress() as tell:
        filled = _fill(
            database,
            site,
            scorer=scorer,
            texts=texts,
            count=count,
            tell=lambda done: tell(name, done, count),
        )
    for label, change in CHANGES.items():
        with database.reading() as session:
            found = sites.by_name(session, "blog")
            now, draft = policies.Policies().of(session, found), policies.drafted(session, found, change)
        made = backtests.plan(now, draft, change, scorer)
        started, used = time.perf_counter(), time.process_time()
        result = backtests.measure(database, site.id, made, most=count, tell=lambda *_: None)
        seconds, used = time.perf_counter() - started, time.process_time() - used
        _check(database, site, made=made, draft=draft, scorer=scorer, filled=filled)
        click.echo(
            f"{name}, {label}: {seconds:.1f} s ({used:.1f} s of a processor) for "
            f"{result.total:,}; {result.changed:,} would change; "
            f"the last {len(filled):,} agree with a recount"
        )
    database.close()


def _check(
    database: Database,
    site: Site,
    *,
    made: Plan,
    draft: Policy,
    scorer: Scorer,
    filled: list[tuple[Case, Action]],
) -> None:
    """Refuse counts that are not those of judging anew."""
    counted = backtests.measure(database, site.id, made, most=len(filled), tell=lambda *_: None)
    recounted = Counter(
        (
            decided,
            judge(case, scorer, explain=False).action,
            judge(case.but(policy=draft), scorer, explain=False).action,
        )
        for case, decided in filled
    )
    if {(one.decided, one.now, one.draft): one.count for one in counted.cells} != recounted:
        raise SystemExit("The counts are not those of a recount.")


def _fill(
    database: Database,
    site: Site,
    *,
    scorer: Scorer,
    texts: list[str],
    count: int,
    tell: Callable[[int], None],
) -> list[tuple[Case, Action]]:
    """Judge and store comments, with a decision on each; return the last ones."""
    lots = random.Random(_SEED)
    policy = policies.Policies().default()
    start = datetime.now(UTC) - timedelta(days=30)
    last: list[tuple[Case, Action]] = []
    for first in range(0, count, _BATCH):
        batch = range(first, min(first + _BATCH, count))
        now = start + timedelta(seconds=first)
        cases = [Case.prepare(_draft(lots, texts, n), policy, History(now=now)) for n in batch]
        verdicts = judge_all(cases, scorer)
        decided = [_decided(lots, verdict) for verdict in verdicts]
        _store(database, site, first=first, cases=cases, verdicts=verdicts, decided=decided, now=now)
        last = [*last, *zip(cases, decided, strict=True)][-_RECOUNTED:]
        tell(batch.stop)
    return last


def _store(
    database: Database,
    site: Site,
    *,
    first: int,
    cases: list[Case],
    verdicts: list[Verdict],
    decided: list[Action],
    now: datetime,
) -> None:
    rows: list[dict[str, Any]] = []
    for case, verdict, action in zip(cases, verdicts, decided, strict=True):
        draft = msgspec.convert(msgspec.to_builtins(case.draft), Submission)
        columns = intake.comment_columns(site, draft, verdict, case.text, edition=1, now=now)
        rows.append(columns | {"outcome": action, "waits_for": None, "revision": 1})
    with database.writing() as session:
        inserted = session.execute(insert(Comment).returning(Comment.external_id, Comment.id), rows)
        numbers = {row.external_id: row.id for row in inserted}
        ids = [numbers[row["external_id"]] for row in rows]
        session.execute(insert(StoredVerdict), list(map(intake.verdict_columns, ids, verdicts)))
        session.execute(
            insert(Decision),
            [
                {
                    "comment_id": number,
                    "site_id": site.id,
                    "revision": 1,
                    "position": position,
                    "action": action,
                    "reason": None,
                    "decided_at": now,
                    "reporter": "ana",
                }
                for position, (number, action) in enumerate(zip(ids, decided, strict=True), first + 1)
            ],
        )
        session.commit()


def _draft(lots: random.Random, texts: list[str], number: int) -> Submission:
    links = lots.choices(_LINKS, k=max(lots.randint(-6, 4), 0))
    return Submission(
        id=str(number),
        text=" ".join((lots.choice(texts), *links)),
        author=Author(name=lots.choice(("ana", "ben")), email=f"{lots.randint(1, 999)}@example.org"),
        page=Page(url=f"https://blog.example.org/{lots.randint(1, 99)}"),
    )


def _decided(lots: random.Random, verdict: Verdict) -> Action:
    likely = Action.REJECT if (verdict.probability or 0) > lots.random() else Action.APPROVE
    other = Action.APPROVE if likely is Action.REJECT else Action.REJECT
    return likely if lots.random() < _AGREEING else other


if __name__ == "__main__":
    main()
