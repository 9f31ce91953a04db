"""How rules are set: what each can be, what is kept of it, and what happens when it cannot be read."""

import dataclasses
from collections.abc import Iterator

import msgspec
import pytest

from moderation.draft import Author, Draft, Form, Page
from moderation.rules import (
    RULES,
    BadOption,
    Case,
    Copies,
    History,
    Mode,
    Policy,
    Rule,
    Scope,
    Setting,
    gather,
    settings,
)
from moderation.rules.conduct import edited
from moderation.rules.options import KnownAuthor, LinkCount, LinkKinds, NearCopies
from moderation.verdict import Action, Signal
from tests.conftest import at
from tests.judging.making import case, domains, set_to, terms

# Every rule that can be set has something to say of one of these.
EVERYTHING = [
    Case.prepare(
        Draft(
            text="Great post! http://192.0.2.7/ http://192.0.2.7/ http://192.0.2.7/",
            author=Author(name="Cheap pills", url="http://example.com/buy-pills"),
            page=Page(published_at=at(-1_000_000)),
            form=Form(honeypot="x", seconds=0.1),
        ),
        Policy(rules={"first_time_author": Setting(Mode.LIVE)}, unreadable_rules=("gone",)),
        History(
            near_copies=Copies(elsewhere=1),
            rejected_by_people=1,
            recent_from_author=100,
            is_edit=True,
            now=at(0),
        ),
    ),
    case(
        "Нет, это совсем не так, как вы думаете, и никогда не было так.",
        history=History(copies=Copies(elsewhere=1), approved_by_people=9),
    ),
]


def test_every_rule_speaks_in_its_own_name() -> None:
    """An owner who reads a reason must know which rule to set."""
    for rule in settings.SETTABLE.values():
        signals = [signal for judged in EVERYTHING for signal in rule.check(judged)]

        assert {signal.source for signal in signals} == {rule.name}


def test_every_rule_says_in_a_sentence_what_it_looks_for() -> None:
    for rule in RULES:
        assert 20 <= len(rule.summary) <= 105
        assert rule.summary.endswith(".")


def test_no_two_rules_share_their_options() -> None:
    kinds = [type(rule.options) for rule in RULES if rule.options.__struct_fields__]

    assert len(set(kinds)) == len(kinds)


def test_the_policy_shows_the_options_that_hold() -> None:
    """They are written out where the rules are read, and are the defaults of what is stored."""
    assert all(rule.options == type(rule.options)() for rule in RULES)


def test_what_rules_do_where_nothing_was_set() -> None:
    """The only rule that would hold honest readers back must be asked for."""
    assert [rule.name for rule in RULES if rule.mode is None] == ["first_time_author"]
    assert all(rule.mode in {None, Mode.LIVE} for rule in RULES)


def test_an_ordinary_comment_of_a_new_reader_is_not_held() -> None:
    judged = case(
        "I think that the author is wrong about the bridge, and said so at the meeting.",
        author=Author(name="Ana Ruiz", email="ana@example.org", ip="192.0.2.7"),
        page=Page(url="https://blog.example.org/bridge", published_at=at(-1_000)),
        form=Form(honeypot="", seconds=40.0),
        history=History(now=at(0)),
    )

    assert gather(judged) == []


@pytest.mark.parametrize(
    ("found", "mode"),
    [
        ([], None),
        ([("edited", False)], Mode.LIVE),
        ([("edited", True)], Mode.LOG_ONLY),
    ],
)
def test_a_rule_can_be_off_live_or_on_trial(found: list[tuple[str, bool]], mode: Mode | None) -> None:
    policy = Policy(rules={"edited": Setting(mode)})
    judged = Case.prepare(Draft(text="What a day."), policy, History(is_edit=True))

    assert [(signal.code, signal.log_only) for signal in gather(judged)] == found


def test_a_signal_on_trial_decides_nothing() -> None:
    signal = Signal(source="x", code="x", message="X.", action=Action.REJECT, weight=6.0)

    assert signal.decides
    assert not msgspec.structs.replace(signal, log_only=True).decides


@pytest.mark.parametrize(
    ("decides", "action", "weight"),
    [
        (True, Action.APPROVE, -1.0),
        (True, Action.REVIEW, 0.0),
        (True, Action.REJECT, 0.0),
        # It weighs, and asks for nothing: neither for more caution nor for less.
        (False, Action.APPROVE, 1.0),
        (False, Action.APPROVE, 0.0),
    ],
)
def test_evidence_that_only_weighs_vouches_for_nothing(
    *, decides: bool, action: Action, weight: float
) -> None:
    signal = Signal(source="x", code="x", message="X.", action=action, weight=weight)

    assert signal.decides is decides


def test_a_rule_that_breaks_asks_for_a_person_and_hides_no_other() -> None:
    def speaks(_: Case) -> Iterator[Signal]:
        yield Signal(source="speaks", code="spoke", message="I spoke.", action=Action.APPROVE)

    def breaks_at_once(_: Case) -> list[Signal]:
        raise KeyError("the comment's own words")

    def breaks_in_the_middle(judged: Case) -> Iterator[Signal]:
        yield from speaks(judged)
        raise RecursionError

    rules = (
        Rule(breaks_at_once),
        Rule(breaks_in_the_middle),
        # On trial, a rule's failure still says that the comment was not judged by what was set.
        Rule(breaks_at_once, mode=Mode.LOG_ONLY),
        Rule(speaks),
    )

    signals = gather(case("What a day."), rules)

    assert [(signal.source, signal.code) for signal in signals] == [
        ("breaks_at_once", "rule_failed"),
        ("speaks", "spoke"),
        ("breaks_in_the_middle", "rule_failed"),
        ("breaks_at_once", "rule_failed"),
        ("speaks", "spoke"),
    ]
    failed = [signal for signal in signals if signal.code == "rule_failed"]
    assert all(signal.action is Action.REVIEW for signal in failed)
    # An error may hold the user's words; only its kind is told.
    assert failed[0].message == "The rule breaks_at_once failed (KeyError)."


def test_no_rule_breaks_or_lingers_at_the_longest_text() -> None:
    author = Author(name="a " * 250, url="http://" + "b/" * 900)
    history = History(copies=Copies(1, 2, 3), near_copies=Copies(1, 2, 3), now=at(0))
    for piece in (
        "a ",
        '"',
        "> ",
        "[quote",
        "<a ",
        "“",
        "http://x.ru:1 ",
        "great post ",
        "\u200b",
        "हि",
    ):
        text = (piece * 65_536)[:65_536]
        signals = gather(case(text, author=author, history=history))

        assert "rule_failed" not in [signal.code for signal in signals]


class TestOptions:
    @pytest.mark.parametrize(
        ("name", "given", "complaint"),
        [
            (
                "too_many_links",
                {"at_least": "0"},
                "at_least must be a whole number from 1 to 1,000, not '0'",
            ),
            ("too_many_links", {"at_least": "many"}, "a whole number from 1 to 1,000, not 'many'"),
            ("too_many_links", {"at_least": "2.5"}, "a whole number from 1 to 1,000, not '2.5'"),
            ("too_many_links", {"most": "3"}, "most is no option of this rule. Its options: at_least"),
            ("edited", {"at_least": "3"}, "at_least is no option of this rule. Its options: none"),
            ("near_copy", {"share": "0.1"}, "share must be a number from 0.5 to 1, not '0.1'"),
            ("near_copy", {"share": "nan"}, "share must be a number from 0.5 to 1, not 'nan'"),
            ("flood", {"minutes": "0"}, "minutes must be a number above 0 to 1,440, not '0'"),
            ("suspicious_links", {"ports": "perhaps"}, "ports must be true or false, not 'perhaps'"),
        ],
    )
    def test_a_wrong_option_is_refused_with_what_it_can_be(self, name, given, complaint):
        with pytest.raises(BadOption, match=complaint):
            settings.change(settings.default(settings.rule(name)), mode=None, options=given)

    def test_options_are_changed_one_by_one(self):
        rule = settings.rule("near_copy")
        first = settings.change(settings.default(rule), mode=None, options={"days": "7"})
        second = settings.change(first, mode="log-only", options={"share": "0.8"})

        assert first == Setting(Mode.LIVE, NearCopies(days=7))
        assert second == Setting(Mode.LOG_ONLY, NearCopies(days=7, share=0.8))

    @pytest.mark.parametrize("value", ["false", "False", "0"])
    def test_a_choice_is_made_in_words_or_numbers(self, value):
        rule = settings.rule("suspicious_links")

        changed = settings.change(settings.default(rule), mode=None, options={"ports": value})

        assert changed.options == LinkKinds(ports=False)

    @pytest.mark.parametrize("name", ["nothing", "listed_terms", "unreadable_lists", ""])
    def test_only_rules_can_be_set(self, name):
        """Lists are set by themselves, and what cannot be read is never passed over."""
        with pytest.raises(settings.UnknownRule, match="too_many_links, "):
            settings.rule(name)


class TestKeeping:
    @pytest.mark.parametrize(
        ("name", "setting", "kept"),
        [
            ("too_many_links", Setting(Mode.LIVE, LinkCount()), (None, "{}")),
            ("too_many_links", Setting(Mode.LIVE, LinkCount(at_least=5)), (None, '{"at_least":5}')),
            ("too_many_links", Setting(None, LinkCount()), ("off", "{}")),
            ("too_many_links", Setting(Mode.LOG_ONLY, LinkCount()), ("log-only", "{}")),
            ("first_time_author", Setting(None), (None, "{}")),
            ("first_time_author", Setting(Mode.LIVE), ("live", "{}")),
        ],
    )
    def test_only_what_differs_is_kept_and_reads_back(self, name, setting, kept):
        assert settings.kept(settings.rule(name), setting) == kept
        assert settings.read(name, *kept) == setting

    @pytest.mark.parametrize(
        ("name", "mode", "options"),
        [
            ("gone", None, "{}"),
            ("listed_terms", "off", "{}"),
            ("edited", "sometimes", "{}"),
            ("too_many_links", None, '{"at_least": 0}'),
            ("too_many_links", None, '{"most": 3}'),
            ("too_many_links", None, "[]"),
            ("too_many_links", None, "{"),
            ("too_many_links", None, ""),
        ],
    )
    def test_what_cannot_be_read_is_told(self, name, mode, options):
        with pytest.raises(settings.UnreadableSetting):
            settings.read(name, mode, options)


def test_a_rule_whose_setting_cannot_be_read_asks_for_a_person_in_its_name() -> None:
    policy = Policy(unreadable_rules=("too_many_links",))

    (signal,) = gather(Case.prepare(Draft(text="What a day."), policy, History()))

    assert (signal.source, signal.code, signal.action) == (
        "too_many_links",
        "setting_unreadable",
        Action.REVIEW,
    )


def test_a_policys_version_changes_with_anything_in_it() -> None:
    policies = [
        Policy(),
        Policy(rules=set_to(LinkCount(at_least=4))),
        Policy(rules=set_to(LinkCount(at_least=5))),
        Policy(rules=set_to(LinkCount(at_least=5), Mode.LOG_ONLY)),
        Policy(rules=set_to(LinkCount(at_least=5), None)),
        Policy(rules=set_to(LinkCount(at_least=5)) | set_to(KnownAuthor(approvals=5))),
        Policy(rules=set_to(KnownAuthor(approvals=5))),
        Policy(rules={"first_time_author": Setting(Mode.LIVE)}),
        Policy(unreadable_rules=("first_time_author",)),
        Policy(languages=("en", "de")),
        Policy(languages=("de", "en")),
        Policy(lists=(terms("one"),)),
        Policy(lists=(terms("one", "two"),)),
        Policy(lists=(terms("one two"),)),
        Policy(lists=(terms("one", action=Action.REJECT),)),
        Policy(lists=(domains("one"),)),
        Policy(lists=(dataclasses.replace(terms("one"), scopes=(Scope.NAME,)),)),
        Policy(lists=(dataclasses.replace(terms("one"), mode=Mode.LOG_ONLY),)),
        Policy(lists=(terms("one"), domains("one"))),
        Policy(lists=(domains("one"), terms("one"))),
    ]

    assert len({policy.version for policy in policies}) == len(policies)


def test_equal_policies_have_one_version() -> None:
    one = set_to(LinkCount(at_least=5)) | set_to(KnownAuthor(approvals=5))
    other = set_to(KnownAuthor(approvals=5)) | set_to(LinkCount(at_least=5))

    assert Policy(rules=one).version == Policy(rules=other).version
    assert Policy(lists=(terms("one"),)).version == Policy(lists=(terms("one"),)).version


def test_a_rule_is_named_for_its_function() -> None:
    assert Rule(edited).name == "edited"
