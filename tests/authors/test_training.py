"""What an author had erased teaches no model any more, and the next card says so."""

import pytest

from moderation import audit, authors, feedback, intake, review
from moderation.classifier import retraining, storage, training
from moderation.classifier.corpus import Corpus
from moderation.draft import Author
from moderation.labels import Account, in_words
from moderation.store import Database, upgrade
from moderation.verdict import Action
from tests.classifier.making import NOW, decisions, write_corpus
from tests.conftest import add_site, at
from tests.making import decider, draft, stored, verdict

LEAVES = Author(name="Lea", email="lea@example.org")
SAYS_SO = "Left out: 20 decisions on comments whose authors had them erased."


def erase(database):
    with database.writing() as session:
        person = authors.by_email("lea@example.org")
        for some in authors.find(session, person, at_once=7).comments:
            authors.erase(session, some, by=audit.COMMAND_LINE, now=at(60))
        session.commit()


def learnt(folder, *, has_left, erases=False):
    """What 80 decisions teach, every fourth on a comment of one author, if she was ever there."""
    database = Database(f"sqlite:///{folder / 'moderation.db'}")
    upgrade(database)
    site = add_site(database, "blog", "0123456789ab")
    ana, ben = (decider(database, name) for name in ("ana", "ben"))
    with database.writing() as session:
        for number, example in enumerate(decisions(80)):
            is_hers = number % 4 == 3
            if is_hers and has_left:
                continue
            author = LEAVES if is_hers else Author(email="otto@example.org")
            comment = stored(session, site, str(number), text=example.text, author=author)
            action = Action.REJECT if example.rejected else Action.APPROVE
            by = ana if number % 2 else ben
            review.decide(session, comment.id, by, action, seen=0, now=example.decided_at)
        session.commit()
    if erases:
        with database.reading() as session:
            assert len(list(feedback.examples(session))) == 80
        erase(database)
    with database.reading() as session:
        weighed = feedback.weigh(session)
        examples = list(feedback.examples(session, weighed))
    database.close()
    return examples, weighed.account


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    corpus = Corpus(write_corpus(tmp_path_factory.mktemp("corpus")), own=())
    return training.train(corpus, name="base-2026-01", now=NOW).classifier


def test_a_model_made_after_an_erasure_is_byte_for_byte_one_that_never_saw(tmp_path, base):
    contents, cards = [], []
    for name, has_left in (("never", True), ("erased", False)):
        (tmp_path / name).mkdir()
        examples, account = learnt(tmp_path / name, has_left=has_left, erases=not has_left)
        trained = retraining.retrain(base, examples, name="site-1", now=NOW, account=account)
        folder = tmp_path / name / "site-1"
        storage.save(folder, trained.classifier, trained.card)
        contents.append((folder / "model.joblib").read_bytes())
        cards.append((folder / "card.md").read_text())

    assert len(examples) == 60
    assert contents[0] == contents[1]
    assert SAYS_SO in cards[1]
    assert cards[0] == cards[1].replace(f" {SAYS_SO}", "")


def test_it_weighs_on_no_other_decision_and_is_counted(database, site):
    """Neither as the original of a copy nor as a near copy."""
    ana, ben = (decider(database, name) for name in ("ana", "ben"))
    with database.writing() as session:
        hers = stored(session, site, "1", text="The same.", author=LEAVES)
        other = stored(session, site, "2", text="The same.")
        forgotten = stored(session, site, "3", text="Another.", author=LEAVES)
        for comment, by, action in (
            (hers, ana, Action.APPROVE),
            (other, ben, Action.REJECT),
            (forgotten, ben, Action.REJECT),
        ):
            review.decide(session, comment.id, by, action, seen=0, now=at(1))
        session.commit()
        assert feedback.weigh(session).account.copies_of_approved == 1
    erase(database)

    with database.reading() as session:
        assert [(one.text, one.weight) for one in feedback.examples(session)] == [("The same.", 1.0)]
        account = feedback.weigh(session).account
    assert account == Account(teach=1, weight=1.0, erased=2)
    assert "Left out: 2 decisions on comments whose authors had them erased." in in_words(account)


def test_what_the_author_sends_again_under_the_id_teaches_as_ever(database, site):
    ana = decider(database)
    with database.writing() as session:
        hers = stored(session, site, "1", text="Before.", author=LEAVES)
        review.decide(session, hers.id, ana, Action.APPROVE, seen=0, now=at(1))
        session.commit()
    erase(database)

    with database.writing() as session:
        edit, is_new = intake.replace(session, site, draft("1", "Afterwards."), verdict(), now=at(61))
        review.decide(session, edit.id, ana, Action.REJECT, seen=0, now=at(62))
        assert (is_new, edit.edition, edit.erased_at) == (True, 2, None)
        assert [one.text for one in feedback.examples(session)] == ["Afterwards."]
