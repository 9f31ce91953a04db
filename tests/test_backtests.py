"""What a change would have done to past comments is what judging them anew says."""

import hashlib
import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import msgspec
import pytest
from sqlalchemy import select, update

from moderation import backtests, intake, policies, review, sites
from moderation.backtests import Figures, Limit, Moved, Trial
from moderation.draft import Author, Form, Page, Submission
from moderation.judgement import judge
from moderation.policies import CHOICES, Change, KeptList, KeptRule, of_list, of_rule
from moderation.rules import ListKind, Mode, Scope
from moderation.store import Database
from moderation.store.tables import Backtest, BacktestState, Comment, Decision
from moderation.verdict import Action, Scores, Thresholds
from tests.conftest import KEY, add_site, at, fresh_database
from tests.making import decider, stored

COMMENTS = 240
BY = {"by": "command line", "now": at(1)}
WORDS = """
    I think that this article is right about the war and what it says of the town hall nitwit dunce
    thank you great post casino http://spam.example.com/a http://ana.example.org/ http://1.2.3.4/x
"""
GERMAN = "Das ist doch wirklich ein sehr schöner Beitrag, und ich danke dem Verfasser herzlich dafür."


@dataclass
class Hashing:
    """A scorer whose answer hangs on the text, and on nothing else."""

    version: str = "hashing"
    languages: frozenset[str] = frozenset({"en"})

    def thresholds_for(self, accepted):
        if accepted.good_lost == 0:
            return Thresholds(review_at=0.3, reject_at=1.0)
        if accepted.good_lost:
            return Thresholds(review_at=0.2, reject_at=0.5)
        return Thresholds(review_at=0.3, reject_at=0.8)

    def score_all(self, texts):
        return [self._score(text.original) for text in texts]

    def heeds(self, circumstances):
        return []

    def explain(self, text, *, most=None):
        return []

    def foretell(self, text, circumstances):
        return []

    def _score(self, text):
        drawn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
        return Scores(rejection=drawn / 2**32 * 8 - 4, attributes={"insult": 0.5})


SCORER = Hashing()


@dataclass
class Past:
    """A site with comments that were judged as they came, and that people decided on."""

    database: Database
    # By their number: each as it was judged, and what people decided.
    cases: dict
    decided: dict

    @cached_property
    def as_it_is(self):
        """What the whole path says of each now."""
        return {number: judge(case, SCORER, explain=False).action for number, case in self.cases.items()}

    def recount(self, draft, numbers=None):
        """Judge every comment anew by the whole path, and count what came of it."""
        return Counter(
            (
                self.decided[number],
                self.as_it_is[number],
                judge(case.but(policy=draft), SCORER, explain=False).action,
            )
            for number, case in self.cases.items()
            if numbers is None or number in numbers
        )

    def tried(self, change, most=backtests.MOST, scorer=SCORER):
        """Try a change; return what came of it, and the policy with it."""
        with self.database.reading() as session:
            site = sites.by_name(session, "blog")
            draft = policies.drafted(session, site, change)
            now = policies.Policies().of(session, site)
        made = backtests.plan(now, draft, change, scorer)
        told = []
        result = backtests.measure(
            self.database, site.id, made, most=most, tell=lambda *far: told.append(far)
        )
        assert told[0][0] == 0
        assert told[-1][0] == told[-1][1]
        return result, draft


def drafts(lots):
    """Comments of all sorts, the same each time."""
    for number in range(COMMENTS):
        text = GERMAN if number % 12 == 0 else "Hm" if number % 12 == 1 else ""
        yield Submission(
            id=str(number),
            text=text or " ".join(lots.choices(WORDS.split(), k=lots.randint(3, 30))),
            author=Author(
                name=lots.choice(("ana", "ben", "Casino Bonus 24", None)),
                email=lots.choice(("ana@example.org", "ben@mail.example.com", None)),
                url=lots.choice((None, None, "http://ana.example.org/cheap-casino-bonus")),
                ip=lots.choice(("203.0.113.7", "198.51.100.9", None)),
                id=lots.choice(("ana-7", "ben", None)),
            ),
            page=Page(
                url="https://blog.example.org/war", published_at=lots.choice((None, at(-900_000)))
            ),
            form=Form(
                honeypot=lots.choice((None,) * 9 + ("x",)), seconds=lots.choice((None, 1.5, 20.0))
            ),
            submitted_at=at(number),
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def past(request, tmp_path_factory):
    database = Database(fresh_database(request, tmp_path_factory.mktemp("past")))
    add_site(database, "blog", KEY)
    lots = random.Random(5)
    cases, decided = {}, {}
    with database.writing() as session:
        site = sites.by_name(session, "blog")
        shapes = {"kind": ListKind.PATTERNS, "action": Action.REVIEW, "lines": "n.twit"}
        policies.put_list(session, site, "shapes", **shapes, **BY)
        rude = {"kind": ListKind.TERMS, "action": Action.REJECT, "lines": "dunce"}
        policies.put_list(session, site, "rude", **rude, **BY)
        policies.set_rule(session, site, "first_time_author", mode="log-only", options={}, **BY)
        policy = policies.Policies().of(session, site)
        for number, draft in enumerate(drafts(lots)):
            is_edit = number % 10 == 9
            now = at(number)
            case = intake.case(session.connection(), site, draft, policy, is_edit=False, now=now)
            verdict = judge(case, SCORER)
            comment, _ = intake.record(session, site, draft, verdict, now=now)
            if is_edit:
                longer = msgspec.structs.replace(draft, text=f"{draft.text} PS: war war war")
                case = intake.case(session.connection(), site, longer, policy, is_edit=True, now=now)
                verdict = judge(case, SCORER)
                comment, _ = intake.replace(session, site, longer, verdict, now=now)
            action = lots.choice((Action.APPROVE, Action.REJECT))
            review.report(session, comment.id, "ana", action, now=now + timedelta(minutes=1))
            cases[comment.id], decided[comment.id] = case, action
        session.commit()
    yield Past(database, cases, decided)
    database.close()


def rule(name, mode=None, **options):
    return Change(
        subject=of_rule(name), after=KeptRule(mode=mode, options=msgspec.json.encode(options).decode())
    )


def terms(name, *entries, kind=ListKind.TERMS, action=Action.REJECT, scopes=(), mode=Mode.LIVE):
    return Change(
        subject=of_list(name),
        after=KeptList(kind=kind, action=action, scopes=scopes, mode=mode, entries="\n".join(entries)),
    )


def chosen(**choices):
    usual = {
        "languages": "en",
        "good_lost": None,
        "bad_published": None,
        "audit_share": 0.01,
        "second_share": 0.02,
    }
    return Change(subject=CHOICES, after=policies.Choices(**usual | choices))


# What can be told from the comments themselves, or from what was said of them at intake.
CHANGES = [
    rule("too_many_links", at_least=1),
    rule("too_many_links", "off"),
    rule("too_many_links", "log-only", at_least=2),
    rule("sent_too_fast", seconds=30),
    rule("nothing_to_read", "off"),
    rule("other_language", "off"),
    rule("suspicious_links", addresses=False),
    rule("mostly_links", words=10),
    rule("repeated_host", at_least=2),
    rule("selling_name", "off"),
    rule("selling_address", "log-only"),
    rule("edited", "off"),
    # Their stored signals stay, in another mode.
    rule("filled_honeypot", "off"),
    rule("first_time_author", "live"),
    rule("first_time_author", "off"),
    rule("repeated_text", "log-only"),
    rule("flood", "off"),
    rule("rejected_author", "off"),
    rule("old_page", "log-only"),
    terms("rude", "nitwit"),
    terms("rude", "dunce", mode=Mode.LOG_ONLY),
    Change(subject=of_list("rude"), after=None),
    terms("more", "casino", scopes=(Scope.TEXT, Scope.NAME)),
    terms("trusted", "ana-7", action=Action.APPROVE, scopes=(Scope.AUTHOR,)),
    terms("hosts", "spam.example.com", kind=ListKind.DOMAINS),
    terms("nets", "203.0.113.0/24", kind=ListKind.NETWORKS),
    terms("bits", "casi", kind=ListKind.FRAGMENTS, action=Action.REVIEW, scopes=(Scope.TEXT,)),
    terms("shapes", "d.nce", kind=ListKind.PATTERNS, action=Action.REVIEW, scopes=(Scope.TEXT,)),
    # The name of a list that ships as well.
    terms("spam_names", "ben", scopes=(Scope.NAME,)),
    chosen(good_lost=0.05),
    chosen(good_lost=0.0),
    chosen(languages="en,de"),
    # What is too short to tell counts as German then, which the classifier does not read.
    chosen(languages="de,en"),
    chosen(languages="de", good_lost=0.05),
]


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_the_counts_are_those_of_judging_anew(past, change):
    result, draft = past.tried(change)

    recounted = past.recount(draft)
    assert {(one.decided, one.now, one.draft): one.count for one in result.cells} == recounted
    assert result.total == COMMENTS
    assert result.limits == ()


def test_the_changes_of_the_table_above_do_change_something(past):
    """A recount that agrees because nothing happens would prove nothing."""
    changed = [past.tried(change)[0].changed for change in CHANGES]

    assert sum(count > 0 for count in changed) > len(CHANGES) * 3 / 4


def test_what_changes_is_listed_with_the_harmful_first(past):
    result, draft = past.tried(chosen(good_lost=0.05))
    expected = {
        Moved(
            number,
            past.decided[number],
            judge(case, SCORER).action,
            judge(case.but(policy=draft), SCORER).action,
        )
        for number, case in past.cases.items()
    }

    assert set(result.moved) == {one for one in expected if one.now is not one.draft}
    harmful = [one.is_harmful for one in result.moved]
    assert harmful == sorted(harmful, reverse=True)
    assert {True, False} == set(harmful)


def test_figures_compare_automatic_rejections_with_what_people_decided(past):
    result, draft = past.tried(chosen(good_lost=0.05))
    actions = {n: judge(case.but(policy=draft), SCORER).action for n, case in past.cases.items()}
    rejected = {number for number, action in actions.items() if action is Action.REJECT}
    bad = {number for number, action in past.decided.items() if action is Action.REJECT}

    after = result.after()

    assert after.precision == len(rejected & bad) / len(rejected)
    assert after.recall == len(rejected & bad) / len(bad)
    assert after.waiting == sum(action is Action.REVIEW for action in actions.values())
    assert (result.before().bad, after.good) == (len(bad), COMMENTS - len(bad))
    nothing = Figures(good=0, bad=0, good_rejected=0, bad_rejected=0, good_published=0, bad_published=0)
    assert (nothing.precision, nothing.recall) == (None, None)


def test_only_the_last_comments_are_asked_for(past):
    result, draft = past.tried(rule("too_many_links", at_least=1), most=50)

    latest = sorted(past.cases)[-50:]
    assert {(one.decided, one.now, one.draft): one.count for one in result.cells} == past.recount(
        draft, set(latest)
    )


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        (rule("flood", minutes=60), Limit.OPTIONS_LOOK_BACK),
        (rule("known_author", approvals=1), Limit.OPTIONS_LOOK_BACK),
        (rule("near_copy", "log-only", share=0.9), Limit.OPTIONS_LOOK_BACK),
    ],
)
def test_what_cannot_be_told_from_a_comment_alone_is_said(past, change, limit):
    assert past.tried(change)[0].limits == (limit,)


def test_a_rule_that_looks_back_and_was_off_has_nothing_to_show(past):
    with past.database.writing() as session:
        site = sites.by_name(session, "blog")
        policies.set_rule(session, site, "flood", mode="off", options={}, **BY)
        session.flush()
        now = policies.Policies().of(session, site)
        change = rule("flood", "log-only")
        draft = policies.drafted(session, site, change)

    assert backtests.plan(now, draft, change, None).limits == (Limit.WAS_OFF,)


def test_texts_that_would_be_scored_from_now_on_are_counted(past):
    """They counted as German when they came, so that no score of theirs is known."""
    with past.database.writing() as session:
        site = sites.by_name(session, "blog")
        german = chosen(languages="de")
        now, change = policies.drafted(session, site, german), chosen()
        draft = policies.Policies().of(session, site)
        session.execute(update(Comment).values(language="en"))
    made = backtests.plan(now, draft, change, Hashing(languages=frozenset({"en", "de"})))
    result = backtests.measure(past.database, site.id, made, most=100, tell=lambda *_: None)

    # Nobody scored the German texts.
    assert result.not_scored > 0
    assert result.limits == (Limit.NOT_SCORED,)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (chosen(good_lost=0.05), backtests.NoClassifier),
        (chosen(audit_share=0.5), backtests.NothingToTry),
        (rule("too_many_links", at_least=3), backtests.NothingToTry),
    ],
)
def test_what_cannot_be_tried_is_refused(past, change, refusal):
    with pytest.raises(refusal):
        past.tried(change, scorer=None)


def test_thresholds_are_tried_only_on_what_the_model_judged_that_serves(past):
    other = Hashing(version="another")

    result, _ = past.tried(chosen(good_lost=0.05), scorer=other)

    assert (result.total, result.other_model) == (0, COMMENTS)


def test_what_came_with_the_history_and_what_was_undone_is_left_out(database, site):
    ana = decider(database)
    with database.writing() as session:
        found = sites.by_name(session, "blog")
        first, second, third = (stored(session, found, name) for name in "123")
        review.decide(session, first.id, ana, Action.REJECT, seen=0, now=at(1))
        undone = review.decide(session, second.id, ana, Action.REJECT, seen=0, now=at(1))
        review.undo(session, undone.id, ana, now=at(2))
        review.decide(session, third.id, ana, Action.REJECT, seen=0, now=at(1))
        third.verdict.reasons = [{**third.verdict.reasons[0], "source": "import"}]
        before = session.scalars(select(Decision).where(Decision.comment_id == first.id)).one()
        session.add(
            Decision(
                comment_id=stored(session, found, "4").id,
                site_id=found.id,
                revision=1,
                position=None,
                action=Action.REJECT,
                reason=None,
                reporter="somebody",
                decided_at=before.decided_at,
            )
        )
        session.commit()

    result, _ = Past(database, {}, {}).tried(terms("rude", "day"))

    assert (result.total, result.history) == (1, 1)
    assert [(one.comment_id, one.draft) for one in result.moved] == [(first.id, Action.REJECT)]


def moment(seconds):
    return at(0) + timedelta(seconds=seconds)


class TestRunning:
    @pytest.fixture
    def ana(self, database):
        return decider(database)

    def start(self, database, ana, change, seconds=0):
        with database.writing() as session:
            site = sites.by_name(session, "blog")
            started = backtests.start(
                session, site, Trial(change=change, most=100), ana, now=moment(seconds)
            )
            session.commit()
        return started.id

    def read(self, database, number):
        with database.reading() as session:
            return backtests.find(session, number)

    def test_what_came_of_it_is_on_record(self, database, site, ana):
        with database.writing() as session:
            comment = stored(session, sites.by_name(session, "blog"))
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
            session.commit()
        number = self.start(database, ana, terms("rude", "day"))
        backtests.run_beside(database, number, None).join(30)

        run = self.read(database, number)
        assert (run.state, run.done, run.total) == (BacktestState.DONE, 0, 1)
        assert backtests.result_of(run).count(now=Action.REVIEW, draft=Action.REJECT) == 1
        assert backtests.trial_of(run).change == terms("rude", "day")

    def test_what_goes_wrong_is_on_record(self, database, site, ana, monkeypatch):
        refused = self.start(database, ana, rule("too_many_links"))
        backtests.run(database, refused, None)
        broken = self.start(database, ana, terms("rude", "day"))
        monkeypatch.setattr("moderation.backtests.running.measure", lambda *_, **__: 1 / 0)
        backtests.run(database, broken, None)

        runs = [self.read(database, number) for number in (refused, broken)]
        assert [one.state for one in runs] == [BacktestState.FAILED] * 2
        assert "nothing to try" in runs[0].problem
        assert runs[1].problem == "It broke off (ZeroDivisionError); it was logged."
        assert backtests.result_of(runs[0]) is None

    def test_one_runs_at_a_time_unless_its_process_died(self, database, site, ana):
        other = add_site(database, "other", "ba9876543210")
        first = self.start(database, ana, terms("rude", "day"))
        with pytest.raises(backtests.AlreadyRunning) as refused:
            self.start(database, ana, terms("rude", "day"), seconds=29)
        with database.writing() as session:
            backtests.start(session, other, Trial(change=terms("rude", "day"), most=100), ana, now=at(0))

        assert refused.value.backtest.id == first
        assert not backtests.is_stopped(self.read(database, first), now=at(0))
        assert backtests.is_stopped(self.read(database, first), now=moment(30))
        second = self.start(database, ana, terms("rude", "day"), seconds=30)
        with database.reading() as session:
            assert backtests.latest(session, site).id == second
            assert session.scalars(select(Backtest.id)).all() == [first, second]

    def test_a_number_that_is_none_is_refused(self, database):
        with database.reading() as session, pytest.raises(backtests.UnknownBacktest):
            backtests.find(session, 7)
