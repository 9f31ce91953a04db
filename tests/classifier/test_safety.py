"""The fixed texts: many, different, well formed, and of the kinds that were promised."""

import re
import unicodedata
from collections import Counter

import pytest

from moderation.classifier.safety import evasion, files, honest, identity

SCRIPTS = {
    "Latin": ("LATIN",),
    "Greek": ("GREEK",),
    "Cyrillic": ("CYRILLIC",),
    "Arabic": ("ARABIC",),
    "Hebrew": ("HEBREW",),
    "Devanagari": ("DEVANAGARI",),
    "Bengali": ("BENGALI",),
    "Tamil": ("TAMIL",),
    "Thai": ("THAI",),
    "Georgian": ("GEORGIAN",),
    "Armenian": ("ARMENIAN",),
    "Hangul": ("HANGUL",),
    "Kana": ("HIRAGANA", "KATAKANA", "CJK", "HALFWIDTH KATAKANA"),
    "Han": ("CJK",),
}


def one_of_each() -> dict[str, list[str]]:
    return {
        "identity": [one.text for one in identity.mentions()],
        "abuse": [one.text for one in evasion.abuses()],
        "honest": [one.text for one in honest.texts()],
    }


@pytest.mark.parametrize(("name", "at_least"), [("identity", 4_500), ("abuse", 320), ("honest", 1_000)])
def test_each_set_is_large_and_says_nothing_twice(name, at_least):
    texts = [text.casefold() for text in one_of_each()[name]]

    assert len(texts) >= at_least
    assert [text for text, times in Counter(texts).items() if times > 1] == []


def test_no_text_stands_in_two_sets():
    assert sum(map(len, one_of_each().values())) == len(set().union(*one_of_each().values()))


def test_a_line_with_too_few_columns_is_named():
    with pytest.raises(ValueError, match=r"identity_templates\.tsv"):
        files.rows("identity_templates.tsv", 5)


class TestIdentity:
    def test_people_of_every_kind_are_named(self):
        kinds = Counter(term.kind for term in identity.terms())

        assert len(identity.terms()) >= 70
        assert set(kinds) == {"people", "faith", "sex", "orientation", "disability", "age", "party"}
        assert min(kinds.values()) >= 4

    def test_the_sentences_are_many_and_on_many_subjects(self):
        subjects = Counter(template.subject for template in identity.templates())

        assert len(identity.templates()) >= 60
        assert set(subjects) == {
            *("news", "history", "self", "counter", "question"),
            *("theology", "joke", "policy", "everyday"),
        }
        assert min(subjects.values()) >= 4

    def test_every_sentence_is_as_long_as_a_comment(self):
        lengths = [len(mention.text) for mention in identity.mentions()]

        assert min(lengths) >= 40
        assert max(lengths) <= 350

    def test_every_sentence_speaks_of_the_people_in_question(self):
        astray = [
            mention.text
            for mention in identity.mentions()
            if not any(
                form.lower() in mention.text.lower()
                for form in (
                    mention.term.plural,
                    mention.term.adjective,
                    mention.term.person,
                    mention.term.being,
                )
            )
        ]

        assert astray == []

    def test_no_gap_is_left_and_each_sentence_begins_and_ends_as_one(self):
        for mention in identity.mentions():
            assert not set("{}[]") & set(mention.text), mention.text
            assert not mention.text[0].islower() or mention.term.kind in mention.text, mention.text
            assert mention.text[-1] in ".?!", mention.text

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("Irish", "an"),
            ("elderly", "an"),
            ("Muslim", "a"),
            ("Ukrainian", "a"),
            ("Uyghur", "a"),
            ("European", "a"),
            ("HIV-positive", "an"),
            ("undecided", "an"),
            ("one-eyed", "a"),
        ],
    )
    def test_the_article_follows_the_sound(self, word, expected):
        assert identity.article(word) == expected

    def test_every_article_fits_the_word_after_it(self):
        found = {
            (article.lower(), word)
            for mention in identity.mentions()
            for article, word in re.findall(r"\b([Aa]n?) ([A-Za-z-]+)", mention.text)
        }

        assert [pair for pair in found if pair[0] != identity.article(pair[1])] == []


class TestAbuse:
    def test_it_is_of_every_kind_that_blogs_get(self):
        kinds = Counter(comment.kind for comment in evasion.abuses())

        assert set(kinds) == {"insult", "threat", "self-harm", "identity", "obscene", "contempt"}
        assert min(kinds.values()) >= 25

    def test_it_is_as_long_as_comments_are(self):
        lengths = [len(comment.text) for comment in evasion.abuses()]

        assert min(lengths) >= 20
        assert max(lengths) <= 250

    def test_what_an_evader_hides_are_single_words_and_not_the_whole_comment(self):
        for comment in evasion.abuses():
            hidden = [piece for piece, offends in comment.pieces if offends]
            assert hidden, comment.text
            assert all(re.fullmatch(r"[\w'-]+", piece) for piece in hidden), hidden
            assert sum(map(len, hidden)) < len(comment.text)
            assert not set("[]") & set(comment.text), comment.text


class TestHonest:
    def test_every_script_has_its_share(self):
        scripts = Counter(one.script for one in honest.texts())

        assert set(scripts) == {*SCRIPTS, "emoji", "technical English"}
        assert min(scripts.values()) >= 40

    def test_every_text_is_in_its_script(self):
        for one in honest.texts():
            letters = [unicodedata.name(letter, "") for letter in one.text if letter.isalpha()]
            if one.script in SCRIPTS:
                own = sum(name.startswith(SCRIPTS[one.script]) for name in letters)
                assert own > 0.8 * len(letters), one.text

    def test_the_emoji_are_also_joined_coloured_and_flags(self):
        together = "".join(one.text for one in honest.texts() if one.script == "emoji")

        assert {"\u200d", "\ufe0f", "\U0001f3fd", "\U0001f1f5", "\u20e3"} <= set(together)

    def test_what_a_text_says_survives_case_spelling_and_drawing_out_but_no_other_letter(self):
        assert honest.letters("Straße ﬁx sooo ☀️") == honest.letters("STRASSE fix so ☀")
        assert honest.letters("ídiot") != honest.letters("idiot")
        assert honest.letters("B12") != honest.letters("Bi2")
        assert honest.letters("हिन्दी") != honest.letters("हनद")
