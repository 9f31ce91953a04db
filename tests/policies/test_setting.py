"""What owners set for their sites holds from the next comment on."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from moderation import policies, sites
from moderation.classifier.thresholds import Trades
from moderation.draft import Draft
from moderation.judgement import judge
from moderation.rules import (
    BadEntry,
    BadOption,
    Case,
    History,
    ListKind,
    Mode,
    Scope,
    Setting,
    TooManyPatterns,
    settings,
)
from moderation.rules.options import LinkCount
from moderation.store.tables import SiteRule
from moderation.verdict import Accepted, Action
from tests.classifier.making import made_by_hand
from tests.conftest import START, at

BY = {"by": "command line", "now": at(1)}


class TestPolicies:
    def test_what_an_owner_changes_holds_from_the_next_comment_on(self, database, site):
        compiled = policies.Policies()
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            before = compiled.of(session, found)
            policies.choose(session, found, languages=["en", "de"], **BY)
            policies.set_rule(
                session, found, "too_many_links", mode=None, options={"at_least": "7"}, **BY
            )
            put(session, found, "rude", "nitwit")
            after = compiled.of(session, found)

        assert (before.languages, after.languages) == (("en",), ("en", "de"))
        assert [policy.options(LinkCount).at_least for policy in (before, after)] == [3, 7]
        assert "rude" in [one.name for one in after.lists]
        assert before.version != after.version

    def test_a_policy_is_compiled_once(self, database, site):
        compiled = policies.Policies()
        with database.reading() as session:
            found = sites.by_name(session, "blog")

            assert compiled.of(session, found) is compiled.of(session, found)

    def test_threads_that_ask_at_once_have_it_compiled_once(self, database, site):
        with database.writing() as session:
            lines = "\n".join(f"term{number}" for number in range(5_000))
            put(session, sites.by_name(session, "blog"), "long", lines)
            session.commit()
        compiled = policies.Policies()
        together = threading.Barrier(4, timeout=30)
        found = []

        def ask() -> None:
            with database.reading() as session:
                blog = sites.by_name(session, "blog")
                together.wait()
                found.append(compiled.of(session, blog))

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for one in asking:
            one.start()
        for one in asking:
            one.join()

        assert len(found) == 4
        assert len(set(map(id, found))) == 1

    def test_lists_are_compiled_anew_when_one_has_changed_and_only_then(self, database, site):
        compiled = policies.Policies()
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            put(session, found, "rude", "nitwit")
            before = compiled.of(session, found)
            policies.set_rule(session, found, "edited", mode="off", options={}, **BY)
            without_rule = compiled.of(session, found)
            put(session, found, "rude", "nitwit", mode=Mode.LOG_ONLY)
            on_trial = compiled.of(session, found)

        assert without_rule.finders is before.finders
        assert without_rule.rules != before.rules
        assert without_rule.version != before.version
        reasons = [
            judge(Case.prepare(Draft(text="You nitwit."), policy, History()), None).reasons
            for policy in (before, without_rule, on_trial)
        ]
        assert [
            [reason.log_only for reason in some if reason.source == "list:rude"] for some in reasons
        ] == [[False], [False], [True]]

    def test_a_list_is_replaced_as_a_whole(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            put(session, found, "rude", "nitwit\nnumbskull")
            put(session, found, "rude", "dunce")

            assert [one.entries for one in policies.lists(session, found)] == ["dunce"]
            policies.remove_list(session, found, "rude", **BY)
            assert policies.lists(session, found) == []

    def test_a_list_with_a_pattern_that_cannot_be_is_refused_and_the_old_one_stays(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            put(session, found, "shapes", "a+b", ListKind.PATTERNS)

            with pytest.raises(BadEntry, match="\\(\\?="):
                put(session, found, "shapes", "(?=a)b", ListKind.PATTERNS)
            assert [one.entries for one in policies.lists(session, found)] == ["a+b"]

    def test_of_two_changes_at_once_none_is_missed(self, database, site):
        """A service that compiled the policy between them must compile it again."""
        with database.writing() as session:
            before = sites.by_name(session, "blog").policy_revision

        def change(name: str) -> None:
            with database.writing() as session:
                put(session, sites.by_name(session, "blog"), name, "nitwit")
                session.commit()

        changers = [threading.Thread(target=change, args=(f"list {number}",)) for number in range(8)]
        for changer in changers:
            changer.start()
        for changer in changers:
            changer.join()

        with database.reading() as session:
            assert sites.by_name(session, "blog").policy_revision == before + 8

    def test_a_kept_list_that_cannot_be_read_any_more_asks_for_a_person(self, database, site):
        """It was valid for the version that saved it; no comment may be lost or approved for it."""
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            put(session, found, "shapes", "a+b", ListKind.PATTERNS)
            policies.lists(session, found)[0].entries = "(?=a)b"
            policy = policies.Policies().of(session, found)

        verdict = judge(Case.prepare(Draft(text="Thank you."), policy, History()), None)
        assert policy.unreadable == ("shapes",)
        assert "list_unreadable" in [reason.code for reason in verdict.reasons]

    @pytest.mark.parametrize("entry", ["just words", "https://example.org/someone", "example .org"])
    def test_a_line_that_names_no_domain_is_refused(self, database, site, entry):
        with database.writing() as session, pytest.raises(BadEntry):
            put(session, sites.by_name(session, "blog"), "domains", entry, ListKind.DOMAINS)

    def test_a_list_that_there_is_not_cannot_be_removed(self, database, site):
        with database.writing() as session, pytest.raises(policies.UnknownList):
            policies.remove_list(session, sites.by_name(session, "blog"), "rude", **BY)


def put(session, site, name, lines, kind=ListKind.TERMS, **chosen):
    policies.put_list(session, site, name, kind=kind, action=Action.REVIEW, lines=lines, **BY, **chosen)


class TestLists:
    def test_where_a_list_looks_and_whether_it_counts_is_kept(self, database, site):
        with database.writing() as session:
            put(
                session,
                sites.by_name(session, "blog"),
                "trolls",
                "@trolls.example",
                scopes=[Scope.EMAIL, Scope.TEXT],
                mode=Mode.LOG_ONLY,
            )
            session.commit()
        with database.reading() as session:
            found = sites.by_name(session, "blog")
            (kept,) = policies.lists(session, found)
            (compiled, *_) = policies.Policies().of(session, found).lists

        assert (kept.scopes, kept.mode) == ((Scope.TEXT, Scope.EMAIL), Mode.LOG_ONLY)
        assert (compiled.scopes, compiled.mode) == (kept.scopes, kept.mode)

    def test_a_list_that_is_replaced_keeps_nothing_of_the_old_one(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            put(session, found, "x", "a", scopes=[Scope.NAME], mode=Mode.LOG_ONLY)
            put(session, found, "x", "203.0.113.0/24", ListKind.NETWORKS)
            (kept,) = policies.lists(session, found)

        assert (kept.kind, kept.scopes, kept.mode) == (ListKind.NETWORKS, (Scope.IP,), Mode.LIVE)

    def test_a_list_of_which_one_line_is_wrong_changes_nothing(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            put(session, found, "x", "203.0.113.0/24", ListKind.NETWORKS)
            revision = found.policy_revision

            with pytest.raises(BadEntry, match="Line 2"):
                put(session, found, "x", "198.51.100.0/24\nnowhere", ListKind.NETWORKS)
            assert [one.entries for one in policies.lists(session, found)] == ["203.0.113.0/24"]
            assert found.policy_revision == revision

    def test_all_patterns_of_a_site_share_one_limit(self, database, site):
        four, two = "\n".join(["a{590}"] * 4), "\n".join(["b{590}"] * 2)
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            put(session, found, "four", four, ListKind.PATTERNS)

            with pytest.raises(TooManyPatterns):
                put(session, found, "two", two, ListKind.PATTERNS)
            # What is replaced counts no more, and what cannot be read does not count.
            put(session, found, "four", two, ListKind.PATTERNS)
            put(session, found, "two", two, ListKind.PATTERNS)
            policies.lists(session, found)[0].entries = "(?=a)b"
            put(session, found, "three", two, ListKind.PATTERNS)
            assert len(policies.lists(session, found)) == 3


class TestMistakesAccepted:
    def test_they_hold_from_the_next_comment_on_and_name_another_policy(self, database, site):
        compiled = policies.Policies()
        chosen = [Accepted(good_lost=0.01), Accepted(bad_published=0.01), Accepted(), Accepted()]
        seen = []
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            seen.append(compiled.of(session, found))
            for accepted in chosen:
                policies.choose(session, found, accepted=accepted, **BY)
                seen.append(compiled.of(session, found))

        assert [one.accepted for one in seen] == [Accepted(), *chosen]
        assert len({one.version for one in seen[:3]}) == 3
        # Who takes it back has the policy that he had.
        assert seen[0].version == seen[3].version == seen[4].version

    def test_they_and_the_languages_are_chosen_apart_and_per_site(self, database, site):
        with database.writing() as session:
            other, _ = sites.add(session, "other", "https://other.example.org/", now=START)
            found = sites.by_name(session, "blog")
            policies.choose(session, found, accepted=Accepted(good_lost=0.01, bad_published=0.2), **BY)
            policies.choose(session, found, languages=["en", "de"], **BY)
            session.commit()
        with database.reading() as session:
            kept, other = (sites.by_name(session, name) for name in ("blog", "other"))

            assert policies.accepted(kept) == Accepted(good_lost=0.01, bad_published=0.2)
            assert (kept.languages, policies.accepted(other)) == ("en,de", Accepted())

    @pytest.mark.parametrize(
        ("accepted", "action"),
        [
            (Accepted(), Action.REVIEW),
            (Accepted(good_lost=0.05), Action.REJECT),
            (Accepted(good_lost=0.02), Action.REVIEW),
            (Accepted(bad_published=0.3), Action.APPROVE),
            (Accepted(bad_published=0.1), Action.REVIEW),
        ],
    )
    def test_a_verdict_follows_from_them(self, database, site, accepted, action):
        """The model holds the comment for 0.5 likely to be rejected, and reviews from 0.3 to 0.7."""
        scorer = offering(good_lost=((0.01, 0.9), (0.05, 0.4)), bad_published=((0.1, 0.2), (0.3, 0.6)))
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            policies.choose(session, found, accepted=accepted, **BY)
            policy = policies.Policies().of(session, found)

        verdict = judge(Case.prepare(Draft(text="What a bad day."), policy, History()), scorer)

        assert verdict.probability == pytest.approx(0.5, abs=0.1)
        assert verdict.action is action
        assert verdict.thresholds == scorer.thresholds_for(accepted)
        assert verdict.policy == policy.version


def offering(**offers):
    """The model made by hand, with offers of other budgets."""
    return replace(made_by_hand("offering", bad=9.0), trades=Trades(**offers))


class TestRules:
    def test_what_was_set_is_changed_bit_by_bit_and_reset_as_a_whole(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            policies.set_rule(
                session, found, "too_many_links", mode=None, options={"at_least": "7"}, **BY
            )
            changed = policies.set_rule(
                session, found, "too_many_links", mode="log-only", options={}, **BY
            )

            assert changed == Setting(Mode.LOG_ONLY, LinkCount(at_least=7))
            assert policies.rules(session, found) == ({"too_many_links": changed}, [])
            policies.reset_rule(session, found, "too_many_links", **BY)
            assert policies.rules(session, found) == ({}, [])

    def test_going_back_to_how_a_rule_comes_keeps_nothing(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            policies.set_rule(session, found, "too_many_links", mode="off", options={}, **BY)
            policies.set_rule(
                session, found, "too_many_links", mode="live", options={"at_least": "3"}, **BY
            )

            assert session.scalars(select(SiteRule)).all() == []

    def test_a_site_sets_its_own_rules_only(self, database, site):
        with database.writing() as session:
            other, _ = sites.add(session, "other", "https://other.example.org/", now=START)
            policies.set_rule(session, other, "too_many_links", mode="off", options={}, **BY)

            assert policies.rules(session, sites.by_name(session, "blog")) == ({}, [])

    def test_what_cannot_be_is_refused_and_the_old_setting_stays(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            policies.set_rule(
                session, found, "too_many_links", mode=None, options={"at_least": "7"}, **BY
            )

            with pytest.raises(BadOption, match="from 1 to 1,000"):
                policies.set_rule(
                    session, found, "too_many_links", mode=None, options={"at_least": "0"}, **BY
                )
            with pytest.raises(settings.UnknownRule, match="no rule nothing to set"):
                policies.set_rule(session, found, "nothing", mode="off", options={}, **BY)
            with pytest.raises(settings.UnknownRule):
                policies.reset_rule(session, found, "nothing", **BY)
            assert policies.rules(session, found)[0]["too_many_links"].options == LinkCount(at_least=7)

    @pytest.mark.parametrize(
        ("rule", "mode", "options"),
        [
            ("too_many_links", None, '{"at_least": -1}'),
            ("too_many_links", "sometimes", "{}"),
            ("too_many_links", None, "no JSON"),
            ("a_rule_of_the_future", "live", "{}"),
        ],
    )
    def test_a_setting_that_cannot_be_read_any_more_asks_for_a_person_until_it_is_mended(
        self, database, site, rule, mode, options
    ):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            session.add(SiteRule(site_id=found.id, rule=rule, mode=mode, options=options))
            session.flush()
            compiled = policies.Policies()
            policy = compiled.of(session, found)
            verdict = judge(Case.prepare(Draft(text="Thank you."), policy, History()), None)
            policies.reset_rule(session, found, rule, **BY)
            mended = compiled.of(session, found)

        assert policy.unreadable_rules == (rule,)
        assert (rule, "setting_unreadable") in [(one.source, one.code) for one in verdict.reasons]
        assert mended.unreadable_rules == ()

    def test_setting_a_rule_mends_what_could_not_be_read(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            session.add(SiteRule(site_id=found.id, rule="flood", options="no JSON"))
            session.flush()
            policies.set_rule(session, found, "flood", mode="log-only", options={}, **BY)

            assert policies.rules(session, found)[1] == []


class TestLanguages:
    def test_each_is_kept_once(self, database, site):
        with database.writing() as session:
            found = sites.by_name(session, "blog")
            policies.choose(session, found, languages=["de", "en", "de"], **BY)

            assert found.languages == "de,en"

    @pytest.mark.parametrize("languages", [[], ["english"], ["en", "xx"], ["EN"], ["e"], ["n a"], [""]])
    def test_a_language_is_two_letters_of_the_standard(self, database, site, languages):
        with database.writing() as session, pytest.raises(policies.BadLanguage):
            policies.choose(session, sites.by_name(session, "blog"), languages=languages, **BY)
