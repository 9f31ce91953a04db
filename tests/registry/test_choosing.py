"""Which model serves whom, how another comes to serve, and how one goes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from moderation import registry, sites
from moderation.classifier.storage import BadModelName, ModelDamaged, ModelMissing
from moderation.names import BadName
from moderation.store.tables import AuditEntry, ModelGroup
from tests.classifier.making import NOW, keep, point
from tests.conftest import START, add_site
from tests.making import promoted, rolled_back


def serves(database, models, group=registry.DEFAULT):
    with database.reading() as session:
        return registry.choice(session, models, group)


def put(database, site, group):
    with database.writing() as session:
        registry.put(session, session.merge(site), group, by="ana", now=START)
        session.commit()


def test_a_promoted_model_serves_until_it_is_rolled_back(database, models, make):
    for name in ("base-2026-11", "site-1", "site-2"):
        make(name)
    promoted(database, models, "site-1")
    promoted(database, models, "site-2", now=NOW)

    found = serves(database, models)
    assert (found.model, found.previous, found.since) == ("site-2", ("site-1", "base-2026-11"), NOW)

    rolled_back(database, models)
    assert serves(database, models).model == "site-1"
    rolled_back(database, models, now=NOW + timedelta(hours=1))
    found = serves(database, models)
    assert (found.model, found.since) == ("base-2026-11", NOW + timedelta(hours=1))
    with pytest.raises(registry.NothingToRollBackTo):
        rolled_back(database, models)
    assert serves(database, models).model == "base-2026-11"


def test_promoting_twice_is_promoting_once(database, models, make):
    for name in ("base-2026-11", "site-1"):
        make(name)
    promoted(database, models, "site-1")
    promoted(database, models, "site-1")
    rolled_back(database, models)

    assert serves(database, models).model == "base-2026-11"


@pytest.mark.parametrize("spoil", ["model.joblib", "card.json"])
def test_an_unusable_model_is_not_promoted(database, models, make, spoil):
    make("base-2026-11")
    (make("site-1") / spoil).write_bytes(b"no model")

    with pytest.raises(ModelDamaged):
        promoted(database, models, "site-1")

    assert serves(database, models).model == "base-2026-11"


def test_what_is_spoilt_after_it_was_proved_is_not_promoted(database, models, make):
    make("base-2026-11")
    folder = make("site-1")
    with database.reading() as session:
        proved = registry.prove(session, models, "site-1")
    (folder / "model.joblib").write_bytes(b"no model")

    with database.writing() as session, pytest.raises(ModelDamaged):
        registry.promote(session, models, proved, by="ana", now=NOW)

    assert serves(database, models).model == "base-2026-11"


def test_one_cannot_go_back_to_what_is_gone_everywhere(database, models, make):
    folder = make("base-2026-11")
    make("site-1")
    promoted(database, models, "site-1")
    (folder / "model.joblib").unlink()

    with pytest.raises(ModelMissing):
        rolled_back(database, models)

    assert serves(database, models).model == "site-1"


@pytest.mark.parametrize("name", ["../secret", "a/b", "..", ".", "", ".hidden", "a\\b", "a\n"])
def test_a_name_cannot_lead_out_of_the_folder(database, models, make, name):
    make("base-2026-11")

    with pytest.raises(BadModelName):
        promoted(database, models, name)


def test_what_an_earlier_version_promoted_goes_on_and_can_be_gone_back_to(database, models, make):
    for name in ("base-2026-11", "site-1", "site-2"):
        make(name)
    point(models, "site-1", "base-2026-11", since=NOW)

    found = serves(database, models)
    assert (found.model, found.previous, found.since) == ("site-1", ("base-2026-11",), NOW)

    promoted(database, models, "site-2")
    # What the file says does not count from now on.
    point(models, "base-2026-11")
    assert serves(database, models).previous == ("site-1", "base-2026-11")
    rolled_back(database, models)
    assert serves(database, models).model == "site-1"


def test_one_can_go_back_to_what_the_file_of_an_earlier_version_remembers(database, models, make):
    for name in ("base-2026-11", "site-1"):
        make(name)
    point(models, "site-1", "base-2026-11")

    rolled_back(database, models)

    assert serves(database, models).model == "base-2026-11"


def test_whoever_chose_on_what_was_before_is_told(database, models, make):
    for name in ("base-2026-11", "site-1", "site-2"):
        make(name)
    with database.reading() as session:
        proved = registry.prove(session, models, "site-1")
    promoted(database, models, "site-2")

    with database.writing() as session, pytest.raises(registry.ChosenMeanwhile, match="site-2"):
        registry.promote(session, models, proved, instead_of="base-2026-11", by="ana", now=NOW)
    with database.writing() as session, pytest.raises(registry.ChosenMeanwhile, match="site-2"):
        registry.rollback(session, models, proved, by="ana", now=NOW)


def test_the_record_says_who_did_it_and_what_changed(database, models, make, ana, site):
    for name in ("base-2026-11", "site-1"):
        make(name)
    put(database, site, "news")
    with database.reading() as session:
        proved = registry.prove(session, models, "site-1")
    with database.writing() as session:
        registry.promote(session, models, proved, group="news", by=ana, now=NOW)
        session.commit()
    rolled_back(database, models, group="news")

    with database.reading() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.act.startswith("model.")).order_by(AuditEntry.id)
        ).all()
        chosen_by = session.scalar(select(ModelGroup.chosen_by).where(ModelGroup.name == "news"))
    assert [(one.act, one.subject) for one in entries] == [
        ("model.group", "group news"),
        ("model.promote", "model site-1"),
        ("model.rollback", "model base-2026-11"),
    ]
    assert (entries[1].moderator_id, entries[0].site_id) == (ana.id, site.id)
    assert entries[1].details == (
        "For the group news. Instead of base-2026-11: review from 30% instead of 30%, "
        "rejection from 70% instead of 70%."
    )
    assert chosen_by == "ana"


class TestGroups:
    def test_a_group_follows_the_default_until_a_model_is_promoted_for_it(
        self, database, models, make, site
    ):
        for name in ("base-2026-11", "site-1", "site-2"):
            make(name)
        put(database, site, "news")
        assert (serves(database, models, "news").model, serves(database, models, "news").follows) == (
            "base-2026-11",
            True,
        )

        promoted(database, models, "site-1", group="news")
        promoted(database, models, "site-2")
        assert [serves(database, models, group).model for group in ("default", "news")] == [
            "site-2",
            "site-1",
        ]

        rolled_back(database, models, group="news")
        found = serves(database, models, "news")
        assert (found.model, found.follows, found.previous) == ("site-2", True, ())
        with pytest.raises(registry.NothingToRollBackTo):
            rolled_back(database, models, group="news")

    def test_a_model_of_the_default_group_serves_all_who_have_none_of_their_own(
        self, database, models, make, site
    ):
        make("site-1")
        own, following = (
            add_site(database, name, key) for name, key in (("news", "aa" * 6), ("sports", "bb" * 6))
        )
        put(database, own, "news")
        put(database, following, "sports")
        promoted(database, models, "site-1", group="news")

        with database.reading() as session:
            served = {name: registry.served(session, name) for name in ("default", "news", "sports")}
            with pytest.raises(registry.UnknownGroup):
                registry.served(session, "nowhere")

        assert served == {
            "default": {site.id, following.id},
            "news": {own.id},
            "sports": {following.id},
        }

    def test_a_group_goes_back_to_following_also_where_nothing_was_to_follow(
        self, database, models, make, site
    ):
        make("site-1")
        put(database, site, "news")
        assert serves(database, models, "news").model is None

        promoted(database, models, "site-1", group="news")
        rolled_back(database, models, group="news")

        assert serves(database, models, "news").follows

    def test_a_group_begins_with_its_first_site(self, database, models, make, site):
        make("base-2026-11")
        with pytest.raises(registry.UnknownGroup, match="models group SITE GROUP"):
            promoted(database, models, "base-2026-11", group="news")

        put(database, site, "news")
        with database.reading() as session:
            assert registry.members(session) == {"default": [], "news": ["blog"]}
            assert [one.group for one in registry.choices(session, models)] == ["default", "news"]

    def test_one_model_serves_several_sites_of_a_group(self, database, models, make, site):
        make("base-2026-11")
        forum = add_site(database, "forum", "0123456789cd")
        for one in (site, forum):
            put(database, one, "news")
        put(database, forum, "news")

        with database.reading() as session:
            assert registry.members(session)["news"] == ["blog", "forum"]

    def test_a_group_without_sites_is_not_served(self, database, models, make, site):
        make("base-2026-11")
        put(database, site, "news")
        put(database, site, registry.DEFAULT)

        with database.reading() as session:
            assert [one.group for one in registry.choices(session, models)] == ["default"]
            assert sites.by_name(session, "blog").model_group_id is None

    @pytest.mark.parametrize("name", ["", " news", "a\nb", "n" * 101])
    def test_a_name_of_a_group_is_one_line(self, database, site, name):
        with pytest.raises(BadName):
            put(database, site, name)


def test_the_list_holds_what_is_here_and_what_is_elsewhere(database, models, make, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    make("base-2026-11")
    (models / "site-broken").mkdir()
    make("site-1")
    for name, bad in (("site-1", 4.0), ("site-2", 4.0)):
        with database.writing() as session:
            registry.publish(session, keep(elsewhere, name, bad=bad), now=NOW)
            session.commit()

    with database.reading() as session:
        found = {one.name: one for one in registry.entries(session, models)}
    assert list(found) == ["base-2026-11", "site-1", "site-2", "site-broken"]
    assert found["site-2"].card is not None
    assert "another model named site-1" in (found["site-1"].problem or "")
    assert "card.json cannot be read" in (found["site-broken"].problem or "")
