"""Let a service store and decide on comments as they come, and say what it would learn from them."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from moderation import feedback, intake, moderators, review, sites
from moderation.classifier.examples import Example
from moderation.classifier.model import Classifier
from moderation.draft import Author, Submission
from moderation.judgement import judge
from moderation.policies import Policies
from moderation.settings import Settings
from moderation.store import Database, upgrade
from moderation.store.tables import RejectionReason, Role
from moderation.verdict import Action

SHE = "ana"

_PASSWORD = "benchmark-password"  # noqa: S105 - of a database that lives for minutes


def learnt_from(base: Classifier, given: Sequence[tuple[Example, str]]) -> list[Example]:
    """Give what `moderation retrain` would learn from decisions and whoever made them.

    Each comment comes from an author of its own, is judged by `base` with the rules of a new site, and
    is stored and decided on in its turn. So waves, near copies and people get the weight they have.
    """
    with tempfile.TemporaryDirectory(prefix="bench-owner-") as folder:
        database = Database(Settings(instance=Path(folder)).where_data_lives())
        try:
            upgrade(database)
            _store(database, base, given)
            with database.reading() as session:
                return list(feedback.examples(session))
        finally:
            database.close()


def _store(database: Database, base: Classifier, given: Sequence[tuple[Example, str]]) -> None:
    began = given[0][0].decided_at
    policies = Policies()
    with database.writing() as session:
        site, _ = sites.add(session, "blog", "https://blog.example.org/", now=began)
        people = {
            name: moderators.add(session, name, _PASSWORD, role=Role.MODERATOR, now=began)
            for name in sorted({by for _, by in given})
        }
        for number, (example, by) in enumerate(given):
            author = Author(name=f"reader {number}", email=f"reader-{number}@example.org")
            draft = Submission(id=str(number), text=example.text, author=author)
            now = example.decided_at
            case = intake.case(session.connection(), site, draft, policies.of(session, site), now=now)
            verdict = judge(case, base, explain=False)
            comment, _ = intake.record(session, site, draft, verdict, now=now)
            review.decide(session, comment.id, people[by], *_decision(example), seen=0, now=now)
        session.commit()


def _decision(example: Example) -> tuple[Action, RejectionReason | None]:
    if not example.rejected:
        return Action.APPROVE, None
    return Action.REJECT, RejectionReason(example.reason or RejectionReason.OTHER)
