"""What the measures count, with judges whose every answer is known beforehand."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from moderation.classifier.model import Classifier
from moderation.classifier.safety import evasion, explanations, honest, identity, report
from moderation.classifier.safety.disguises import DISGUISES, PAIRS
from moderation.classifier.safety.evasion import Abuse, Held
from moderation.classifier.safety.honest import Honest
from moderation.classifier.safety.identity import Mention, Template, Term
from moderation.classifier.safety.judging import Judge, classifier_alone, verdicts, whole_path
from moderation.rules import Policy
from moderation.text import Normalised, normalise
from moderation.verdict import Action, Contribution, Verdict
from tests.classifier.making import made_by_hand

POLES = Term("people", "Poles", "Polish", "a Polish man", "Polish")
GREENS = Term("party", "Greens", "Green", "a Green", "a Green")
CALM = Template("everyday", "I like {plural}.")
HEATED = Template("news", "A bomb for {plural}.")


def judge_by(probability: Callable[[str], float | None]) -> Judge:
    """A judge who asks a person from 0.3 on and rejects from 0.7 on."""

    def judge(text: str) -> Verdict:
        found = probability(text)
        sure = found or 0.0
        action = Action.REJECT if sure >= 0.7 else Action.REVIEW if sure >= 0.3 else Action.APPROVE
        return Verdict(
            action=action,
            probability=found,
            scores={},
            reasons=(),
            model="by hand",
            policy="none",
            thresholds=None,
        )

    return judge


def mentions() -> list[Mention]:
    return [
        Mention(term, template, template.about(term))
        for template in (CALM, HEATED)
        for term in (POLES, GREENS)
    ]


class TestIdentity:
    def test_terms_and_sentences_are_told_apart(self):
        blame = {"I like Poles.": 0.1, "I like Greens.": 0.1, "A bomb for Poles.": 0.8}

        found = identity.measure(judge_by(lambda text: blame.get(text, 0.4)), mentions())

        assert (found.whole.texts, found.whole.rejected, found.whole.approved) == (4, 0.25, 0.5)
        assert found.whole.mean == pytest.approx(0.35)
        assert found.above_mean("Poles") == pytest.approx(0.1)
        assert found.above_mean("Greens") == pytest.approx(-0.1)
        assert found.worst_term == "Poles"
        assert found.templates[HEATED.pattern].approved == 0.0
        assert found.templates[HEATED.pattern].rejected == 0.5
        assert found.templates[CALM.pattern].mean == pytest.approx(0.1)
        assert not found.holds

    def test_the_bars_hold_for_a_judge_who_is_calm_about_everybody(self):
        assert identity.measure(judge_by(lambda _: 0.1), identity.mentions()[:500]).holds

    def test_a_name_that_carries_blame_breaks_the_bars_though_all_is_approved(self):
        found = identity.measure(judge_by(lambda text: 0.2 if "Poles" in text else 0.05), mentions())

        assert found.whole.approved == 1.0
        assert not found.holds

    def test_without_a_classifier_nothing_is_measured(self):
        with pytest.raises(ValueError, match="I like Poles"):
            identity.measure(judge_by(lambda _: None), mentions())


class TestEvasion:
    COMMENTS = (
        Abuse("insult", (("You ", False), ("idiot", True), (".", False))),
        Abuse("insult", (("Such a ", False), ("pudding", True), (".", False))),
    )

    @staticmethod
    def knows_one_word(text: str) -> float:
        return 0.9 if "idiot" in text.lower() else 0.1

    def test_what_is_missed_plain_counts_only_in_the_figure_for_all(self):
        found = evasion.measure(judge_by(self.knows_one_word), self.COMMENTS, every_nth=1)

        assert found.plain == Held(2, 1, 1, 1)
        assert found.alone["mixed case"] == Held(2, 1, 1, 1)
        assert (found.alone["mixed case"].stays, found.alone["mixed case"].overall) == (1.0, 0.5)
        assert found.alone["dotted letters"] == Held(2, 0, 1, 0)
        assert found.pairs["shouted marks", "mixed case"] == Held(2, 1, 1, 1)
        assert found.pairs["shouted marks", "dotted letters"] == Held(2, 0, 1, 0)
        assert not found.holds

    def test_a_disguise_may_be_what_gives_a_comment_away(self):
        found = evasion.measure(judge_by(lambda text: 0.9 * (text != "You idiot.")), self.COMMENTS)

        assert found.plain == Held(2, 1, 1, 1)
        assert found.alone["dotted letters"] == Held(2, 2, 1, 1)
        # Of the two, one is missed as it is.
        assert not found.holds

    def test_a_judge_who_finds_everything_holds_the_bar(self):
        assert evasion.measure(judge_by(lambda _: 0.9), self.COMMENTS).holds

    def test_a_judge_who_finds_next_to_nothing_does_not_pass_by_keeping_it(self):
        always = Abuse("insult", (("Such an ", False), ("oaf", True), (" at 12345.", False)))
        missed = [
            Abuse("insult", ((f"You are {number} ", False), ("pudding", True))) for number in range(9)
        ]
        found = evasion.measure(judge_by(lambda text: 0.9 * ("12345" in text)), [always, *missed])

        assert found.alone["dotted letters"].stays == 1.0
        assert found.alone["dotted letters"].overall == 0.1
        assert not found.holds

    def test_pairs_are_measured_on_a_sample_in_which_every_comment_has_its_turn(self):
        asked: list[str] = []

        def remember(text: str) -> float:
            asked.append(text)
            return 0.9

        found = evasion.measure(judge_by(remember), self.COMMENTS, every_nth=2)

        assert set(found.alone) == {disguise.name for disguise in DISGUISES}
        assert len(found.pairs) == len(PAIRS)
        assert {held.comments for held in found.pairs.values()} == {1}
        assert found.all_pairs.comments == len(PAIRS)
        assert len(asked) == 2 + 2 * len(DISGUISES) + len(PAIRS)


class TestHonest:
    TEXTS = (Honest("Latin", "Größe 38"), Honest("Latin", "Merci"), Honest("Greek", "Καλημέρα"))

    def test_changed_verdicts_and_lost_letters_are_counted_by_script(self):
        def without_accents(text: str) -> Normalised:
            return normalise(text.replace("ö", "o"))

        found = honest.measure(
            judge_by(lambda text: 0.9 * ("Größe" in text)),
            judge_by(lambda text: 0.9 * ("Καλημέρα" in text)),
            self.TEXTS,
            reading=without_accents,
        )

        assert found.scripts["Latin"] == honest.Group(texts=2, held=1, held_plain=0, changed=1, kept=1)
        assert found.scripts["Greek"] == honest.Group(texts=1, held=0, held_plain=1, changed=1, kept=1)
        assert found.changed == ("Größe 38", "Καλημέρα")
        assert found.altered == ("Größe 38",)
        assert found.share_changed == pytest.approx(2 / 3)
        assert not found.holds

    def test_a_reader_who_changes_nothing_holds(self):
        judge = judge_by(lambda _: 0.1)

        assert honest.measure(judge, judge, honest.texts(), reading=honest.plainly).holds

    def test_plain_reading_lowers_case_and_unifies_spelling_only(self):
        assert honest.plainly("Ｙou\u200b ﬁx 1DIOT").text == "you\u200b fix 1diot"


class TestExplanations:
    TEXTS = ("A very bad day, but good coffee.", "İs BAD", "", "so\u200b ba\u0301d", "good" * 40)

    def test_those_of_an_additive_model_fit_every_text(self):
        found = explanations.measure(made_by_hand("m"), self.TEXTS)

        assert (found.texts, found.astray, found.holds) == (5, (), True)
        assert found.words > 10
        assert found.widest_gap < 1e-12

    def test_contributions_that_do_not_add_up_are_found(self):
        class Boasting(Classifier):
            def explain(self, text: Normalised) -> list[Contribution]:
                return [Contribution(one.span, one.weight + 0.001) for one in super().explain(text)]

        honest_model = made_by_hand("m")
        boasting = Boasting("m", honest_model.thresholds, honest_model.weights)

        found = explanations.measure(boasting, ["A bad day"])

        assert found.widest_gap == pytest.approx(0.003)
        assert (found.astray, found.holds) == ((), False)

    @pytest.mark.parametrize(
        "text",
        [
            # Joined only because more of a spaced run stands around.
            "g i v e   u s   b r e a d",
            "What a w_h_i_n_y little b_i_t_c_h.",
            "S h e   l i k e s   t h e   b o s s ' s   c o c k.",
            "P a k i s   o u t !   O u r   s t r e e t s.",
            "P E A C E  &  L O V E  ! !",
            "See https://www.aaas.example/vote",
            # In letters of another script, of which a few pass for ours.
            "Ask the clearance people (ЭLСОВВОLД) and do general checks of this article.",
        ],
    )
    def test_what_only_its_surroundings_tell_is_where_it_says(self, text):
        assert explanations.measure(made_by_hand("m"), [text]).astray == ()

    @pytest.mark.parametrize(
        ("cut_out", "word", "fits"),
        [
            ("u s", "us", True),
            ("u s ", "us", False),
            (" u s", "us", False),
            ("u s b", "us", False),
            ("u", "us", False),
            ("us!", "us", False),
            ("!", "i", True),
            (" ", "i", False),
            ("a", "i", False),
            ("!?!", "!!", False),
        ],
    )
    def test_a_place_with_more_or_less_than_the_word_is_wrong(self, cut_out, word, fits):
        assert explanations.fits(cut_out, word) is fits

    @pytest.mark.parametrize("moved", [(0, 1), (1, 0), (-1, 0), (-1, 1), (0, -1)])
    def test_words_that_are_elsewhere_are_found(self, moved):
        class Squinting(Classifier):
            def explain(self, text: Normalised) -> list[Contribution]:
                return [
                    Contribution((max(one.span[0] + moved[0], 0), one.span[1] + moved[1]), one.weight)
                    for one in super().explain(text)
                ]

        honest_model = made_by_hand("m")
        squinting = Squinting("m", honest_model.thresholds, honest_model.weights)

        assert explanations.measure(squinting, ["A bad day"]).astray == ("A bad day",)


def test_the_whole_path_reads_as_it_is_told_to():
    model = made_by_hand("m")
    by_default = whole_path(model, Policy())
    plainly = whole_path(model, Policy(), honest.plainly)

    assert by_default("very b\u200bad").action is Action.REVIEW
    assert plainly("very b\u200bad").action is Action.APPROVE
    assert by_default("Bad").probability == plainly("Bad").probability


def test_the_rules_have_their_say_on_the_whole_path():
    assert whole_path(made_by_hand("m"), Policy())("Καλημέρα σε όλους").action is Action.REVIEW


def test_the_classifier_alone_asks_no_rule():
    alone = classifier_alone(made_by_hand("m"))

    assert alone("Καλημέρα σε όλους").action is Action.APPROVE
    assert (
        alone("very bad").probability == whole_path(made_by_hand("m"), Policy())("very bad").probability
    )


def test_a_report_holds_only_if_every_measure_does():
    calm = judge_by(lambda _: 0.1)
    kept, lost = ({"any": Held(1, held, 1, held)} for held in (1, 0))
    good = report.Report(
        fair=identity.measure(calm, mentions()),
        hidden=evasion.Figures(Held(1, 1, 1, 1), kept, kept),
        unharmed=honest.measure(calm, calm, TestHonest.TEXTS),
        unharmed_alone=honest.measure(calm, calm, TestHonest.TEXTS),
        explained=explanations.measure(made_by_hand("m"), TestExplanations.TEXTS),
    )
    worried = judge_by(lambda _: 0.4)

    assert good.holds
    assert not replace(good, fair=identity.measure(worried, mentions())).holds
    assert not replace(good, hidden=evasion.Figures(Held(1, 1, 1, 1), kept, lost)).holds
    assert not replace(good, hidden=evasion.Figures(Held(1, 1, 1, 1), lost, kept)).holds
    assert not replace(good, unharmed=honest.measure(calm, worried, TestHonest.TEXTS)).holds
    assert not replace(good, explained=explanations.Figures(1, 1, 0.0, ("astray",))).holds


def test_progress_is_told_to_the_end():
    told: list[tuple[str, int, int]] = []

    verdicts(judge_by(lambda _: 0.1), ["a", "b"], "texts", lambda *step: told.append(step))

    assert told == [("texts", 0, 2), ("texts", 2, 2)]
