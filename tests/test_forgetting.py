"""Models forget decisions, and are then what they would be had the decisions never been made."""

import pytest
from sqlalchemy import select

from moderation import audit, feedback, forgetting, intake, moderators, review
from moderation.classifier import retraining, storage, training
from moderation.classifier.corpus import Corpus
from moderation.labels import Decider
from moderation.store import Database
from moderation.store.tables import AuditEntry
from moderation.verdict import Action
from tests.classifier.conftest import few_fixed_texts
from tests.classifier.making import NOW, decisions, write_corpus
from tests.conftest import add_site, at, fresh_file
from tests.making import decider, draft, stored, verdict

# A fixture is known by its name where it is imported.
__all__ = ["few_fixed_texts"]


@pytest.fixture
def ana(database):
    return decider(database)


@pytest.fixture
def mallory(database):
    return decider(database, "mallory")


DECISIONS = 80


def forget(session, suspects):
    return forgetting.forget(session, suspects, by=audit.COMMAND_LINE, now=at(60))


def labels(session):
    return [(example.text, example.rejected) for example in feedback.examples(session)]


def decide(session, comment, by, action, *, seen=0, minute=1):
    return review.decide(session, comment.id, by, action, seen=seen, now=at(minute))


def test_what_is_forgotten_holds_and_stays_on_record_and_teaches_nothing(database, site, ana, mallory):
    with database.writing() as session:
        for number, by in enumerate((ana, mallory, mallory)):
            decide(session, stored(session, site, str(number), text=f"No {number}"), by, Action.REJECT)

        suspects = forgetting.of(mallory)
        assert (forgetting.count(session, suspects), forget(session, suspects)) == (2, 2)
        assert (forgetting.count(session, suspects), forget(session, suspects)) == (0, 0)

        assert labels(session) == [("No 0", True)]
        assert len(feedback.decisions_since(session, site, 0, limit=10)) == 3
        assert [review.comment(session, number).outcome for number in (1, 2, 3)] == [Action.REJECT] * 3
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "labels.forget"))
        assert (entry.done_by, entry.subject, entry.details) == (
            "command line",
            "mallory",
            "2 decisions.",
        )


def test_what_is_decided_afterwards_teaches_again(database, site, mallory):
    with database.writing() as session:
        comment = stored(session, site)
        decide(session, comment, mallory, Action.REJECT)
        forget(session, forgetting.of(mallory))
        decide(session, comment, mallory, Action.APPROVE, seen=1, minute=2)

        assert labels(session) == [(comment.text, False)]


class TestOneComment:
    """Its moderator said what a later one, whose decisions are forgotten, said otherwise."""

    def test_the_decision_before_teaches_again(self, database, site, ana, mallory):
        with database.writing() as session:
            comment = stored(session, site)
            decide(session, comment, ana, Action.APPROVE)
            decide(session, comment, mallory, Action.REJECT, seen=1, minute=2)
            forget(session, forgetting.of(mallory))

            assert labels(session) == [(comment.text, False)]

    def test_an_undo_is_forgotten_with_the_rest(self, database, site, ana, mallory):
        with database.writing() as session:
            comment = stored(session, site)
            decision = decide(session, comment, ana, Action.APPROVE)
            review.undo(session, decision.id, mallory, now=at(2))
            assert labels(session) == []
            forget(session, forgetting.of(mallory))

            assert labels(session) == [(comment.text, False)]

    def test_the_undo_of_what_is_forgotten_teaches_nothing(self, database, site, ana, mallory):
        with database.writing() as session:
            decision = decide(session, stored(session, site), mallory, Action.APPROVE)
            review.undo(session, decision.id, ana, now=at(2))
            forget(session, forgetting.of(mallory))

            assert labels(session) == []
            assert feedback.weigh(session).account.forgotten == 1


class TestByComment:
    """An operator names a comment by the id that the site gave it."""

    def test_every_decision_on_every_edition_is_forgotten(self, database, site, ana, mallory):
        with database.writing() as session:
            first = stored(session, site, "7", text="What a day.")
            decide(session, first, ana, Action.APPROVE)
            decide(session, first, mallory, Action.REJECT, seen=1, minute=2)
            second, _ = intake.replace(session, site, draft("7", "Buy!"), verdict(), now=at(3))
            decide(session, second, ana, Action.REJECT, minute=4)
            decide(session, stored(session, site, "8", text="Another."), ana, Action.APPROVE)

            assert forget(session, forgetting.on(session, "7", site)) == 3
            assert labels(session) == [("Another.", False)]
            entry = session.scalar(select(AuditEntry).where(AuditEntry.act == "labels.forget"))
            assert (entry.subject, entry.site_id) == (f"comment {second.id}", site.id)

    def test_where_several_sites_use_the_id_one_must_be_named(self, database, site, ana):
        other = add_site(database, "other", "cdef00000000")
        with database.writing() as session:
            for place in (site, other):
                decide(session, stored(session, place, "7", text=place.name), ana, Action.APPROVE)

            with pytest.raises(forgetting.NoSuchComment, match="Several sites"):
                forgetting.on(session, "7")
            assert forget(session, forgetting.on(session, "7", other)) == 1
            assert labels(session) == [("blog", False)]

    @pytest.mark.parametrize(
        ("named", "message"), [(False, "No site has sent"), (True, "The site blog")]
    )
    def test_a_comment_that_nobody_sent_is_refused(self, database, site, named, message):
        with database.reading() as session, pytest.raises(forgetting.NoSuchComment, match=message):
            forgetting.on(session, "7", site if named else None)


def test_what_is_forgotten_weighs_on_no_other_decision(database, site, ana, mallory):
    """Neither as a copy, nor as an approval, nor as somebody's share."""
    with database.writing() as session:
        for number, (by, action) in enumerate(
            [
                (ana, Action.REJECT),
                (mallory, Action.APPROVE),
                (ana, Action.REJECT),
                (ana, Action.APPROVE),
            ]
        ):
            text = f"Number {number}" if number == 3 else "The same."
            decide(session, stored(session, site, str(number), text=text), by, action, minute=number)
        forget(session, forgetting.of(mallory))

        assert [one.weight for one in feedback.examples(session)] == [0.5, 0.5, 1.0]
        assert feedback.weigh(session).accounts[Decider(moderator=mallory.id)].forgotten == 1


def learnt(database, site, *, is_poisoned):
    """Let three people decide, and mallory always otherwise, if she is there."""
    deciders = [decider(database, name) for name in ("ana", "ben", "cleo", "mallory")]
    with database.writing() as session:
        for number, example in enumerate(decisions(DECISIONS)):
            comment = stored(session, site, str(number), text=example.text)
            is_poison = number % 4 == 3
            if is_poisoned or not is_poison:
                action = Action.REJECT if example.rejected is not is_poison else Action.APPROVE
                by = deciders[number % 4]
                review.decide(session, comment.id, by, action, seen=0, now=example.decided_at)
        session.commit()
        return list(feedback.examples(session))


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """What is learnt where mallory never decided."""
    database = Database(fresh_file(tmp_path_factory.mktemp("clean")))
    yield learnt(database, add_site(database, "blog", "0123456789ab"), is_poisoned=False)
    database.close()


@pytest.mark.parametrize("named", ["by their moderator", "by their comments"])
def test_forgotten_decisions_leave_no_trace_in_what_is_learnt(database, site, clean, named):
    assert learnt(database, site, is_poisoned=True) != clean

    with database.writing() as session:
        if named == "by their moderator":
            assert forget(session, forgetting.of(moderators.by_name(session, "mallory"))) == 20
        else:
            for number in range(3, DECISIONS, 4):
                assert forget(session, forgetting.on(session, str(number))) == 1

        assert list(feedback.examples(session)) == clean


def test_a_model_that_forgot_is_byte_for_byte_one_that_never_saw(tmp_path, clean, few_fixed_texts):
    database = Database(fresh_file(tmp_path))
    learnt(database, add_site(database, "blog", "0123456789ab"), is_poisoned=True)
    with database.writing() as session:
        forget(session, forgetting.of(moderators.by_name(session, "mallory")))
        forgot = list(feedback.examples(session))
    database.close()
    corpus = Corpus(write_corpus(tmp_path / "corpus"), own=())
    base = training.train(corpus, name="base-2026-01", now=NOW).classifier

    for folder, examples in (("clean", clean), ("forgot", forgot)):
        trained = retraining.retrain(base, examples, name="site-1", now=NOW)
        storage.save(tmp_path / folder / "site-1", trained.classifier, trained.card)

    for part in ("model.joblib", "card.json"):
        first, second = (tmp_path / one / "site-1" / part for one in ("clean", "forgot"))
        assert first.read_bytes() == second.read_bytes(), part
