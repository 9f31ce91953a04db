"""The schema: what the migrations build is what the tables say, on both databases."""

import shutil
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from moderation import authors, feedback, forgetting, policies, registry, review, sites
from moderation.rules import ListKind, Mode, Scope
from moderation.store import (
    Database,
    SchemaOutdated,
    check_schema,
    migrate,
    migrations,
    search,
    upgrade,
)
from moderation.store.tables import Base, Comment, ModelGroup, Site, SiteRule
from moderation.verdict import Accepted, Action
from tests.classifier.making import keep
from tests.conftest import at
from tests.making import opinion, put_on_trial, stored
from tests.store.older import downgrade


def test_the_migrations_build_what_the_tables_say(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: not search.is_of_the_index(name),
            },
        )
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_the_migrations_can_be_taken_back_and_applied_again(database):
    downgrade(database, "base")
    with database.engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(database)

    check_schema(database)


def test_a_table_that_others_refer_to_can_be_altered_without_loss(
    database, site, ana, tmp_path, monkeypatch
):
    """SQLite alters by copying and dropping, which must not trip over verdicts and decisions."""
    newest = migrate._newest()  # noqa: SLF001  Whatever it is, the next one follows it.
    folder = shutil.copytree(Path(migrations.__file__).parent, tmp_path / "migrations")
    (folder / "versions" / "9999_wider.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', {newest!r}, None, None\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('comments') as table:\n"
        "        table.alter_column('external_id', type_=sa.String(300))\n"
    )
    monkeypatch.setattr(migrate.resources, "files", lambda _: tmp_path)
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        session.commit()

    upgrade(database)

    with database.reading() as session:
        found = review.comment(session, comment.id)
        assert (found.text, found.verdict.model, len(found.decisions)) == (comment.text, "base", 1)
        if database.engine.dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_lists_of_an_older_version_look_where_they_looked(database, site):
    downgrade(database, "0001")
    with database.engine.begin() as connection:
        for kind, action in (("terms", "reject"), ("domains", "review"), ("patterns", "approve")):
            connection.execute(
                text(
                    "INSERT INTO site_lists (site_id, name, kind, action, entries, updated_at) VALUES "
                    "(:site, :kind, :kind, :action, 'a', '2026-11-22 09:00:00')"
                ),
                {"site": site.id, "kind": kind, "action": action},
            )
    upgrade(database)

    with database.reading() as session:
        kept = [(one.name, one.action, one.scopes, one.mode) for one in policies.lists(session, site)]
    assert kept == [
        ("domains", Action.REVIEW, (Scope.URL,), Mode.LIVE),
        ("patterns", Action.APPROVE, (Scope.TEXT,), Mode.LIVE),
        ("terms", Action.REJECT, (Scope.TEXT,), Mode.LIVE),
    ]


def test_going_back_keeps_the_lists_that_the_older_version_can_read(database, site):
    with database.writing() as session:
        found = sites.by_name(session, "blog")
        for kind in (ListKind.TERMS, ListKind.NETWORKS):
            policies.put_list(
                session, found, kind, kind=kind, action=Action.REVIEW, lines="::1", by="ana", now=at(1)
            )
        session.commit()
    downgrade(database, "0001")

    with database.engine.begin() as connection:
        assert connection.scalars(text("SELECT name FROM site_lists")).all() == ["terms"]


def test_going_back_keeps_no_list_that_looks_where_the_older_version_cannot(database, site):
    with database.writing() as session:
        found = sites.by_name(session, "blog")
        for scope in (Scope.NAME, Scope.AUTHOR):
            policies.put_list(
                session,
                found,
                scope,
                kind=ListKind.TERMS,
                action=Action.APPROVE,
                lines="ana",
                scopes=[scope],
                by="ana",
                now=at(1),
            )
        session.commit()
    downgrade(database, "0005")

    with database.engine.begin() as connection:
        assert connection.scalars(text("SELECT name FROM site_lists")).all() == ["name"]


def test_what_sites_had_chosen_becomes_a_setting_of_rules_and_the_other_way_round(database):
    """Sites of the first version had two choices, kept in columns of their own."""
    choices = {
        "plain": (3, False),
        "strict": (1, True),
        "open": (0, False),
    }
    rules = {
        ("open", "too_many_links", "off", "{}"),
        ("strict", "first_time_author", "live", "{}"),
        ("strict", "too_many_links", None, '{"at_least": 1}'),
    }
    downgrade(database, "0001")
    with database.engine.begin() as connection:
        for name, (max_links, held) in choices.items():
            connection.execute(
                text(
                    "INSERT INTO sites (name, url, key_hash, created_at, max_links,"
                    " hold_first_time_authors, policy_revision, decision_count) VALUES"
                    " (:name, 'https://blog.example.org/', :name, '2026-11-22', :max_links, :held, 1, 0)"
                ),
                {"name": name, "max_links": max_links, "held": held},
            )

    upgrade(database)

    with database.reading() as session:
        found = session.execute(
            select(Site.name, SiteRule.rule, SiteRule.mode, SiteRule.options).join(
                SiteRule, SiteRule.site_id == Site.id
            )
        )
        assert {tuple(row) for row in found} == rules
        compiled = policies.Policies()
        for site in sites.every(session):
            assert compiled.of(session, site).unreadable_rules == ()
            assert site.languages == "en"

    downgrade(database, "0001")

    with database.engine.begin() as connection:
        found = connection.execute(text("SELECT name, max_links, hold_first_time_authors FROM sites"))
        assert {name: (links, bool(held)) for name, links, held in found} == choices


def test_sites_of_an_older_version_accept_what_the_model_was_made_for(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        accepted = Accepted(good_lost=0.01, bad_published=0.2)
        policies.choose(
            session,
            sites.by_name(session, "blog"),
            languages=["de"],
            accepted=accepted,
            by="ana",
            now=at(1),
        )
        session.commit()
    with database.reading() as session:
        assert policies.accepted(sites.by_name(session, "blog")) == accepted
        revision = sites.by_name(session, "blog").policy_revision

    downgrade(database, "0003")

    with database.engine.begin() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("sites")}
        assert not columns & {"good_lost", "bad_published"}
    upgrade(database)
    with database.reading() as session:
        found = sites.by_name(session, "blog")
        assert policies.accepted(found) == Accepted()
        assert (found.languages, found.policy_revision) == ("de", revision)
        assert len(review.comment(session, comment.id).decisions) == 1


def test_an_older_version_keeps_outcomes_and_forgets_who_decided_elsewhere(database, site, ana):
    with database.writing() as session:
        comment = stored(session, site)
        review.report(session, comment.id, "ben", Action.REJECT, now=at(1))
        found = review.comment(session, comment.id)
        found.akismet_callback = "https://blog.example.org/hook"
        review.undo(session, found.decisions[0].id, ana, now=at(2))
        review.report(session, comment.id, "ben", Action.APPROVE, now=at(3))
        session.commit()

    downgrade(database, "0004")
    upgrade(database)

    check_schema(database)
    with database.reading() as session:
        found = review.comment(session, comment.id)
        assert found.outcome is Action.APPROVE
        assert found.akismet_callback is None
        assert [(one.decided_by, one.undoes_id) for one in found.decisions] == [("ana", None)]


def test_sites_of_an_older_version_are_in_the_default_group_which_nobody_chose_for(
    database, site, ana, tmp_path
):
    with database.writing() as session:
        comment = stored(session, site)
        review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        registry.put(session, site, "news", by="ana", now=at(1))
        registry.publish(session, keep(tmp_path, "site-1"), now=at(1))
        session.commit()

    downgrade(database, "0006")

    with database.engine.begin() as connection:
        assert not {"models", "model_groups"} & set(inspect(connection).get_table_names())
    upgrade(database)
    check_schema(database)
    with database.reading() as session:
        found = sites.by_name(session, "blog")
        assert found.model_group_id is None
        assert [(one.name, one.model, one.previous) for one in session.scalars(select(ModelGroup))] == [
            ("default", None, [])
        ]
        assert len(review.comment(session, comment.id).decisions) == 1


def test_an_older_version_learns_from_what_was_forgotten_and_keeps_the_rest(database, site, ana):
    with database.writing() as session:
        for number in range(2):
            comment = stored(session, site, str(number))
            review.decide(session, comment.id, ana, Action.APPROVE, seen=0, now=at(1))
        suspects = forgetting.on(session, "1", site)
        forgetting.forget(session, suspects, by="ana", now=at(2))
        session.commit()

    downgrade(database, "0007")

    with database.engine.begin() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("decisions")}
        assert "is_forgotten" not in columns
    upgrade(database)
    check_schema(database)
    with database.reading() as session:
        assert len(list(feedback.examples(session))) == 2


def test_an_older_version_knows_of_no_trial_and_keeps_the_rest(database, site, tmp_path):
    keep(tmp_path, "site-1")
    with database.writing() as session:
        comment = stored(session, site, opinion=opinion(Action.APPROVE))
        session.commit()
    put_on_trial(database, tmp_path, "site-1")

    downgrade(database, "0008")

    with database.engine.begin() as connection:
        assert "shadow_verdicts" not in inspect(connection).get_table_names()
    upgrade(database)
    check_schema(database)
    with database.reading() as session:
        found = review.comment(session, comment.id)
        assert (found.verdict.model, found.shadow) == ("base", None)
        assert [(one.shadow, one.shadow_since) for one in session.scalars(select(ModelGroup))] == [
            (None, None)
        ]


def test_what_was_erased_stays_blank_in_an_older_version(database, site):
    with database.writing() as session:
        stored(session, site)
        person = authors.by_email("ana@example.org")
        (some,) = authors.find(session, person, at_once=1).comments
        authors.erase(session, some, by="ana", now=at(2))
        session.commit()

    downgrade(database, "0008")
    upgrade(database)

    check_schema(database)
    with database.reading() as session:
        (found,) = session.scalars(select(Comment))
        assert (found.text, found.author_email, found.erased_at) == ("", None, None)


def test_two_upgrades_at_once_are_one(tmp_path, request):
    for url in (f"sqlite:///{tmp_path / 'new.db'}", request.getfixturevalue("postgresql")(request)):
        fresh = Database(url)
        with fresh.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
            Base.metadata.drop_all(connection)
        upgrades = [threading.Thread(target=upgrade, args=(fresh,)) for _ in range(4)]
        for one in upgrades:
            one.start()
        for one in upgrades:
            one.join()

        check_schema(fresh)
        fresh.close()


def test_upgrading_a_current_database_does_nothing(database):
    upgrade(database)

    check_schema(database)


def test_a_database_without_tables_is_refused_with_what_to_do(tmp_path):
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")

    with pytest.raises(SchemaOutdated, match="moderation db upgrade"):
        check_schema(empty)
    empty.close()
