"""What becomes of a comment, given what the rules and the classifier say."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from moderation.draft import Author, Draft
from moderation.judgement import (
    Languages,
    NotScored,
    judge,
    judge_all,
    judge_beside,
    languages,
    score,
)
from moderation.rules import RULES, Case, Copies, EntryList, History, Mode, Policy, Setting
from moderation.text import Normalised, normalise
from moderation.verdict import (
    Action,
    Contribution,
    Foretold,
    Habit,
    Opinion,
    Scores,
    Signal,
    Thresholds,
    Verdict,
    combine,
    is_blatant,
    percent,
    probability,
    sigmoid,
)
from tests.judging.making import Scorer, case, domains, marked, patterns, terms

APPROVE, REVIEW, REJECT = Action
CLEAN, DOUBTFUL, CERTAIN = Scorer(-8.0), Scorer(0.5), Scorer(8.0)
CAUTION = list(Action)


class BreaksAtScoring(Scorer):
    def score_all(self, _: Sequence[Normalised]) -> list[Scores]:
        raise ValueError("the comment's own words")


class BreaksAtExplaining(Scorer):
    def explain(self, _: Normalised) -> list[Contribution]:
        raise IndexError


BROKEN = [
    BreaksAtScoring(),
    BreaksAtExplaining(8.0),
    Scorer(8.0, attributes={}),
    Scorer(math.nan),
    Scorer(math.inf),
]


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Scorers that break on purpose fill no screen with their traces."""
    with capture_logs():
        yield


def signal(action: Action, weight: float = 0.0) -> Signal:
    return Signal(source="rule", code="said", message="I said.", action=action, weight=weight)


@pytest.mark.parametrize(
    ("action", "likelihood"),
    [
        (APPROVE, 0.0),
        (APPROVE, math.nextafter(0.5, 0)),
        # A threshold is where the action starts.
        (REVIEW, 0.5),
        (REVIEW, math.nextafter(0.9, 0)),
        (REJECT, 0.9),
        (REJECT, 1.0),
    ],
)
def test_an_action_starts_at_its_threshold(action: Action, likelihood: float) -> None:
    assert Thresholds(review_at=0.5, reject_at=0.9).action(likelihood) is action


def test_equal_thresholds_leave_no_room_for_review() -> None:
    thresholds = Thresholds(review_at=0.5, reject_at=0.5)

    assert thresholds.action(0.49) is APPROVE
    assert thresholds.action(0.5) is REJECT


def test_thresholds_that_cross_are_refused() -> None:
    with pytest.raises(ValueError, match=r"review_at 0\.9 is above reject_at 0\.5"):
        Thresholds(review_at=0.9, reject_at=0.5)


@pytest.mark.parametrize(
    ("likelihood", "logit"),
    [
        (0.5, 0.0),
        (0.75, math.log(3)),
        (0.25, -math.log(3)),
        # No overflow at either end.
        (1.0, 1e308),
        (0.0, -1e308),
        (1.0, math.inf),
        (0.0, -math.inf),
    ],
)
def test_log_odds_become_a_probability(likelihood: float, logit: float) -> None:
    assert sigmoid(logit) == pytest.approx(likelihood)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_more_log_odds_are_never_less_probable(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert 0 <= sigmoid(low) <= sigmoid(high) <= 1
    assert sigmoid(low) + sigmoid(-low) == pytest.approx(1)


def test_weights_add_up_in_log_odds() -> None:
    signals = [signal(REVIEW, 1.5), signal(APPROVE, -3.0), signal(REVIEW)]

    assert probability(signals, 0.25) == pytest.approx(sigmoid(-1.25))
    assert probability([], 0.25) == sigmoid(0.25)


@pytest.mark.parametrize(
    ("action", "rules", "classifier"),
    [
        # Alone, the classifier decides.
        (APPROVE, [], APPROVE),
        (REVIEW, [], REVIEW),
        (REJECT, [], REJECT),
        # The most cautious voice wins, over a clean classifier too.
        (REVIEW, [REVIEW], APPROVE),
        (REJECT, [REJECT], APPROVE),
        (REJECT, [REJECT], REVIEW),
        (REJECT, [REVIEW, REJECT], APPROVE),
        (REJECT, [REVIEW], REJECT),
        # Vouching lets through what nobody minds, and nothing more.
        (APPROVE, [APPROVE], APPROVE),
        (REVIEW, [APPROVE], REVIEW),
        (REVIEW, [APPROVE, REVIEW], APPROVE),
        # A person decides between one who vouches and one who rejects.
        (REVIEW, [APPROVE], REJECT),
        (REVIEW, [APPROVE, REJECT], APPROVE),
        (REVIEW, [APPROVE, REJECT], REJECT),
        (REVIEW, [APPROVE, REVIEW, REJECT], REJECT),
    ],
)
def test_voices_combine_to_one_action(action: Action, rules: list[Action], classifier: Action) -> None:
    assert combine(rules, classifier) is action


actions = st.sampled_from(Action)


@given(st.lists(actions, max_size=5), actions, st.randoms())
def test_neither_order_nor_number_of_voices_matters(
    rules: list[Action], classifier: Action, random: Random
) -> None:
    shuffled = rules + rules
    random.shuffle(shuffled)

    assert combine(shuffled, classifier) is combine(rules, classifier)


@given(st.lists(actions, max_size=5), actions, st.sampled_from([REVIEW, REJECT]))
def test_one_more_objection_never_makes_an_action_milder(
    rules: list[Action], classifier: Action, objection: Action
) -> None:
    before = combine(rules, classifier)

    after = combine([*rules, objection], classifier)

    assert CAUTION.index(after) >= CAUTION.index(before)
    assert after is not APPROVE


@given(st.lists(actions, max_size=5), actions)
def test_one_more_voucher_never_approves_what_was_not_approved(
    rules: list[Action], classifier: Action
) -> None:
    """It can only turn a rejection into a question."""
    before = combine(rules, classifier)

    after = combine([*rules, APPROVE], classifier)

    assert after is (REVIEW if before is REJECT else before)


@pytest.mark.parametrize(
    ("action", "scorer", "lists"),
    [
        # The classifier alone.
        (APPROVE, CLEAN, []),
        (REVIEW, DOUBTFUL, []),
        (REJECT, CERTAIN, []),
        (REVIEW, Scorer(0.0), []),
        # A list asks for at least its action, however clean the rest is.
        (REVIEW, CLEAN, [terms("day")]),
        (REJECT, CLEAN, [terms("day", action=REJECT)]),
        (REJECT, Scorer(-100.0), [terms("day", action=REJECT)]),
        # Its weight may carry a doubtful comment over the next threshold.
        (REJECT, Scorer(1.0), [terms("day")]),
        # Vouching may carry a doubtful comment under the threshold, but not over an objection.
        (APPROVE, DOUBTFUL, [terms("day", action=APPROVE)]),
        (REVIEW, CLEAN, [terms("day", action=APPROVE), terms("what")]),
        (REVIEW, CERTAIN, [terms("day", action=APPROVE)]),
        (REVIEW, CLEAN, [terms("day", action=APPROVE), terms("what", action=REJECT)]),
        # What does not match says nothing.
        (APPROVE, CLEAN, [terms("night", action=REJECT)]),
    ],
)
def test_a_comment_is_judged(action: Action, scorer: Scorer, lists: list[EntryList]) -> None:
    assert judge(case("What a day.", *lists), scorer).action is action


def test_a_verdict_says_all_that_it_rests_on() -> None:
    judged = case("What a day.", terms("day"))

    verdict = judge(judged, Scorer(-2.0))

    assert verdict == Verdict(
        action=REVIEW,
        probability=sigmoid(-2.0 + 1.5),
        scores={"insult": 0.75, "spam": 0.25},
        reasons=(
            Signal(
                source="list:words",
                code="listed_term",
                message="On the list words: “day”.",
                action=REVIEW,
                weight=1.5,
                spans=((7, 10),),
            ),
            Signal(
                source="classifier",
                code="unobjectionable",
                message="The classifier finds little to object to: 12%.",
                action=APPROVE,
                weight=-2.0,
            ),
        ),
        model="by-hand",
        policy=judged.policy.version,
        thresholds=Scorer.thresholds,
    )


def test_the_classifier_names_its_strongest_attribute_and_marks_its_words() -> None:
    scorer = Scorer(
        2.0,
        words=(Contribution((0, 4), 0.5), Contribution((5, 6), -1.0), Contribution((7, 10), 1.5)),
    )
    judged = case("What a day.")

    (reason,) = judge(judged, scorer).reasons

    assert reason.code == "insult"
    assert reason.message == "The classifier alone says 88%, mostly for insult."
    assert (reason.action, reason.weight) == (REVIEW, 2.0)
    # What speaks for the comment is not marked.
    assert marked(judged, reason) == ["What", "day"]


def test_the_words_that_moved_the_score_most_are_told_for_and_against() -> None:
    words = tuple(
        Contribution((place, place + 1), weight)
        for place, weight in enumerate((0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, -1.0))
    )

    (reason,) = judge(case("abcdefghij"), Scorer(2.0, words=words)).reasons

    assert [word.weight for word in reason.words] == [-1.0, 0.9, -0.8, 0.7, -0.6, 0.5, -0.4, 0.3]
    assert [word.span[0] for word in reason.words] == [9, 8, 7, 6, 5, 4, 3, 2]
    # Only what speaks against the comment is marked.
    assert reason.spans == ((2, 3), (4, 5), (6, 7), (8, 9))


@pytest.mark.parametrize(
    ("told", "scorer", "lists"),
    [
        (False, CLEAN, []),
        (True, DOUBTFUL, []),
        (True, CERTAIN, []),
        # Where rules keep back what the classifier minds little, its words are of interest.
        (True, CLEAN, [terms("day")]),
        # And they are not where rules let through what it finds doubtful.
        (False, DOUBTFUL, [terms("day", action=APPROVE)]),
    ],
)
def test_nobody_asks_for_the_words_of_what_was_approved(
    *, told: bool, scorer: Scorer, lists: list[EntryList]
) -> None:
    words = (Contribution((7, 10), 1.5),)

    verdict = judge(case("What a day.", *lists), dataclasses.replace(scorer, words=words))

    (reason,) = [reason for reason in verdict.reasons if reason.source == "classifier"]
    assert reason.words == (words if told else ())


@pytest.mark.parametrize("rejection", [-8.0, 0.5, 8.0])
def test_without_words_all_else_is_equal(rejection: float) -> None:
    judged = case("What a day.", terms("day"))
    scorer = Scorer(rejection, words=(Contribution((0, 4), 0.5), Contribution((7, 10), 1.5)))

    brief, whole = judge(judged, scorer, explain=False), judge(judged, scorer)

    stripped = tuple(
        msgspec.structs.replace(reason, spans=(), words=()) if reason.source == "classifier" else reason
        for reason in whole.reasons
    )
    assert brief == msgspec.structs.replace(whole, reasons=stripped)
    assert brief != whole


def test_without_words_the_scorer_is_not_asked_for_them() -> None:
    verdict = judge(case("What a day."), BreaksAtExplaining(8.0), explain=False)

    assert verdict.action is REJECT


@pytest.mark.parametrize("explain", [True, False])
def test_many_are_judged_as_each_would_be_alone(*, explain: bool) -> None:
    texts = ["What a day.", "Ein schöner Tag war das gestern, und morgen wird es wieder so.", "", "day"]
    judged = [case(text, terms("day")) for text in texts]
    scorer = Scorer(1.0, words=(Contribution((0, 1), 0.5),))

    verdicts = judge_all(judged, scorer, explain=explain)

    assert verdicts == [judge(one, scorer, explain=explain) for one in judged]
    assert judge_all([], scorer, explain=explain) == []


def test_a_text_that_breaks_the_scorer_takes_no_other_with_it() -> None:
    class BreaksAtOne(Scorer):
        def score_all(self, texts: Sequence[Normalised]) -> list[Scores]:
            if any("night" in text.text for text in texts):
                raise ValueError
            return super().score_all(texts)

    verdicts = judge_all([case("What a day."), case("What a night."), case("What?")], BreaksAtOne())

    assert [verdict.action for verdict in verdicts] == [APPROVE, REVIEW, APPROVE]
    assert verdicts[1].reasons[0].code == "classifier_unavailable"


def test_only_the_weightiest_words_are_marked_in_the_order_of_the_text() -> None:
    text = "abcdefghijkl"
    words = tuple(Contribution((place, place + 1), float(place)) for place in reversed(range(12)))
    judged = case(text)

    (reason,) = judge(judged, Scorer(2.0, words=words)).reasons

    assert "".join(marked(judged, reason)) == "efghijkl"


def test_without_a_scorer_a_person_decides_and_is_told_why() -> None:
    verdict = judge(case("What a day."), None)

    assert verdict.action is REVIEW
    assert (verdict.probability, verdict.scores, verdict.model) == (None, {}, None)
    assert [reason.code for reason in verdict.reasons] == ["classifier_unavailable"]
    assert verdict.reasons[0].message == "The classifier is not available, so a person decides."


@pytest.mark.parametrize("scorer", BROKEN)
def test_a_scorer_that_breaks_loses_no_comment(scorer: Scorer) -> None:
    verdict = judge(case("What a day.", terms("day")), scorer)

    assert verdict.action is REVIEW
    assert (verdict.probability, verdict.scores) == (None, {})
    assert [reason.code for reason in verdict.reasons] == ["listed_term", "classifier_unavailable"]
    assert verdict.reasons[1].message == "The classifier failed on this text, so a person decides."
    # Who looks for the culprit must know which model it was.
    assert verdict.model == "by-hand"


def test_a_scorer_that_breaks_is_logged_without_the_comment() -> None:
    with capture_logs() as logged:
        judge(case("What a day."), BROKEN[0])

    assert logged == [
        {"event": "scoring_failed", "model": "by-hand", "log_level": "error", "exc_info": True}
    ]


@pytest.mark.parametrize("scorer", [None, *BROKEN])
@pytest.mark.parametrize(
    ("action", "lists"),
    [
        # Rules that are certain need no classifier; vouching is not enough.
        (REJECT, [terms("day", action=REJECT)]),
        (REVIEW, [terms("day", action=APPROVE)]),
        (REVIEW, [terms("day", action=APPROVE), terms("what", action=REJECT)]),
    ],
)
def test_rules_speak_without_a_classifier(
    action: Action, lists: list[EntryList], scorer: Scorer | None
) -> None:
    assert judge(case("What a day.", *lists), scorer).action is action


def test_reasons_are_ordered_by_weight() -> None:
    judged = case(
        "What a day. " * 5,
        terms("day", action=APPROVE),
        patterns("w", action=REJECT),
        history=History(copies=Copies(elsewhere=1), is_edit=True),
    )

    reasons = judge(judged, Scorer(1.75)).reasons

    assert [(reason.source, reason.weight) for reason in reasons] == [
        ("list:shapes", 6.0),
        ("classifier", 1.75),
        ("repeated_text", 1.5),
        ("edited", 0.0),
        ("list:words", -3.0),
    ]


SPOKEN = [
    "ass",
    "casino",
    "Straße",
    "😀",
    "cafe\u0301",
    "ca\u200bsino",
    "http://bit.ly/x",
    "a@b.com",
    "\n",
]
spoken = st.lists(
    st.sampled_from(SPOKEN) | st.text(st.characters(exclude_categories=["Cs"])), max_size=8
)
lists = st.one_of(
    actions.map(lambda action: terms("ass", "casino", "straße", "😀", "café", action=action)),
    actions.map(lambda action: domains("bit.ly", "b.com", action=action)),
    actions.map(lambda action: patterns("s+", "😀?.", r"\n", action=action)),
).flatmap(lambda one: st.sampled_from(Mode).map(lambda mode: dataclasses.replace(one, mode=mode)))
histories = st.builds(
    History,
    copies=st.builds(Copies, *[st.integers(0, 10)] * 4),
    near_copies=st.builds(Copies, *[st.integers(0, 10)] * 4),
    approved_before=st.integers(0, 10),
    approved_by_people=st.integers(0, 10),
    rejected_by_people=st.integers(0, 2),
    recent_from_author=st.integers(0, 10),
    is_edit=st.booleans(),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    text = " ".join(draw(spoken)) or "?"
    policy = Policy(
        rules={
            rule.name: Setting(draw(st.sampled_from([None, Mode.LIVE])), rule.options)
            for rule in draw(st.lists(st.sampled_from(RULES), max_size=4))
        },
        lists=tuple(draw(st.lists(lists, max_size=4))),
    )
    author = draw(st.sampled_from([Author(), Author(name="Cheap pills", url="http://b.com/buy")]))
    return Case.prepare(Draft(text=text, author=author), policy, draw(histories))


scorers = st.floats(-50, 50).map(Scorer)
anyhow = st.none() | st.sampled_from(BROKEN) | scorers


@settings(deadline=None)
@given(cases(), st.none() | st.sampled_from(BROKEN))
def test_nothing_is_ever_approved_without_a_score(judged: Case, scorer: Scorer | None) -> None:
    verdict = judge(judged, scorer)

    assert verdict.action is not APPROVE
    assert verdict.probability is None


@settings(deadline=None)
@given(cases(), anyhow)
def test_nothing_is_ever_approved_over_a_rule_that_asks_for_more(
    judged: Case, scorer: Scorer | None
) -> None:
    verdict = judge(judged, scorer)

    asked = {
        reason.action for reason in verdict.reasons if reason.source != "classifier" and reason.decides
    }
    assert verdict.action is not APPROVE or asked <= {APPROVE}


@settings(deadline=None)
@given(cases(), anyhow)
def test_nothing_is_ever_rejected_over_a_rule_that_vouches(judged: Case, scorer: Scorer | None) -> None:
    verdict = judge(judged, scorer)

    asked = {
        reason.action for reason in verdict.reasons if reason.source != "classifier" and reason.decides
    }
    assert verdict.action is not REJECT or APPROVE not in asked


@settings(deadline=None)
@given(cases(), anyhow)
def test_every_verdict_is_whole(judged: Case, scorer: Scorer | None) -> None:
    verdict = judge(judged, scorer)

    weights = [reason.weight for reason in verdict.reasons]
    assert weights == sorted(weights, reverse=True)
    assert [reason.source for reason in verdict.reasons].count("classifier") == 1
    assert "rule_failed" not in [reason.code for reason in verdict.reasons]
    if verdict.probability is not None:
        counted = [reason.weight for reason in verdict.reasons if not reason.log_only]
        assert verdict.probability == pytest.approx(sigmoid(sum(counted)))
    length = len(judged.draft.text)
    spans = [span for reason in verdict.reasons for span in reason.spans]
    assert all(0 <= start <= end <= length for start, end in spans)


@settings(deadline=None)
@given(cases(), anyhow, st.sampled_from([REVIEW, REJECT]))
def test_one_more_list_that_objects_never_makes_a_verdict_milder(
    judged: Case, scorer: Scorer | None, objection: Action
) -> None:
    stricter = Policy(
        rules=judged.policy.rules,
        lists=(*judged.policy.lists, patterns("(?s).", action=objection)),
    )

    before = judge(judged, scorer)
    after = judge(Case.prepare(judged.draft, stricter, judged.history), scorer)

    assert CAUTION.index(after.action) >= CAUTION.index(before.action)
    assert (after.probability or 0) >= (before.probability or 0)


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0%"),
        (0.00001, "0.1%"),
        (0.004, "0.4%"),
        (0.01, "1%"),
        (0.126, "13%"),
        (0.99, "99%"),
        (0.996, "99.6%"),
        (0.99999, "99.9%"),
        (1, "100%"),
    ],
)
def test_what_is_next_to_certain_never_reads_as_certain(share: float, written: str) -> None:
    assert percent(share) == written


def _honeypot(*, log_only: bool) -> Signal:
    return Signal(
        source="filled_honeypot",
        code="filled_honeypot",
        message="The form's hidden field was filled in.",
        action=Action.REJECT,
        log_only=log_only,
    )


@pytest.mark.parametrize(
    ("blatant", "action", "likelihood", "scores", "reasons"),
    [
        (True, Action.REJECT, 0.99, {"spam": 0.9, "insult": 0.1}, ()),
        (False, Action.REJECT, 0.98, {"spam": 0.9, "insult": 0.1}, ()),
        # A person wrote it, and may ask what became of it.
        (False, Action.REJECT, 0.999, {"spam": 0.8, "insult": 0.9}, ()),
        (True, Action.REJECT, 0.999, {"spam": 0.1, "insult": 0.9}, (_honeypot(log_only=False),)),
        (False, Action.REJECT, 0.999, {"spam": 0.1, "insult": 0.9}, (_honeypot(log_only=True),)),
        (False, Action.REJECT, 0.9, {"spam": 0.9}, (_honeypot(log_only=False),)),
        # Where something vouched for it, or nothing could judge it, nothing is plain.
        (False, Action.REVIEW, 0.999, {"spam": 0.9}, (_honeypot(log_only=False),)),
        (False, Action.APPROVE, 0.999, {"spam": 0.9}, ()),
        (False, Action.REJECT, None, {}, (_honeypot(log_only=False),)),
    ],
)
def test_only_what_is_plainly_spam_is_blatant(
    *,
    blatant: bool,
    action: Action,
    likelihood: float | None,
    scores: dict[str, float],
    reasons: tuple[Signal, ...],
) -> None:
    verdict = Verdict(
        action=action,
        probability=likelihood,
        scores=scores,
        reasons=reasons,
        model=None,
        policy="policy",
        thresholds=None,
    )

    assert is_blatant(verdict) is blatant


class TestScoresAlone:
    """What the classifier says by itself, for those who ask for nothing else."""

    def test_they_are_the_classifiers_in_the_order_of_the_texts(self):
        class Counts(Scorer):
            def score_all(self, texts: Sequence[Normalised]) -> list[Scores]:
                return [Scores(rejection=len(text.text), attributes={"spam": 0.5}) for text in texts]

        scores = score([normalise("four"), normalise("fifteen letters")], Counts())

        assert [one.rejection for one in scores] == [4, 15]

    @pytest.mark.parametrize(
        "broken",
        [BreaksAtScoring(), Scorer(math.nan), Scorer(math.inf), Scorer(attributes={"spam": math.nan})],
    )
    def test_a_score_that_is_none_is_not_given(self, broken):
        with capture_logs() as logged, pytest.raises(NotScored):
            score([normalise("What a day.")], broken)

        assert [(one["event"], one["error"]) for one in logged] == [("scoring_failed", "ValueError")]
        assert "own words" not in str(logged)


GERMAN = "Das ist wirklich ein sehr schöner Beitrag, vielen Dank dafür und liebe Grüße."
ENGLISH = "This is really a lovely article, thank you for it and all the best to you."


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "said", "expected"),
        [
            (ENGLISH, [], Languages(spoken=("en",), detected=("en",), unread=())),
            (GERMAN, [], Languages(spoken=("de",), detected=("de",), unread=("de",))),
            # What was said counts, and detection is only told.
            (GERMAN, ["en-GB"], Languages(spoken=("en-GB",), detected=("de",), unread=())),
            (ENGLISH, ["de_AT"], Languages(spoken=("de_AT",), detected=("en",), unread=("de_AT",))),
            (ENGLISH, ["en", "fr"], Languages(spoken=("en", "fr"), detected=("en",), unread=("fr",))),
            # What is too short to tell is English.
            ("idiot", [], Languages(spoken=("en",), detected=("en",), unread=())),
            ("idiot", ["fr"], Languages(spoken=("fr",), detected=("en",), unread=("fr",))),
        ],
    )
    def test_what_was_said_counts_else_what_is_detected(self, text, said, expected):
        assert languages(normalise(text), said, Scorer()) == expected

    def test_nothing_is_taken_for_english_where_no_english_is_read(self):
        german = Scorer(languages=frozenset({"de"}))

        assert languages(normalise("idiot"), [], german) == Languages(spoken=(), detected=(), unread=())
        assert languages(normalise("idiot"), ["de"], german).detected == ("de",)


def beside(judged: Case, shadow: Scorer, serving: Scorer | None = None) -> tuple[Opinion, list[str]]:
    """What a model on trial says of a case, and how it failed."""
    failures: list[str] = []
    verdict = judge(judged, serving or Scorer(0.5))
    told = judge_beside(judged, verdict, shadow, failed=lambda error: failures.append(str(error)))
    return told, failures


@pytest.mark.parametrize("lists", [[], [terms("day")], [terms("day", action=APPROVE)]])
@pytest.mark.parametrize("rejection", [-5.0, 0.5, 5.0])
def test_a_model_on_trial_says_what_its_verdict_would_be(
    rejection: float, lists: list[EntryList]
) -> None:
    judged = case("What a day.", *lists, parent_id="1")
    shadow = Scorer(rejection, habits={"reply": 1.0, "listed_term": -0.5})

    told, failures = beside(judged, shadow)

    own = judge(judged, shadow)
    assert (told.action, told.probability, told.model) == (own.action, own.probability, own.model)
    assert failures == []


@pytest.mark.parametrize("scorer", [BreaksAtScoring(), Scorer(math.nan), Scorer(math.inf)])
def test_a_model_on_trial_that_breaks_would_ask_a_person_and_is_told_of(scorer: Scorer) -> None:
    told, failures = beside(case("What a day."), scorer)

    assert (told.action, told.probability) == (REVIEW, None)
    assert len(failures) == 1
    # Nobody knows what it would say, so it contradicts nobody.
    assert not told.disputes(judge(case("What a day."), Scorer(-5.0)))


def test_a_model_on_trial_is_not_asked_about_what_it_cannot_read() -> None:
    german = case("Das ist doch wirklich ein schöner Tag, an dem nichts geschieht.")

    told, failures = beside(german, Scorer(-5.0), Scorer(-5.0, languages=frozenset({"en", "de"})))

    assert (told.action, told.probability, failures) == (REVIEW, None, [])


def test_nothing_is_disputed_where_the_serving_model_did_not_speak() -> None:
    judged = case("What a day.")
    told, _ = beside(judged, Scorer(-5.0), Scorer(0.5))

    assert told.disputes(judge(judged, Scorer(0.5)))
    assert not told.disputes(judge(judged, Scorer(-4.0)))
    assert not told.disputes(judge(judged, BROKEN[0]))


class TestHabits:
    """What a site's own model made of circumstances beside the words."""

    def test_they_move_the_verdict_and_are_told(self):
        linked = case(
            "It is told at length and rather well at http://example.org/a by them.", parent_id="1"
        )
        scorer = Scorer(-3.0, habits={"link": 3.5, "several_links": 9.0, "reply": -0.25})

        found = judge(linked, scorer)

        (said,) = (one for one in found.reasons if one.source == "classifier")
        assert found.action is REVIEW
        assert found.probability == pytest.approx(sigmoid(0.25))
        assert said.weight == pytest.approx(0.25)
        assert said.habits == (Habit("link", 3.5), Habit("reply", -0.25))

    @pytest.mark.parametrize(
        ("name", "draft"),
        [
            ("link", {"text": "See example.org"}),
            ("several_links", {"text": "See example.org and example.com"}),
            ("reply", {"text": "So it is.", "parent_id": "7"}),
            ("signed_in", {"text": "So it is.", "author": Author(id="7")}),
            ("author_address", {"text": "So it is.", "author": Author(url="https://example.org/")}),
            ("listed_term", {"text": "Buy my casino."}),
        ],
    )
    def test_each_is_known_by_its_name_and_only_where_it_holds(self, name, draft):
        scorer = Scorer(habits={name: 20.0})

        assert judge(case("So it is."), scorer).action is APPROVE
        assert judge(case(draft.pop("text"), terms("casino"), **draft), scorer).action is REJECT

    def test_they_vouch_for_nobody(self):
        """Only an owner's rule keeps what the classifier would reject from being rejected."""
        scorer = Scorer(8.0, habits={"reply": -1.0})

        assert judge(case("So it is.", parent_id="1"), scorer).action is REJECT

    def test_one_that_is_no_number_leaves_it_to_a_person(self):
        scorer = Scorer(-8.0, habits={"reply": math.nan})

        assert judge(case("So it is.", parent_id="1"), scorer).action is REVIEW


class TestReasons:
    """For what reason a site's moderators would reject, where its model learnt that."""

    FORETOLD = (Foretold("spam", 0.82), Foretold("abuse", 0.18))

    @pytest.mark.parametrize(
        ("log_odds", "action", "message"),
        [
            (1.0, REVIEW, "The classifier alone says 73%, mostly for insult."),
            (8.0, REJECT, "The classifier alone says 99.9%, mostly for insult."),
        ],
    )
    def test_they_are_told_of_what_may_be_rejected_and_change_no_action(self, log_odds, action, message):
        found = judge(case("So it is."), Scorer(log_odds, foretold=self.FORETOLD))

        (said,) = found.reasons
        assert said.foretold == self.FORETOLD
        assert said.message == (
            f"{message} If moderators here reject it, then most likely as spam: 82%."
        )
        without = judge(case("So it is."), Scorer(log_odds))
        assert found.action is without.action is action
        assert (said.code, said.weight) == (without.reasons[0].code, without.reasons[0].weight)

    def test_they_are_told_also_where_a_rule_alone_asks_for_a_person(self):
        found = judge(case("Buy my casino.", terms("casino")), Scorer(foretold=self.FORETOLD))

        (said,) = (one for one in found.reasons if one.source == "classifier")
        assert said.message == (
            "The classifier finds little to object to: 0.7%."
            " If moderators here reject it, then most likely as spam: 82%."
        )

    def test_nobody_asks_for_what_reason_something_approved_would_be_rejected(self):
        found = judge(case("So it is."), Scorer(foretold=self.FORETOLD))

        assert (found.action, found.reasons[0].foretold) == (APPROVE, ())

    def test_without_an_explanation_they_are_left_out(self):
        found = judge(case("So it is."), Scorer(1.0, foretold=self.FORETOLD), explain=False)

        assert found.reasons[0].foretold == ()
        assert "moderators" not in found.reasons[0].message

    def test_a_classifier_that_fails_at_them_leaves_it_to_a_person(self):
        class BreaksAtForetelling(Scorer):
            def foretell(self, *_):
                raise RuntimeError

        assert judge(case("So it is."), BreaksAtForetelling(8.0)).action is REVIEW
