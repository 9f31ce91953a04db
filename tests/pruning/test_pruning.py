"""What was kept long enough goes, nothing else does, and what is counted from it stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from moderation import audit, feedback, intake, policies, pruning, review, sites
from moderation.cli import main
from moderation.draft import Author
from moderation.labels import in_words
from moderation.review import holds, notes
from moderation.store.tables import (
    Backtest,
    BacktestState,
    Comment,
    Decision,
    Delivery,
    Facet,
    FailedLogin,
    Login,
    Note,
    ShadowVerdict,
    Sketch,
    StoredVerdict,
)
from moderation.verdict import Action, Signal
from tests.conftest import add_site
from tests.making import decider, draft, opinion, stored, verdict
from tests.store.rows import rows

NOW = datetime.now(UTC)
LEA = Author(name="Lea", email="lea@example.org", ip="203.0.113.177", user_agent="Zyxagent/7.0")
OFFER = (
    "I earn four thousand dollars every {} from home with this simple trading plan and you can do "
    "the same, my friends, if you only write me a line today."
)


def ago(days):
    return NOW - timedelta(days=days)


def blog(session):
    return sites.by_name(session, "blog")


def send(session, name, days, *, action=Action.APPROVE, decided=None, by=None, **fields):
    """A comment that came so many days ago, which somebody decided on so many days ago."""
    at_once = {"author": LEA, "text": f"What {name} says."} | fields
    comment = stored(session, blog(session), name, action=action, now=ago(days), **at_once)
    comment.waits_for = None if action is not Action.REVIEW else comment.waits_for
    session.flush()
    if decided:
        when, became = decided
        review.decide(session, comment.id, by, became, seen=0, now=ago(when))
    return comment


@pytest.fixture
def run(database, database_url, monkeypatch, tmp_path, site):
    monkeypatch.setenv("MODERATION_DATABASE_URL", database_url)
    monkeypatch.setenv("MODERATION_INSTANCE", str(tmp_path))

    def run(*words):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


@pytest.fixture
def keeps(run):
    run(
        "site",
        "set",
        "blog",
        "--keep-addresses",
        "30",
        "--keep-rejected",
        "90",
        "--keep-approved",
        "365",
    )


def everything(database):
    with database.engine.connect() as connection:
        return rows(connection)


def left(database):
    """Of each comment, what is left: its text, its address, or nothing."""
    with database.reading() as session:
        return {
            (one.external_id, one.edition): ("text " if one.text else "")
            + ("address" if one.author_ip or one.author_range or one.author_user_agent else "")
            for one in session.scalars(select(Comment))
        }


APPROVE, REJECT, REVIEW = Action.APPROVE, Action.REJECT, Action.REVIEW
WHOLE, TEXT, NOTHING = "text address", "text ", ""
# How old, what the verdict was, who decided when and how, and what is left.
CASES = {
    "fresh": (29, APPROVE, None, WHOLE),
    "address over": (31, APPROVE, None, TEXT),
    "rejected, kept": (89, REJECT, None, TEXT),
    "rejected, over": (91, REJECT, None, NOTHING),
    "approved, kept": (364, APPROVE, None, TEXT),
    "approved, over": (366, APPROVE, None, NOTHING),
    "rejected by a person, over": (200, REVIEW, (100, REJECT), NOTHING),
    "rejected by a person lately": (200, REVIEW, (20, REJECT), TEXT),
    "approved by a person against the verdict": (200, REJECT, (199, APPROVE), TEXT),
    "rejected by a person against the verdict": (200, APPROVE, (199, REJECT), NOTHING),
    "waits": (900, REVIEW, None, WHOLE),
}


@pytest.fixture
def told(database, run, keeps):
    """Comments of each age and kind, and what hangs on them."""
    ana = decider(database)
    with database.writing() as session:
        callbacks_to = session.merge(blog(session))
        callbacks_to.callback_url, callbacks_to.callback_secret = (
            "https://blog.example.org/h",
            "whsec_aa",
        )
        session.flush()
        for name, (days, action, decided, _) in CASES.items():
            one = send(session, name, days, action=action, decided=decided, by=ana)
            notes.write(session, one.id, ana, f"On {name}.", now=ago(days))
        # Decided once, and put back: somebody wants to see it again.
        undone = send(session, "undone", 800, action=REVIEW, decided=(700, REJECT), by=ana)
        made = session.scalar(select(Decision.id).where(Decision.comment_id == undone.id))
        review.undo(session, made, ana, now=ago(600))
        aside = send(session, "put aside", 500, action=REVIEW)
        holds.hold(session, aside.id, ana, ana.id, "", now=ago(499))
        # An old edition of what waits, and of what goes.
        for name, action in (("edited, waits", REVIEW), ("edited, goes", REJECT)):
            send(session, name, 400, action=APPROVE)
            newer, _ = intake.replace(
                session, blog(session), draft(name, "Anew.", author=LEA), verdict(action), now=ago(390)
            )
            newer.waits_for = newer.waits_for if action is REVIEW else None
        session.commit()
    return ana


def standing(database):
    """What must stay: the feed, the record of decisions, figures."""
    with database.reading() as session:
        site = blog(session)
        feed = feedback.decisions_since(session, site, 0, limit=99)
        return (
            [(one.id, one.position, one.action, one.comment.external_id) for one in feed],
            session.execute(
                select(
                    Comment.external_id,
                    Comment.edition,
                    Comment.outcome,
                    Comment.waits_for,
                    Comment.received_at,
                    Comment.revision,
                    Comment.page_url,
                    Comment.language,
                ).order_by(Comment.id)
            ).all(),
            session.execute(
                select(StoredVerdict.action, StoredVerdict.probability, StoredVerdict.model).order_by(
                    StoredVerdict.id
                )
            ).all(),
            site.decision_count,
        )


def test_each_goes_at_its_age_and_what_waits_never(database, told, run):
    before = standing(database)
    dry = run("prune", "--dry-run")
    said = run("prune")

    assert "blog, rejected comments: 4 removed after 90 days\n" in said
    assert "blog, approved comments: 1 removed after 365 days\n" in said
    assert "blog, addresses: 5 removed after 30 days\n" in said
    # The dry run counts an address also where the whole comment would go.
    assert "blog, rejected comments: 4 would go after 90 days\n" in dry
    assert "blog, addresses: 11 would go after 30 days\n" in dry
    expected = {(name, 1): what for name, (*_, what) in CASES.items()}
    expected |= {("undone", 1): WHOLE, ("put aside", 1): WHOLE}
    expected |= {("edited, waits", edition): WHOLE for edition in (1, 2)}
    expected |= {("edited, goes", edition): NOTHING for edition in (1, 2)}
    assert left(database) == expected
    assert standing(database) == before
    with database.reading() as session:
        gone = {one.id: one for one in session.scalars(select(Comment).where(Comment.text == ""))}
        assert {one.kept_days for one in gone.values()} == {90, 365}
        assert {one.author_email for one in gone.values()} == {None}
        for table in (Facet, Sketch, Note):
            assert not set(session.scalars(select(table.comment_id))) & set(gone)
        assert session.scalar(select(func.count()).select_from(Facet))
        (entry,) = audit.entries(session, audit.Wanted(act="prune"), limit=9)
        assert (
            "blog, rejected comments: 4; blog, approved comments: 1; blog, addresses: 5" in entry.details
        )
        assert "Lea" not in entry.details

    again = everything(database)
    run("prune")
    assert everything(database) == again


def test_models_learn_from_it_no_more_and_the_account_says_how_many(database, told, run):
    with database.reading() as session:
        assert len(list(feedback.examples(session))) == 4
    run("prune")

    with database.reading() as session:
        account = feedback.weigh(session).account
        assert len(list(feedback.examples(session))) == account.teach == 2
    assert (account.pruned, account.erased) == (2, 0)
    assert "Left out: 2 decisions on comments that were kept only for a time." in in_words(account)


def test_a_dry_run_changes_nothing(database, told, run):
    before = everything(database)
    run("prune", "--dry-run")

    assert everything(database) == before


def test_without_a_choice_comments_stay_for_ever(database, run):
    with database.writing() as session:
        send(session, "old", 5_000)
        send(session, "old and rejected", 5_000, action=REJECT)
        session.commit()

    assert "blog" not in run("prune")
    assert set(left(database).values()) == {WHOLE}


def test_killed_in_the_middle_the_next_run_does_the_rest(database, run, keeps, monkeypatch):
    """Each transaction is whole; nothing is remembered but what is there."""
    monkeypatch.setattr("moderation.pruning.periods.STEP", 2)
    with database.writing() as session:
        for number in range(5):
            send(session, f"c{number}", 400, action=REJECT)
        session.commit()

    def killed(_step, done, _total):
        if done == 2:
            raise KeyboardInterrupt

    with database.reading() as session:
        site = blog(session)
    with pytest.raises(KeyboardInterrupt):
        list(pruning.prune_site(database, site, tell=killed, now=NOW))
    assert sorted(left(database).values()).count(NOTHING) == 2

    assert "blog, rejected comments: 3 removed" in run("prune")
    assert set(left(database).values()) == {NOTHING}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Facet)) == 0


def test_whoever_decides_in_between_keeps_it(database, run, keeps, monkeypatch):
    """Found as over, and decided on before it was locked."""
    ana = decider(database)
    with database.writing() as session:
        number = send(session, "late", 400, action=REJECT).id
        site = blog(session)
        session.commit()
    with database.writing() as session:
        review.decide(session, number, ana, APPROVE, seen=0, now=NOW)
        session.commit()
    with database.writing() as session:
        # What `_next` found a moment before.
        pruned = pruning.periods._prune(session, site, pruning.Kind.REJECTED, 90, [number], now=NOW)  # noqa: SLF001
        session.commit()

    assert pruned == 0
    assert left(database)["late", 1] == WHOLE


def test_sending_it_again_is_harmless_however_much_of_the_address_is_left(database, run, keeps):
    sent = draft("same", "Word for word.", author=LEA, submitted_at=ago(40).astimezone())
    with database.writing() as session:
        intake.record(session, blog(session), sent, verdict(APPROVE), now=ago(40))
        session.commit()
    run("prune")
    assert left(database) == {("same", 1): TEXT}

    with database.writing() as session:
        again, is_new = intake.record(session, blog(session), sent, verdict(), now=NOW)
        assert (again.external_id, is_new) == ("same", False)
        with pytest.raises(intake.OtherContent):
            intake.record(
                session, blog(session), draft("same", "Other.", author=LEA), verdict(), now=NOW
            )
        known = intake.sent_before(session, blog(session), sent, is_recheck=True, now=NOW)
        assert known is not None
        assert known.id == again.id


def test_reasons_that_tell_an_address_go_with_it(database, run, keeps):
    with database.writing() as session:
        one = send(session, "listed", 40)
        told_of = Signal(
            source="list:networks",
            code="listed_network",
            message="On the list: “203.0.113.0/24”.",
            action=REVIEW,
            weight=1.5,
        )
        one.verdict.reasons = [
            *one.verdict.reasons,
            {
                "source": told_of.source,
                "code": told_of.code,
                "message": told_of.message,
                "action": "review",
                "weight": 1.5,
                "log_only": False,
            },
        ]
        session.commit()
    run("prune")

    with database.reading() as session:
        kept = session.scalars(select(StoredVerdict)).one()
        assert [one["message"] for one in kept.reasons] == ["Reads like an insult.", ""]
        assert kept.value().reasons[1].weight == 1.5


def test_what_only_serves_for_a_while_goes_on_all_sites(database, run):
    ana = decider(database)
    with database.writing() as session:
        site = session.merge(blog(session))
        for name, days in (("old", 61), ("recent", 59), ("ancient", 200)):
            text = OFFER.format(name)
            one = stored(
                session, site, name, text=text, opinion=opinion(APPROVE, model="site-1"), now=ago(days)
            )
            review.decide(session, one.id, ana, REJECT, seen=0, now=ago(days))
        # As was delivered and given up, by what is younger and older than it is kept.
        first = session.scalars(select(Decision).order_by(Decision.id)).first()
        for receiver, created, due, delivered in (
            ("callback", 95, None, 91),
            ("akismet", 366, None, None),
        ):
            session.add(_delivery(first, receiver, created, due, delivered))
        second = session.scalars(select(Decision).order_by(Decision.id.desc())).first()
        session.add(_delivery(second, "callback", 95, None, 89))
        session.add(_delivery(second, "akismet", 364, None, None))
        third = session.scalars(select(Decision).order_by(Decision.id)).all()[1]
        session.add(_delivery(third, "callback", 900, 0, None))
        for name, expires in (("ended", 1), ("open", -1)):
            session.add(
                Login(moderator_id=ana.id, token_hash=name, created_at=ago(2), expires_at=ago(expires))
            )
        session.add(FailedLogin(name="ana", failed_at=ago(1)))
        for days in (181, 179):
            session.add(
                Backtest(
                    site_id=site.id,
                    moderator_id=ana.id,
                    started_at=ago(days),
                    change="{}",
                    noted_at=ago(days),
                    state=BacktestState.DONE,
                )
            )
        session.commit()
    said = run("prune")

    with database.reading() as session:
        sketched = select(Comment.external_id).where(Comment.id.in_(select(Sketch.comment_id)))
        assert set(session.scalars(sketched)) == {"recent"}
        left_over = session.execute(select(Delivery.decision_id, Delivery.receiver)).all()
        assert {(number, str(receiver)) for number, receiver in left_over} == {
            (second.id, "callback"),
            (second.id, "akismet"),
            (third.id, "callback"),
        }
        assert session.scalars(select(Login.token_hash)).all() == ["open"]
        assert session.scalars(select(FailedLogin)).all() == []
        assert [one.started_at for one in session.scalars(select(Backtest))] == [ago(179)]
        shadowed = select(Comment.external_id).join(
            ShadowVerdict, ShadowVerdict.comment_id == Comment.id
        )
        assert set(session.scalars(shadowed)) == {"old", "recent"}
        assert session.scalar(select(func.count()).select_from(Comment).where(Comment.text == "")) == 0
    for line in (
        "sketches: 16 removed after 60 days",
        "search facets of removed comments: 0 removed",
        "deliveries that arrived: 1 removed after 90 days",
        "deliveries that were given up: 1 removed after 365 days",
        "logins that ended: 1 removed",
        "tries to log in: 1 removed",
        "backtests: 1 removed after 180 days",
        "verdicts of models on trial no more: 1 removed after 180 days",
    ):
        assert f"{line}\n" in said


def _delivery(decision, receiver, created, due, delivered):
    return Delivery(
        site_id=decision.site_id,
        decision_id=decision.id,
        receiver=receiver,
        created_at=ago(created),
        due_at=None if due is None else NOW - timedelta(days=due),
        delivered_at=None if delivered is None else ago(delivered),
    )


def test_near_copies_are_looked_for_as_far_back_as_the_site_that_looks_furthest(database, run):
    add_site(database, "other", "ba9876543210")
    run("rules", "set", "near_copy", "days=100", "--site", "other")
    with database.writing() as session:
        for name, days in (("old", 199), ("older", 201)):
            send(session, name, days, text=OFFER.format(name))
        session.commit()
    run("prune")

    with database.reading() as session:
        sketched = select(Comment.external_id).where(Comment.id.in_(select(Sketch.comment_id)))
        assert set(session.scalars(sketched)) == {"old"}


def test_recent_comments_are_still_told_apart_as_a_wave(database, run, keeps):
    with database.writing() as session:
        gone = send(session, "gone", 100, action=REJECT, text=OFFER.format("day"))
        first = send(session, "first", 29, action=REVIEW, text=OFFER.format("week"))
        session.commit()
    run("prune")

    with database.writing() as session:
        second = stored(session, blog(session), "second", text=OFFER.format("month"), now=NOW)
        assert second.wave_id == first.id
        case = intake.case(
            session.connection(),
            blog(session),
            draft("third", OFFER.format("year")),
            policies.Policies().of(session, blog(session)),
            now=NOW,
        )
        found = case.history.near_copies
        assert (found.same_hand, found.elsewhere) == (1, 1)
        assert session.get_one(Comment, gone.id).wave_id is None


class TestShorteningAddresses:
    def test_rules_judge_with_the_whole_address_and_only_the_network_is_stored(self, database, run):
        run("site", "set", "blog", "--shorten-addresses")
        sent = draft("short", author=LEA)
        with database.writing() as session:
            site = blog(session)
            one, _ = intake.record(session, site, sent, verdict(APPROVE), now=NOW)
            six = draft("six", author=Author(ip="2001:db8:1:2:3::4"))
            wide, _ = intake.record(session, site, six, verdict(APPROVE), now=NOW)
            odd, _ = intake.record(
                session, site, draft("odd", author=Author(ip="unknown")), verdict(APPROVE), now=NOW
            )
            assert (one.author_ip, one.author_range) == ("203.0.113.0/24", "203.0.113.0/24")
            assert (wide.author_ip, odd.author_ip) == ("2001:db8:1::/48", None)
            # A retry is one, also by what knows no ids; an address nearby cannot be told from it.
            again, is_new = intake.record(session, site, sent, verdict(), now=NOW)
            assert (again.id, is_new) == (one.id, False)
            assert intake.sent_before(session, site, sent, is_recheck=False, now=NOW).id == one.id
            session.commit()
        held = str(everything(database))
        assert "203.0.113.177" not in held
        assert "2001:db8:1:2" not in held

    def test_it_can_be_switched_off_again(self, database, run):
        run("site", "set", "blog", "--shorten-addresses")
        assert "shortens addresses" in run("site", "list")
        run("site", "set", "blog", "--whole-addresses")
        with database.writing() as session:
            assert send(session, "whole", 0).author_ip == LEA.ip


class TestChoosing:
    def test_what_is_chosen_is_on_record_and_can_be_taken_back(self, database, run, keeps):
        assert "keep addresses 30 days\tkeep rejected 90 days\tkeep approved 365 days" in run(
            "site", "list"
        )
        run("site", "set", "blog", "--keep-rejected", "forever")
        with database.writing() as session:
            site = blog(session)
            assert (site.keep_addresses, site.keep_rejected, site.keep_approved) == (30, None, 365)
            (entry, *_) = audit.entries(session, audit.Wanted(act="policy.choices"), limit=9)
            assert "addresses are kept for 30 days" in entry.details
            (change, *_) = policies.changes(session, site, limit=1)
            policies.take_back(session, change.id, "ana", NOW)
            assert site.keep_rejected == 90

    @pytest.mark.parametrize("wrong", ["0", "-1", "never", "1.5", "36501"])
    def test_what_is_no_number_of_days_is_refused(self, run, wrong):
        done = CliRunner().invoke(main, ["site", "set", "blog", "--keep-rejected", wrong])
        assert done.exit_code == 2
        assert "--keep-rejected" in done.stderr

    def test_records_of_earlier_versions_are_still_read(self, database, site):
        written = (
            '{"type":"choices","languages":"en","good_lost":null,"bad_published":null,'
            '"audit_share":null,"second_share":0.02}'
        )
        assert policies.read_kept(written).keep_rejected is None
