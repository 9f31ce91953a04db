"""What of a verdict a change of the policy touches, and what has to be asked anew for it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from moderation.judgement import Scorer
from moderation.policies import CHOICES, Change
from moderation.policies.keeping import list_of, rule_of
from moderation.refusal import Refusal
from moderation.rules import RULES, ListKind, Mode, Policy, Rule, Setting, settings
from moderation.verdict import Thresholds

_BY_NAME = {rule.name: rule for rule in RULES}
_OF_SETTINGS = _BY_NAME["unreadable_settings"]
_OF_LANGUAGES = _BY_NAME["other_language"]
_OF_LISTS = tuple(
    _BY_NAME[name]
    for name in (
        "listed_terms",
        "listed_patterns",
        "unsearched_patterns",
        "listed_domains",
        "listed_networks",
        "unreadable_lists",
    )
)
# The source of what is said where a text is too long for all patterns of the site together.
_OF_PATTERNS = "patterns"


class Limit(StrEnum):
    """What a backtest cannot tell."""

    # The rule looks at what was sent before, so that other options cannot be tried on old comments.
    OPTIONS_LOOK_BACK = "options-look-back"
    # The same, and the rule was off, so that nothing is known of what it would have found.
    WAS_OFF = "was-off"
    # Texts that were not scored then might be now.
    NOT_SCORED = "not-scored"


class NoClassifier(Refusal):
    """Without the classifier nobody can say where its thresholds would lie."""


class NothingToTry(Refusal):
    """The change touches no verdict."""


@dataclass(frozen=True)
class Side:
    """One of the two policies that are compared, as far as it is asked anew."""

    policy: Policy
    # Of a rule whose stored signals stay.
    mode: Mode | None = None
    # None for those of each verdict's own day.
    thresholds: Thresholds | None = None


@dataclass(frozen=True)
class Plan:
    """What is asked anew of each comment, and what stays as it was said at intake."""

    now: Side
    draft: Side
    rules: tuple[Rule, ...] = ()
    # Whose stored signals are replaced by what the rules say.
    replaced: frozenset[str] = frozenset()
    # The rule that looks back: what it said stays, in the mode of each side.
    stays: str | None = None
    # The only model whose verdicts can be compared, where thresholds are.
    model: str | None = None
    # The languages that the classifier reads, where the site's change.
    reads: frozenset[str] | None = None
    limits: tuple[Limit, ...] = ()


def plan(now: Policy, draft: Policy, change: Change, scorer: Scorer | None) -> Plan:
    """Say how to try a change that makes one policy of the other.

    Raises NothingToTry, and NoClassifier where thresholds change and there is none.
    """
    if now.version == draft.version:
        raise _nothing()
    if (rule := rule_of(change.subject)) is not None:
        return _of_rule(now, draft, settings.rule(rule))
    if (name := list_of(change.subject)) is not None:
        return _of_list(now, draft, name)
    if change.subject == CHOICES:
        return _of_choices(now, draft, scorer)
    raise _nothing()


def _of_rule(now: Policy, draft: Policy, rule: Rule) -> Plan:
    def side(one: Policy) -> Side:
        unreadable = tuple(name for name in one.unreadable_rules if name == rule.name)
        asked = replace(one, lists=(), unreadable=(), unreadable_rules=unreadable)
        return Side(asked, mode=_setting(one, rule).mode)

    was, becomes = _setting(now, rule), _setting(draft, rule)
    if was == becomes and rule.name not in now.unreadable_rules:
        raise _nothing()
    made = Plan(side(now), side(draft), rules=(rule, _OF_SETTINGS), replaced=frozenset({rule.name}))
    if not rule.looks_back:
        return made
    limits: tuple[Limit, ...] = ()
    if was.mode is None and becomes.mode is not None:
        limits = (Limit.WAS_OFF,)
    elif was.options != becomes.options:
        limits = (Limit.OPTIONS_LOOK_BACK,)
    return replace(made, rules=(_OF_SETTINGS,), replaced=frozenset(), stays=rule.name, limits=limits)


def _of_list(now: Policy, draft: Policy, name: str) -> Plan:
    every = (*now.lists, *draft.lists)
    names, sources = {name}, set[str]()
    if any(one.name == name and one.kind is ListKind.PATTERNS for one in every):
        # How far each pattern is sought depends on all of them.
        names |= {one.name for one in every if one.kind is ListKind.PATTERNS}
        sources = {_OF_PATTERNS}

    def side(one: Policy) -> Side:
        return Side(
            Policy(
                lists=tuple(each for each in one.lists if each.name in names),
                unreadable=tuple(each for each in one.unreadable if each in names),
            )
        )

    sources |= {f"list:{each}" for each in names}
    return Plan(side(now), side(draft), rules=_OF_LISTS, replaced=frozenset(sources))


def _of_choices(now: Policy, draft: Policy, scorer: Scorer | None) -> Plan:
    def side(one: Policy) -> Side:
        return Side(replace(one, lists=(), unreadable=(), unreadable_rules=()))

    made = Plan(side(now), side(draft))
    if now.languages != draft.languages:
        made = replace(
            made,
            rules=(_OF_LANGUAGES,),
            replaced=frozenset({_OF_LANGUAGES.name}),
            reads=scorer.languages if scorer else None,
            limits=(Limit.NOT_SCORED,),
        )
    if now.accepted != draft.accepted:
        if scorer is None:
            raise NoClassifier(
                "There is no classifier now, so nobody can say what its thresholds become."
            )
        at = scorer.thresholds_for
        made = replace(
            made,
            now=replace(made.now, thresholds=at(now.accepted)),
            draft=replace(made.draft, thresholds=at(draft.accepted)),
            model=scorer.version,
        )
    return made


def _nothing() -> NothingToTry:
    return NothingToTry("No verdict depends on what was changed, so there is nothing to try.")


def _setting(policy: Policy, rule: Rule) -> Setting:
    return policy.rules.get(rule.name) or settings.default(rule)
