"""The models page over real HTTP: what serves, what is known of it, and how another comes to serve."""

import re
import shutil
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from sqlalchemy import select

from moderation import moderators, registry, review
from moderation.classifier import gate
from moderation.classifier.card import (
    Consequences,
    Foretelling,
    Identity,
    LearntReasons,
    Measure,
    Trial,
)
from moderation.classifier.curves import curves
from moderation.classifier.folder import POINTER
from moderation.classifier.gate import Finding
from moderation.classifier.storage import save
from moderation.classifier.thresholds import Kept
from moderation.settings import Settings
from moderation.store import Database
from moderation.store.tables import AuditEntry, Moderator, Permission, Role, Site, StoredVerdict
from moderation.verdict import Action, Thresholds
from tests.browsing import words
from tests.classifier.gating import a_check, a_report
from tests.classifier.making import card_for, made_by_hand
from tests.conftest import KEY, START, add_moderator, add_site, fresh_file, listening
from tests.making import promoted, stored
from tests.web.letting_in import let_in

PEOPLE = {"root": Role.ADMIN, "ana": Role.MODERATOR, "carla": Role.ADMIN}


@pytest.fixture
def models(tmp_path):
    """A base model with all on its card, an older candidate, and a broken folder."""
    folder = tmp_path / "models"
    keep(folder, "base-2026-11", tests=(trial("open texts", 0.9),), identities=PEOPLE_NAMED)
    keep(folder, "site-1", tests=(trial("open texts", 0.95),), review_at=0.25)
    (folder / "site-broken").mkdir()
    return folder


PEOPLE_NAMED = (Identity(people="Martians", texts=72, approved=0.9, rejected=0.01, mean=0.12),)


def keep(folder, name, *, review_at=0.3, **fields):
    classifier = made_by_hand(name)
    thresholds = Thresholds(review_at=review_at, reject_at=0.7)
    card = msgspec.structs.replace(card_for(classifier), thresholds=thresholds, **fields)
    save(folder / name, classifier, card)


def trial(name, auc, *, drawn=True):
    lots = np.random.default_rng(1)
    likely = lots.random(300)
    measured = Measure(rows=300, positives=150, auc=auc, average_precision=0.5, log_loss=0.3)
    return Trial(
        name=name,
        measures={"rejection": measured},
        consequences=Consequences(
            good_rejected=0.02, good_reviewed=0.1, bad_reviewed=0.3, bad_approved=0.2
        ),
        curves=curves(likely, lots.random(300) < likely) if drawn else None,
    )


@pytest.fixture
def settings(tmp_path, models):
    return Settings(instance=tmp_path, models=models)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder with a database of a site and three people, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("prepared")
    database = Database(fresh_file(folder))
    blog = add_site(database, "blog", KEY)
    people = {name: add_moderator(database, name, role) for name, role in PEOPLE.items()}
    with database.writing() as session:
        # An admin of one site.
        session.get_one(Moderator, people["carla"].id).every_site = False
        session.add(Permission(moderator_id=people["carla"].id, site_id=blog.id))
        session.commit()
    database.close()
    return folder


@pytest.fixture
def database(prepared, settings):
    shutil.copytree(prepared, settings.instance, dirs_exist_ok=True)
    opened = Database(settings.where_data_lives())
    yield opened
    opened.close()


@pytest.fixture
def address(settings, database):
    with listening(settings) as found:
        yield found


@pytest.fixture
def enter(address, settings, database):
    """Let somebody in by name."""

    def let(name):
        with database.reading() as session:
            who = moderators.by_name(session, name)
        return let_in(address, settings, database, who)

    return let


@pytest.fixture
def root(enter):
    return enter("root")


def serving(database, models, group=registry.DEFAULT):
    with database.reading() as session:
        return registry.choice(session, models, group).model


def press(console, path):
    """Open a confirmation page, confirm what has to be, and press its button."""
    page = console.read(path)
    seen = re.search(r'name="instead_of" value="([^"]*)"', page.text)
    asked = {"despite": "yes"} if 'name="despite"' in page.text else {}
    return console.send(page, path, instead_of=seen[1], **asked)


class TestLooking:
    def test_what_serves_is_shown_with_its_card(self, root):
        page = root.read("/console/models")

        assert "base-2026-11 serves. Since when is not on record." in words(page)
        assert 'class="line"' in page.text
        assert page.text.count('class="mark"') == 2
        assert "Martians: 12% on average" in words(page)
        assert "site-1" in page.text

    @pytest.mark.parametrize(
        ("right", "ends"),
        [
            (0.91, "between +23.1 and +35.2 points, with 95 % confidence. The"),
            (0.6, "with 95 % confidence. So it foretells no reason. The"),
        ],
    )
    def test_how_well_reasons_are_foretold_is_said(self, root, models, right, ends):
        test = Foretelling(
            rejections=1243, right=right, commonest="spam", by_commonest=0.62, low=0.231, high=0.352
        )
        learnt = LearntReasons(decisions={"abuse": 240, "spam": 1412}, test=test)
        keep(models, "site-0", reasons=learnt)
        said = words(root.read("/console/models/site-0"))

        assert "it learnt from rejections: 240 as abuse, 1,412 as spam." in said
        assert f"was right in {right:.0%}; always saying spam would have been right in 62%." in said
        assert ends in said

    def test_reasons_that_nothing_could_be_measured_on_are_said_so(self, root, models):
        keep(models, "site-0", reasons=LearntReasons(decisions={"abuse": 40, "spam": 40}, test=None))

        assert "Too few of the newest rejections" in words(root.read("/console/models/site-0"))
        assert "learnt from rejections" not in words(root.read("/console/models/site-1"))

    def test_a_broken_folder_is_shown_with_what_is_wrong(self, root):
        assert "card.json cannot be read" in words(root.read("/console/models"))
        assert "card.json cannot be read" in words(root.read("/console/models/site-broken"))

    def test_another_model_stands_beside_the_serving_one(self, root):
        said = words(root.read("/console/models/site-1"))

        assert "A person is asked from 30.0% 25.0%" in said
        assert "above a good one (AUC) 90.0% 95.0%" in said

    def test_a_model_that_only_estimated_its_thresholds_promises_nothing(self, root, models):
        keep(models, "site-0", budgets=Kept(good_lost=0.01, bad_published=0.1))

        assert "none of them is a promise" in words(root.read("/console/models/site-0"))
        assert "none of them is a promise" not in words(root.read("/console/models/site-1"))

    def test_a_card_without_curves_says_how_to_draw_them(self, root, models):
        keep(models, "site-0", tests=(trial("open texts", 0.9, drawn=False),))
        page = root.read("/console/models/site-0")

        assert "moderation models describe site-0" in page.text
        assert 'class="plot"' not in page.text

    def test_models_that_were_measured_on_other_texts_are_not_compared(self, root, models):
        keep(models, "site-0", tests=(trial("newest decisions", 0.9),))

        assert "measured on different texts" in words(root.read("/console/models/site-0"))

    def test_decisions_are_compared_where_both_were_measured_on_them(self, root, models):
        theirs = trial("newest decisions, by base-2026-11", 0.81)
        keep(models, "site-0", tests=(trial("newest decisions", 0.89), theirs))

        assert "(AUC) 81.0% 89.0%" in words(root.read("/console/models/site-0"))

    @pytest.mark.parametrize("spoilt", ["", "[]", '{"model": "../x"}', '{"model": "a", "since": "x"}'])
    def test_an_unreadable_pointer_is_said_and_a_promotion_mends_it(
        self, root, models, database, spoilt
    ):
        (models / POINTER).write_text(spoilt)
        page = root.read("/console/models")

        assert page.status == 200
        assert "It cannot be told which model should serve." in words(page)
        assert "promote a model by name" in words(page)
        assert "This process still answers with base-2026-11." in words(page)
        press(root, "/console/models/site-1/promote")
        assert serving(database, models) == "site-1"

    def test_what_people_overturned_is_of_the_model_that_is_shown(self, root, database):
        now = datetime.now(UTC)
        with database.writing() as session:
            ana = session.scalars(select(Moderator).where(Moderator.name == "ana")).one()
            site = session.scalars(select(Site)).one()
            for name, model in (("1", "base-2026-11"), ("2", "site-1"), ("3", "site-1")):
                found = stored(session, site, name, action=Action.APPROVE, now=now)
                session.get(StoredVerdict, found.verdict.id).model = model
                review.decide(session, found.id, ana, Action.REJECT, seen=0, now=now)
            session.commit()

        assert "A person reversed 1 verdict" in words(root.read("/console/models"))
        assert "People reversed 2 verdicts" in words(root.read("/console/models/site-1"))

    @pytest.mark.parametrize("path", ["/nowhere", "/..%2Fetc", "/serving.json", "/nowhere/promote"])
    def test_there_is_nothing_of_what_is_no_model(self, root, path):
        assert root.read(f"/console/models{path}").status == 404

    def test_an_empty_folder_is_no_failure(self, root, models):
        for folder in models.iterdir():
            shutil.rmtree(folder)
        page = root.read("/console/models")

        assert page.status == 200
        assert "holds no model" in words(page)


class TestChoosing:
    def test_the_confirmation_says_what_changes_and_the_record_who_did_it(self, root, models, database):
        asked = words(root.read("/console/models/site-1/promote"))
        assert "A person is asked from 30.0% 25.0%" in asked

        shown = press(root, "/console/models/site-1/promote")
        assert "site-1 serves now, in every process within seconds." in words(shown)
        assert re.search(r"site-1 serves since .+ UTC, instead of base-2026-11\.", words(shown))
        assert serving(database, models) == "site-1"
        with database.reading() as session:
            (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "model.promote"))
        assert (entry.done_by, entry.subject) == ("root", "model site-1")
        assert entry.details == (
            "Instead of base-2026-11: review from 25% instead of 30%, rejection from 70% instead of 70%."
            " The gate was not asked about it."
        )

    def test_one_can_go_back(self, root, models, database):
        press(root, "/console/models/site-1/promote")
        assert 'href="/console/rollback"' in root.read("/console/models").text
        shown = press(root, "/console/rollback")

        assert re.search(r"base-2026-11 serves since .+ UTC\.", words(shown))
        with database.reading() as session:
            acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-2:] == ["model.promote", "model.rollback"]
        assert root.read("/console/rollback").status == 404

    def test_whoever_chose_on_an_old_page_is_told(self, root, models, database):
        page = root.read("/console/models/site-1/promote")
        keep(models, "site-2")
        promoted(database, models, "site-2")
        told = root.send(page, "/console/models/site-1/promote", instead_of="base-2026-11")

        assert told.status == 409
        assert "Meanwhile somebody else let site-2 serve." in words(told)
        assert serving(database, models) == "site-2"

    def test_what_cannot_be_loaded_cannot_be_chosen(self, root, models, database):
        (models / "site-1" / "model.joblib").write_bytes(b"spoilt")
        page = root.read("/console/models/site-1/promote")

        assert "is not the file that its card describes" in words(page)
        assert 'class="main" type="submit"' not in page.text
        told = root.send(page, "/console/models/site-1/promote", instead_of="base-2026-11")
        assert told.status == 409
        assert serving(database, models) == "base-2026-11"
        with database.reading() as session:
            assert (
                session.scalars(select(AuditEntry).where(AuditEntry.act == "model.promote")).all() == []
            )

    def test_one_cannot_go_back_to_what_is_gone(self, root, models, database):
        press(root, "/console/models/site-1/promote")
        (models / "base-2026-11").rename(models / ".gone")
        page = root.read("/console/rollback")

        assert "This model is gone." in words(page)
        assert root.send(page, "/console/rollback", instead_of="site-1").status == 409
        assert serving(database, models) == "site-1"

    @pytest.mark.parametrize("name", ["ana", "carla"])
    @pytest.mark.parametrize("path", ["/console/models/site-1/promote", "/console/rollback"])
    def test_only_an_admin_of_every_site_may(self, enter, models, database, name, path):
        console = enter(name)
        page = console.read("/console/models")

        assert page.status == 200
        assert "/promote" not in page.text
        assert console.read(path).status == 403
        assert console.send(page, path, instead_of="base-2026-11").status == 403
        assert serving(database, models) == "base-2026-11"


class TestGroups:
    @pytest.fixture
    def news(self, database):
        """A second site, in a group of its own."""
        paper = add_site(database, "paper", "0123456789cd")
        with database.writing() as session:
            registry.put(session, paper, "news", by="root", now=START)
            session.commit()

    def test_without_groups_nothing_is_said_of_them(self, root):
        assert "Groups of sites" not in root.read("/console/models").text
        assert "Every site’s comments" in words(root.read("/console/models/site-1/promote"))

    def test_a_group_has_a_model_of_its_own_and_can_go_back(self, root, models, database, news):
        assert 'href="/console/models?group=news"' in root.read("/console/models").text
        said = words(root.read("/console/models?group=news"))
        assert "base-2026-11 serves, as it does sites that are in no group." in said

        asked = root.read("/console/models/site-1/promote?group=news")
        assert "Comments that come from then on to paper are judged by this model." in words(asked)
        shown = root.send(
            asked,
            "/console/models/site-1/promote",
            group="news",
            instead_of="base-2026-11",
            despite="yes",
        )
        assert re.search(r"site-1 serves since .+ UTC\.", words(shown))
        assert serving(database, models) == "base-2026-11"
        assert serving(database, models, "news") == "site-1"
        assert "It serves the group news." in words(root.read("/console/models"))
        assert "It serves the sites that are in no group." in words(
            root.read("/console/models?group=news")
        )
        with database.reading() as session:
            (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "model.promote"))
        assert entry.details.startswith("For the group news. Instead of base-2026-11: ")

        assert "Go back to what serves the other sites …" in shown.text
        page = root.read("/console/rollback?group=news")
        root.send(page, "/console/rollback", group="news", instead_of="site-1")
        assert serving(database, models, "news") == "base-2026-11"
        assert root.read("/console/rollback?group=news").status == 404

    @pytest.mark.parametrize(
        "path", ["/models", "/models/site-1", "/models/site-1/promote", "/rollback"]
    )
    def test_there_is_nothing_of_what_is_no_group(self, root, path):
        assert root.read(f"/console{path}?group=nowhere").status == 404

    def test_a_model_of_another_machine_can_be_seen_and_promoted(self, root, models, database, tmp_path):
        keep(tmp_path / "elsewhere", "site-3", tests=(trial("open texts", 0.93),))
        with database.writing() as session:
            registry.publish(session, tmp_path / "elsewhere" / "site-3", now=START)
            session.commit()

        assert "(AUC) 90.0% 93.0%" in words(root.read("/console/models/site-3"))
        shown = press(root, "/console/models/site-3/promote")
        assert "site-3 serves now, in every process within seconds." in words(shown)
        assert (models / "site-3" / "card.md").exists()


class TestGate:
    """What the gate found of a candidate is shown, and asked about once more where it is no yes."""

    def test_the_verdict_and_the_checks_are_shown_with_links_to_what_would_end_otherwise(
        self, root, models
    ):
        gate.save(models / "site-1", a_report())
        page = root.read("/console/models/site-1")
        said = words(page)

        assert "It is better than base-2026-11, and nowhere worse than allowed." in said
        assert (
            "Tells bad comments from good ones (AUC): 53.0% instead of 50.0% (newest decisions)" in said
        )
        assert "Bad comments published equal Known abuse. Of the comments that moderators" in said
        assert page.text.count('<svg class="gain') == 4
        assert 'href="/console/comments/1"' in page.text
        assert "Of 18 decided comments 12 would end otherwise: 7 nearer" in said
        assert "compost heap +0.0 +1.2 7" in said

    def test_hostile_words_are_shown_and_do_nothing(self, root, models):
        gate.save(models / "site-1", a_report())
        page = root.read("/console/models/site-1")

        assert "<script>alert" not in page.text
        assert "<bdi>&#34;&gt;&lt;script&gt;alert(1)" in page.text

    def test_what_failed_is_said_first(self, root, models):
        gate.save(models / "site-1", a_report(a_check(Finding.BETTER), a_check(Finding.WORSE, place=3)))
        said = words(root.read("/console/models/site-1"))

        assert "It is worse than base-2026-11 by more than is allowed." in said
        assert "Good comments rejected: 70.0% instead of 50.0% (newest decisions)" in said

    @pytest.mark.parametrize(
        ("finding", "says"),
        [
            (Finding.EQUAL, "about as good as base-2026-11"),
            (Finding.UNKNOWN, "Nothing shows that it is"),
        ],
    )
    def test_other_findings_have_their_words(self, root, models, finding, says):
        gate.save(models / "site-1", a_report(a_check(finding)))

        assert says in words(root.read("/console/models/site-1"))

    def test_a_model_of_before_says_how_to_compare_it(self, root):
        said = words(root.read("/console/models/site-1"))

        assert "It was never compared with the model that serves" in said
        assert "moderation models compare site-1" in said
        assert "What the gate says" not in words(root.read("/console/models"))

    def test_a_spoilt_report_is_none_and_says_so(self, root, models):
        (models / "site-1" / "gate.json").write_text("{}")
        said = words(root.read("/console/models/site-1"))

        assert "gate.json cannot be read" in said
        assert 'name="despite"' in root.read("/console/models/site-1/promote").text

    @pytest.mark.parametrize(
        ("report", "says"),
        [
            (None, "although it was never compared"),
            (a_report(a_check(Finding.WORSE)), "although it is worse than allowed"),
        ],
    )
    def test_what_did_not_pass_serves_only_if_that_is_confirmed(
        self, root, models, database, report, says
    ):
        if report:
            gate.save(models / "site-1", report)
        path = "/console/models/site-1/promote"
        page = root.read(path)
        assert says in words(page)
        told = root.send(page, path, instead_of="base-2026-11")

        assert told.status == 422
        assert "Confirm that it shall serve although it did not pass the gate." in words(told)
        assert serving(database, models) == "base-2026-11"
        root.send(told, path, instead_of="base-2026-11", despite="yes")
        assert serving(database, models) == "site-1"
        record = words(root.read("/console/record"))
        assert ("It did not pass the gate." if report else "The gate was not asked about it.") in record

    def test_what_passed_serves_at_once(self, root, models, database):
        gate.save(models / "site-1", a_report(a_check(Finding.UNKNOWN)))
        path = "/console/models/site-1/promote"
        page = root.read(path)
        assert 'name="despite"' not in page.text
        assert "Nothing shows that it is worse" in words(page)
        root.send(page, path, instead_of="base-2026-11")

        assert serving(database, models) == "site-1"
        with database.reading() as session:
            (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "model.promote"))
        assert "gate" not in entry.details

    def test_to_go_back_needs_no_second_thought(self, root, models, database):
        press(root, "/console/models/site-1/promote")
        page = root.read("/console/rollback")

        assert 'name="despite"' not in page.text
        assert "What the gate says" not in words(page)
        root.send(page, "/console/rollback", instead_of="site-1")
        assert serving(database, models) == "base-2026-11"
