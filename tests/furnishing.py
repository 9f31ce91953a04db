"""A service as it is after some weeks: many kinds of comments, of people, of what they did."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation import access, backtests, callbacks, delivery, policies, registry, review
from moderation.backtests import Trial
from moderation.classifier import gate
from moderation.classifier.storage import read_card, save
from moderation.moderators import log_in, new_secret
from moderation.policies import Change, KeptList, KeptRule
from moderation.review import acts, claims, holds, notes
from moderation.rules import ListKind, Mode
from moderation.rules.entries import DEFAULT_SCOPES
from moderation.store import Database
from moderation.store.tables import (
    Comment,
    Decision,
    Delivery,
    Moderator,
    RejectionReason,
    Role,
    Site,
    WaitsFor,
)
from moderation.verdict import Action
from tests.calling import call
from tests.classifier.gating import a_report
from tests.classifier.making import made_by_hand, point
from tests.conftest import SHIPPED_MODELS, add_moderator, add_site
from tests.making import decider, stored
from tests.web.pages import Examples

LONG_NAME = "Maximiliane-Theodora von und zu Oberniederbergkirchen-Wiesenfelden" * 2
KEYS = {"blog": "0123456789ab", "the-evening-paper-of-a-town-with-a-long-name": "0123456789cd"}
# Author, page, text.
COMMENTS = [
    ("ana", "On war", "What a day. I had not thought of that."),
    ("ben", "On war", "You are an idiot and everybody knows it, you stupid moron."),
    (LONG_NAME, "On war", "A name like mine is a burden.\n\nBut the article is good."),
    ("كاتبة من حلب", "عن الحرب", "مقال رائع، شكراً جزيلاً على هذا العرض الواضح. ثم نسأل: ماذا بعد؟"),
    ("דנה", "On war", "מאמר מצוין, תודה רבה לכם. but I would add one thing: numbers 1, 2, 3."),
    ("小林", "On war", "とても良い記事でした。ありがとうございます。"),
    ("cleo", "A title that goes on " * 20, "Short."),
    ("dan", "On war", "w" * 1_500),
    ("", "", "   "),
    ("eve", "On war", "Buy cheap v1agra and c1alis at http://pills.example.com now >>> " * 3),
    ("finn", "On bread", "Long and honest. " * 400),
    ("gus", "On bread", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘ says <b>hello</b> & goodbye"),
    ("hal", "On bread", "👩‍👩‍👧‍👦🏳️‍🌈 brilliant 🎉🎉🎉"),
    ("ida", "On bread", "Der Teig war wunderbar, nur das Salz fehlte mir ein wenig. Vielen Dank!"),
] + [
    (
        f"promo{number}",
        "On war",
        f"Our casino bonus number {number} makes everybody rich; ask for it today!",
    )
    for number in range(8)
]
# Enough of both for figures with intervals.
CHECKED = 32
_LIST = "rejected-words"


def models(folder: Path) -> Path:
    """Make a folder of models: the shipped one serves, another did before, and one is broken."""
    shipped = next(SHIPPED_MODELS.glob("base-*"))
    folder.mkdir()
    (folder / shipped.name).symlink_to(shipped.resolve())
    other = made_by_hand("site-blog")
    save(folder / other.version, other, msgspec.structs.replace(read_card(shipped), sources=()))
    gate.save(folder / other.version, a_report(serving=shipped.name, candidate=other.version))
    (folder / "site-broken").mkdir()
    point(folder, shipped.name, other.version)
    return folder


def furnish(database: Database, address: str) -> Examples:
    """Fill the service at `address`; return examples for each name that addresses of pages have.

    Ana is an admin, who has decided last, with the password of all tests. Cora is asked for a code.
    """
    sites = [add_site(database, name, key) for name, key in KEYS.items()]
    with database.writing() as session:
        for site in sites:
            callbacks.register(session, session.merge(site), "https://blog.example.org/heard")
        session.commit()
    _comments(address)
    ana, ben = _people(database)
    with database.writing() as session:
        found = {**_decided(session, ana, ben), **_beside(session, ana, ben)}
        _figures(session, session.get_one(Site, sites[1].id), ana, ben)
        registry.put(session, sites[1], "the papers", by=ana, now=datetime.now(UTC))
        session.commit()
    return {
        **found,
        **_policy(database, sites[0], ana),
        "person_id": [ben.id, ana.id],
        "model_name": ["site-blog", "site-broken"],
    }


def _comments(address: str) -> None:
    for number, (author, title, text) in enumerate(COMMENTS):
        key = list(KEYS.values())[number % 5 == 0]
        draft = {
            "id": f"{number}",
            "text": text,
            "author": {"name": author, "email": f"{number}@example.org", "ip": f"192.0.2.{number}"},
            "page": {"url": f"https://blog.example.org/{title[:9]}", "title": title},
        }
        judged = call("POST", f"{address}/api/v1/comments", draft, key=key)
        assert judged.status == 201, judged.text
    edited = {"text": "What a day. I had not thought of that. Now I have.", "author": {"name": "ana"}}
    assert call("PUT", f"{address}/api/v1/comments/1", edited, key=KEYS["blog"]).status == 200


def _people(database: Database) -> tuple[Moderator, Moderator]:
    ana, ben = add_moderator(database, "ana", Role.ADMIN), decider(database, "ben")
    reader, gone = decider(database, "reader"), decider(database, LONG_NAME[:100])
    cora = add_moderator(database, "cora")
    with database.writing() as session:
        session.get_one(Moderator, reader.id).role = Role.READER
        session.get_one(Moderator, gone.id).left_at = datetime.now(UTC)
        session.get_one(Moderator, cora.id).code_secret = new_secret()
        log_in(session, ben, hours=1, browser="Mozilla/5.0 Firefox/140.0", now=datetime.now(UTC))
        session.commit()
    return ana, ben


def _decided(session: Session, ana: Moderator, ben: Moderator) -> Examples:
    """Decide on some comments: one by one, many at once, and some again."""
    now = datetime.now(UTC)
    reasons = [None, *RejectionReason]
    comments = _current(session)
    for number, comment in enumerate(comments[:8]):
        by, reason = (ana, ben)[number % 2], reasons[number % len(reasons)]
        action = Action.REJECT if reason else Action.APPROVE
        when = now - timedelta(days=8 - number)
        review.decide(session, comment.id, by, action, reason, seen=comment.revision, now=when)
    first = session.scalars(select(Decision).order_by(Decision.id)).first()
    assert first
    review.undo(session, first.id, ana, now=now)
    site_id = comments[1].site_id
    for problem, most in (("It answered with status 404.", 1), ("Nobody answered.", 9)):
        claimed = delivery.claim(session, site_id, now=now)
        assert claimed
        delivery.failed(session, claimed, problem, most_attempts=most, now=now)
    told = delivery.claim(session, site_id, now=now)
    assert told
    delivery.delivered(session, told, now=now)
    chosen = {comment.id: comment.revision for comment in comments[9:11]}
    # One of three changed meanwhile; of others nothing is decided yet; and some are under way.
    done = acts.plan(
        session, ana, chosen | {comments[0].id: 99}, access=access.of(session, ana), now=now
    )
    acts.choose(session, done, ana, Action.APPROVE, now=now)
    acts.go_on(session, done, ana, now=now)
    planned, begun = (
        acts.plan(
            session,
            ana,
            {comment.id: comment.revision for comment in comments[14:18]},
            access=access.of(session, ana),
            now=now,
        )
        for _ in range(2)
    )
    acts.choose(session, begun, ana, Action.REJECT, RejectionReason.SPAM, now=now)
    last = comments[8]
    review.decide(session, last.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=now)
    return {
        "act_id": [done.id, planned.id, begun.id],
        "decision_id": [first.id],
        "delivery_id": session.scalars(select(Delivery.id).limit(1)).all(),
        "site_id": [site_id],
        "wave_id": session.scalars(select(Comment.wave_id).where(Comment.wave_id > 0).limit(1)).all(),
    }


def _beside(session: Session, ana: Moderator, ben: Moderator) -> Examples:
    """Put comments aside, open them, check them once more; return those worth looking at."""
    now = datetime.now(UTC)
    comments = _current(session)
    waiting = [comment for comment in comments if comment.waits_for is not None]
    mine, handed, opened = waiting[:3]
    holds.hold(session, mine.id, ana, note="Is this a quotation?", now=now)
    holds.hold(session, handed.id, ben, ana.id, now=now)
    notes.write(session, handed.id, ben, "w" * 300, now=now)
    notes.write(session, handed.id, ana, LONG_NAME + "\nשלום", now=now)
    claims.claim(session, opened.id, ben, now=now)
    by_ben = comments[3]
    by_ben.waits_for = WaitsFor.SECOND_OPINION
    checked = waiting[3]
    checked.waits_for, checked.outcome, checked.audit_share = WaitsFor.AUDIT, Action.APPROVE, 0.01
    older = session.scalars(select(Comment).where(Comment.superseded.is_(True))).one()
    looked_at = {one.id for one in (handed, mine, opened, by_ben, checked, older, *comments[:15])}
    return {"comment_id": [handed.id], "console.comment:comment_id": sorted(looked_at)}


def _figures(session: Session, site: Site, ana: Moderator, ben: Moderator) -> None:
    """Let people check enough of what the service decided, and of what the other one did."""
    now = datetime.now(UTC)
    site.second_share = 1.0
    for number in range(2 * CHECKED):
        action = (Action.APPROVE, Action.REJECT)[number % 2]
        one = stored(
            session,
            site,
            f"checked {number}",
            action=action,
            probability=0.9,
            text=f"Checked {number}.",
            now=now,
        )
        one.waits_for, one.audit_share = WaitsFor.AUDIT, 0.01
        for seen, by in enumerate((ana, ben)):
            said = Action.APPROVE if number % 9 == seen else action
            review.decide(session, one.id, by, said, seen=seen, now=now)


def _policy(database: Database, site: Site, ana: Moderator) -> Examples:
    """Change the site's policy, take something back, and try more."""
    now = datetime.now(UTC)
    words = KeptList(
        kind=ListKind.TERMS,
        action=Action.REJECT,
        scopes=DEFAULT_SCOPES[ListKind.TERMS],
        mode=Mode.LOG_ONLY,
        entries="casino\nlottery\n" + "w" * 200,
    )
    rule = KeptRule(mode="log-only", options='{"at_least": 2}')
    by_list, by_rule = policies.of_list(_LIST), policies.of_rule("too_many_links")
    started = []
    with database.writing() as session:
        own = session.get_one(Site, site.id)
        for subject, kept in (
            (by_list, words),
            (by_rule, rule),
            (policies.of_rule("flood"), KeptRule(mode="off")),
        ):
            policies.save(session, own, Change(subject=subject, after=kept), by=ana, now=now)
        last = policies.changes(session, own, limit=1)[0]
        policies.take_back(session, last.id, ana, now)
        policies.put_list(
            session,
            own,
            "approved-authors",
            kind=ListKind.NETWORKS,
            action=Action.APPROVE,
            lines="192.0.2.0/24",
            by=ana,
            now=now,
        )
        session.commit()
    more = msgspec.structs.replace(words, mode=Mode.LIVE, entries="idiot\nstupid\nbread\nwar")
    for subject, after in ((by_list, more), (by_rule, rule), (by_rule, None)):
        with database.writing() as session:
            trial = Trial(change=Change(subject=subject, after=after), most=backtests.LEAST)
            one = backtests.start(session, session.get_one(Site, site.id), trial, ana, now=now)
            # What is not run here seems to be, for as long as the pages are looked at.
            one.noted_at = now + timedelta(hours=1)
            session.commit()
            started.append(one.id)
        if after is not None:
            backtests.run(database, one.id, None)
    return {
        "backtest_id": started,
        "name": ["too_many_links", "suspicious_links", "known_author"],
        "list_name": [_LIST],
        "draft_of_list": started[:1],
        "draft_of_rule": started[1:2],
    }


def _current(session: Session) -> Sequence[Comment]:
    return session.scalars(
        select(Comment).where(Comment.superseded.is_(False)).order_by(Comment.id)
    ).all()
