"""A service as it is after some weeks: many kinds of comments, of people, of what they did."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from moderation import access, callbacks, delivery, review
from moderation.moderators import log_in
from moderation.review import acts
from moderation.store import Database
from moderation.store.tables import Comment, Decision, Delivery, Moderator, RejectionReason, Role
from moderation.verdict import Action
from tests.calling import call
from tests.conftest import add_moderator, add_site
from tests.making import decider

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


def furnish(database: Database, address: str) -> Mapping[str, object]:
    """Fill the service at `address`; return an example for each name that addresses of pages have.

    Ana is an admin, who has decided last, with the password of all tests.
    """
    for name, key in KEYS.items():
        site = add_site(database, name, key)
        with database.writing() as session:
            callbacks.register(session, site, "https://blog.example.org/heard")
            session.commit()
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
    ana, ben = _people(database)
    return _work(database, ana, ben)


def _people(database: Database) -> tuple[Moderator, Moderator]:
    ana, ben = add_moderator(database, "ana", Role.ADMIN), decider(database, "ben")
    reader, gone = decider(database, "reader"), decider(database, LONG_NAME[:100])
    with database.writing() as session:
        session.get_one(Moderator, reader.id).role = Role.READER
        session.get_one(Moderator, gone.id).left_at = datetime.now(UTC)
        log_in(session, ben, hours=1, now=datetime.now(UTC))
        session.commit()
    return ana, ben


def _work(database: Database, ana: Moderator, ben: Moderator) -> Mapping[str, object]:
    now = datetime.now(UTC)
    reasons = [None, *RejectionReason]
    with database.writing() as session:
        current = select(Comment).where(Comment.superseded.is_(False)).order_by(Comment.id)
        comments = list(session.scalars(current.limit(12)))
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
        last = comments[8]
        chosen = {comment.id: comment.revision for comment in comments[9:11]}
        act = acts.plan(session, ben, chosen, access=access.of(session, ben), now=now)
        acts.choose(session, act, ben, Action.APPROVE, now=now)
        acts.go_on(session, act, ben, now=now)
        review.decide(session, last.id, ana, Action.REJECT, RejectionReason.SPAM, seen=0, now=now)
        session.commit()
        return {
            "act_id": act.id,
            "comment_id": last.id,
            "decision_id": first.id,
            "delivery_id": session.scalars(select(Delivery.id)).first(),
            "site_id": site_id,
            "wave_id": session.scalars(select(Comment.wave_id).where(Comment.wave_id > 0)).first(),
        }
