"""Every change of a policy is on record with what stood before it, and can be taken back."""

import threading

import pytest
from sqlalchemy import select

from moderation import policies, sites
from moderation.policies import Change, KeptRule
from moderation.rules import BadEntry, ListKind, Mode, Scope, TooManyPatterns, settings
from moderation.rules.options import LinkCount
from moderation.store.tables import AuditEntry, PolicyChange
from moderation.verdict import Accepted, Action
from tests.conftest import at
from tests.making import decider

BY = {"by": "command line", "now": at(1)}
WORDS = {"kind": ListKind.TERMS, "action": Action.REVIEW}
TRUSTED = {"kind": ListKind.TERMS, "action": Action.APPROVE, "scopes": [Scope.AUTHOR]}


@pytest.fixture
def changing(database, site):
    """A session that writes, and the site in it."""
    with database.writing() as session:
        yield session, sites.by_name(session, "blog")


def limit(session, site, links):
    """Set one option of one rule."""
    policies.set_rule(session, site, "too_many_links", mode=None, options={"at_least": links}, **BY)


def stands(session, site):
    """What the whole policy says."""
    compiled = policies.Policies().of(session, site)
    return compiled.version


def test_what_was_changed_by_whom_and_what_stood_before_is_on_record(database, site):
    ana = decider(database)
    with database.writing() as session:
        found = sites.by_name(session, "blog")
        limit(session, found, "7")
        policies.put_list(session, found, "rude", lines="nitwit", **WORDS, by=ana, now=at(2))
        policies.choose(session, found, languages=["de"], by=ana, now=at(3))
        policies.remove_list(session, found, "rude", by=ana, now=at(4))
        session.commit()
    with database.reading() as session:
        found = sites.by_name(session, "blog")
        made = policies.changes(session, found, limit=10)

    assert [(one.subject, one.changed_by, one.changed_at) for one in made] == [
        ("list:rude", "ana", at(4)),
        ("choices", "ana", at(3)),
        ("list:rude", "ana", at(2)),
        ("rule:too_many_links", "command line", at(1)),
    ]
    assert [one.revision for one in made] == [5, 4, 3, 2]
    assert found.policy_revision == 5
    removed, chosen, added, limited = (
        (policies.read_kept(one.before), policies.read_kept(one.after)) for one in made
    )
    assert limited == (None, KeptRule(options='{"at_least":7}'))
    assert (added[0], added[1].entries) == (None, "nitwit")
    assert removed == (added[1], None)
    assert (chosen[0].languages, chosen[1].languages) == ("en", "de")


def test_the_record_of_acts_says_so_too_and_holds_no_entry(changing):
    session, site = changing
    policies.put_list(session, site, "rude", lines="nitwit\nana@example.org", **WORDS, **BY)
    limit(session, site, "7")
    policies.take_back(session, policies.by_revision(session, site, 3).id, "ana", at(2))
    noted = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()

    assert [(one.act, one.subject, one.site_id, one.done_by) for one in noted] == [
        ("policy.list", "list:rude", site.id, "command line"),
        ("policy.rule", "rule:too_many_links", site.id, "command line"),
        ("policy.take-back", "rule:too_many_links", site.id, "ana"),
    ]
    assert noted[0].details == "Revision 2: 2 lines of terms, review, live."
    assert not any("nitwit" in one.details or "example.org" in one.details for one in noted)


def test_setting_what_stands_already_is_no_change(changing):
    session, site = changing
    for _ in range(2):
        limit(session, site, "7")
        policies.put_list(session, site, "rude", lines="nitwit", **WORDS, **BY)
        policies.choose(session, site, accepted=Accepted(good_lost=0.01), **BY)

    assert len(policies.changes(session, site, limit=10)) == 3


def test_changes_are_listed_page_by_page_and_by_subject(changing):
    session, site = changing
    for links in "4567":
        limit(session, site, links)
    policies.choose(session, site, languages=["de"], **BY)

    def revisions(**asked):
        return [one.revision for one in policies.changes(session, site, **asked)]

    assert revisions(limit=2) == [6, 5]
    assert revisions(limit=2, before=5) == [4, 3]
    assert revisions(limit=9, subject="rule:too_many_links") == [5, 4, 3, 2]


@pytest.mark.parametrize(
    "change",
    [
        lambda session, site: limit(session, site, "9"),
        lambda session, site: policies.reset_rule(session, site, "too_many_links", **BY),
        lambda session, site: policies.put_list(session, site, "rude", lines="dunce", **WORDS, **BY),
        lambda session, site: policies.put_list(session, site, "new", lines="dunce", **WORDS, **BY),
        lambda session, site: policies.remove_list(session, site, "rude", **BY),
        lambda session, site: policies.choose(session, site, languages=["de", "en"], **BY),
        lambda session, site: policies.choose(session, site, accepted=Accepted(bad_published=0.1), **BY),
    ],
)
def test_what_is_taken_back_leaves_the_policy_as_it_was(changing, change):
    session, site = changing
    limit(session, site, "7")
    policies.put_list(session, site, "rude", lines="# why\nnitwit\n", mode=Mode.LOG_ONLY, **WORDS, **BY)
    before = stands(session, site)
    change(session, site)
    changed = stands(session, site)
    (made,) = policies.changes(session, site, limit=1)

    back = policies.take_back(session, made.id, "ana", at(5))

    assert stands(session, site) == before != changed
    assert (back.takes_back_id, back.changed_by) == (made.id, "ana")
    # It is a change as any other: taken back, it is done again.
    policies.take_back(session, back.id, "ana", at(6))
    assert stands(session, site) == changed


def test_what_was_changed_again_since_is_only_taken_back_on_request(changing):
    session, site = changing
    limit(session, site, "7")
    (first,) = policies.changes(session, site, limit=1)
    limit(session, site, "9")
    # What is about something else does not matter.
    policies.choose(session, site, languages=["de"], **BY)

    with pytest.raises(policies.ChangedSince, match="command line changed this again in revision 3"):
        policies.take_back(session, first.id, "ana", at(5))
    assert policies.rules(session, site)[0]["too_many_links"].options == LinkCount(at_least=9)

    policies.take_back(session, first.id, "ana", at(5), anyway=True)
    assert policies.rules(session, site)[0] == {}
    with pytest.raises(policies.NothingToTakeBack):
        policies.take_back(session, first.id, "ana", at(6), anyway=True)


def test_what_this_version_cannot_read_is_not_put_back(changing):
    session, site = changing
    limit(session, site, "7")
    (made,) = policies.changes(session, site, limit=1)
    for before in ('{"type":"rule","options":"no JSON"}', '{"type":"a thing of the future"}'):
        made.before = before

        with pytest.raises(policies.BadSetting, match="cannot read"):
            policies.take_back(session, made.id, "ana", at(5))
    with pytest.raises(policies.UnknownChange):
        policies.take_back(session, 999, "ana", at(5))
    with pytest.raises(policies.UnknownChange, match="No change of blog made revision 7"):
        policies.by_revision(session, site, 7)


def test_of_two_who_change_the_same_the_second_is_told(changing):
    session, site = changing
    seen = site.policy_revision
    one = Change(subject="rule:flood", after=KeptRule(mode="off"), seen=seen)
    other = Change(subject="rule:flood", after=KeptRule(mode="log-only"), seen=seen)
    elsewhere = Change(subject="rule:edited", after=KeptRule(mode="off"), seen=seen)

    policies.save(session, site, one, by="ana", now=at(2))
    with pytest.raises(policies.ChangedMeanwhile, match="ana changed this after you opened the page"):
        policies.save(session, site, other, by="ben", now=at(3))
    policies.save(session, site, elsewhere, by="ben", now=at(3))

    assert {name: one.mode for name, one in policies.rules(session, site)[0].items()} == {
        "flood": None,
        "edited": None,
    }


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (Change(subject="rule:nothing", after=KeptRule(mode="off")), settings.UnknownRule),
        (Change(subject="rule:flood", after=KeptRule(mode="sometimes")), policies.BadSetting),
        (Change(subject="rule:flood", after=KeptRule(options='{"x": 1}')), policies.BadSetting),
    ],
)
def test_a_change_that_cannot_be_kept_is_refused(changing, change, refusal):
    session, site = changing
    with pytest.raises(refusal):
        policies.save(session, site, change, by="ana", now=at(2))
    assert policies.changes(session, site, limit=1) == []


class TestAddingAnEntry:
    def test_the_list_is_made_and_grows_by_one_entry_each_time(self, changing):
        session, site = changing
        added = [
            policies.add_entry(session, site, "trusted", entry, **TRUSTED, **BY)
            for entry in ("ana-7", " ben ", "ana-7")
        ]
        (kept,) = policies.lists(session, site)

        assert added == [True, True, False]
        assert (kept.entries, kept.scopes, kept.mode) == ("ana-7\nben", (Scope.AUTHOR,), Mode.LIVE)
        assert len(policies.changes(session, site, limit=9)) == 2

    def test_what_its_owner_wrote_stays(self, changing):
        session, site = changing
        policies.put_list(
            session, site, "rude", lines="# mine\n\nnitwit\n", mode=Mode.LOG_ONLY, **WORDS, **BY
        )
        policies.add_entry(session, site, "rude", "dunce", **WORDS, **BY)
        (kept,) = policies.lists(session, site)

        assert (kept.entries, kept.mode) == ("# mine\n\nnitwit\ndunce", Mode.LOG_ONLY)

    @pytest.mark.parametrize("entry", ["", "  ", "# remark", "two\nlines", "two\u2028lines", "a\0b"])
    def test_what_is_not_one_entry_is_refused(self, changing, entry):
        session, site = changing
        with pytest.raises(BadEntry):
            policies.add_entry(session, site, "trusted", entry, **TRUSTED, **BY)
        assert policies.lists(session, site) == []

    @pytest.mark.parametrize(
        "other", [{**TRUSTED, "action": Action.REJECT}, {**TRUSTED, "scopes": [Scope.NAME]}, WORDS]
    )
    def test_a_list_that_asks_for_something_else_is_left_alone(self, changing, other):
        session, site = changing
        policies.put_list(session, site, "trusted", lines="ana", **TRUSTED, **BY)
        with pytest.raises(policies.OtherList, match="Choose another name"):
            policies.add_entry(session, site, "trusted", "ben", **other, **BY)

    def test_patterns_stay_within_the_limit_of_the_site(self, changing):
        session, site = changing
        shapes = {"kind": ListKind.PATTERNS, "action": Action.REVIEW}
        policies.put_list(session, site, "five", lines="\n".join(["a{590}"] * 5), **shapes, **BY)
        with pytest.raises(TooManyPatterns):
            policies.add_entry(session, site, "more", "b{590}", **shapes, **BY)

    def test_of_two_at_once_none_is_lost(self, database, site):
        def add(entry):
            with database.writing() as session:
                found = sites.by_name(session, "blog")
                policies.add_entry(session, found, "trusted", entry, **TRUSTED, **BY)
                session.commit()

        adding = [threading.Thread(target=add, args=(f"author {number}",)) for number in range(6)]
        for one in adding:
            one.start()
        for one in adding:
            one.join()

        with database.reading() as session:
            (kept,) = policies.lists(session, sites.by_name(session, "blog"))
            assert len(kept.entries.splitlines()) == 6
            assert session.scalars(select(PolicyChange.revision)).all() == [2, 3, 4, 5, 6, 7]
