"""What becomes of a comment by the language that it is in."""

import pytest

from moderation.draft import Draft
from moderation.judgement import judge
from moderation.rules import Case, History, Mode, Policy, Setting
from moderation.text import language_names
from moderation.verdict import Action
from tests.judging.making import Scorer, terms

ENGLISH = (
    "Thank you for this article, which told me a lot that I had not known before.",
    "I disagree with nearly all of it, and still I am glad that I have read it to the end.",
)
FOREIGN = {
    "Portuguese": (
        "Muito obrigado pelo artigo, aprendi bastante sobre a história da cidade onde nasci.",
        "Você é um idiota completo e ninguém nesta cidade quer ouvir as suas mentiras.",
    ),
    "German": (
        "Vielen Dank für den Artikel, aber im letzten Absatz haben Sie leider nicht recht.",
        "Du bist ein Vollidiot, und niemand in dieser Stadt will deine Lügen noch hören.",
    ),
    "French": (
        "Merci pour cet article, mais je ne suis pas d'accord avec la dernière partie.",
        "Tu es un parfait crétin et personne dans cette ville ne veut entendre tes mensonges.",
    ),
    "Spanish": (
        "Muchas gracias por el artículo, aunque no estoy de acuerdo con la última parte.",
        "Eres un completo imbécil y nadie en esta ciudad quiere escuchar tus mentiras.",
    ),
    "Russian": (
        "Спасибо за статью, но с последней частью я совершенно не согласен.",
        "Ты полный идиот, и никто в этом городе не хочет слушать твою ложь.",
    ),
    "Greek": (
        "Ευχαριστώ πολύ για το άρθρο σας, αλλά δεν συμφωνώ με το τέλος.",
        "Είσαι τελείως ηλίθιος και κανείς δεν θέλει να ακούσει τα ψέματά σου.",
    ),
}
SHORT = ("Thanks!", "lol", "gr8 m8", "Danke", "no u", "wow just wow", "k", "+1", "🙂🙂", "10/10")
SLANG = (
    "lol dude thats soooo dumb, u shud of read teh article b4 posting this crap smh",
    "gonna hafta disagree w/ ya there bro, ain't nobody got time 4 dat nonsense",
    "ngl this slaps fr fr, no cap, yall r sleepin on it tbh",
)
ABUSE = (
    "kys",
    "kill yourself",
    "you stupid bitch",
    "fuck off and die you worthless cunt",
    "ur a fkn moron lmao",
    "k1ll y0urself, f@ggot",
)
each_foreign = pytest.mark.parametrize(
    ("language", "text"), [(name, text) for name, texts in FOREIGN.items() for text in texts]
)


def on_a_site(text: str, *languages: str, **policy: object) -> Case:
    return Case.prepare(Draft(text=text), Policy(languages=languages, **policy), History())


def codes(judged: Case, scorer: Scorer) -> list[str]:
    return [reason.code for reason in judge(judged, scorer).reasons]


@pytest.mark.parametrize("text", [*ENGLISH, *SHORT, *SLANG, *ABUSE])
@pytest.mark.parametrize("rejection", [-8.0, 8.0])
def test_english_is_judged_by_a_model_that_reads_it(rejection: float, text: str) -> None:
    judged = on_a_site(text, "en")

    verdict = judge(judged, Scorer(rejection))

    assert verdict.probability is not None
    assert {"other_language", "unread_language"}.isdisjoint(reason.code for reason in verdict.reasons)


@each_foreign
@pytest.mark.parametrize("rejection", [-8.0, 8.0])
@pytest.mark.parametrize("site", [("en",), ("en", "it"), ("de", "pt", "fr", "es", "ru", "el")])
def test_a_language_that_the_model_does_not_know_is_never_decided_by_it(
    site: tuple[str, ...], rejection: float, language: str, text: str
) -> None:
    judged = on_a_site(text, *site)

    verdict = judge(judged, Scorer(rejection))

    (reason,) = [reason for reason in verdict.reasons if reason.source == "classifier"]
    assert verdict.action is Action.REVIEW
    assert (verdict.probability, verdict.scores, verdict.model) == (None, {}, "by-hand")
    assert (reason.code, reason.action, reason.weight) == ("unread_language", Action.REVIEW, 0.0)
    assert reason.message == f"The classifier does not read {language}, so a person decides."


@each_foreign
def test_rules_read_every_language(language: str, text: str) -> None:
    last = text.rsplit(maxsplit=1)[-1].strip(".")
    judged = on_a_site(text, "en", lists=(terms(last, action=Action.REJECT),))

    assert judge(judged, Scorer(-8.0)).action is Action.REJECT


@each_foreign
def test_a_language_that_is_none_of_the_sites_is_told_in_a_sentence(language: str, text: str) -> None:
    judged = on_a_site(text, "en")

    (reason,) = [reason for reason in judge(judged, None).reasons if reason.code == "other_language"]

    assert reason.message == f"This reads like {language}; the site's language is English."
    assert (reason.source, reason.action, reason.weight) == ("other_language", Action.REVIEW, 0.0)


def test_a_site_may_have_several_languages() -> None:
    text = FOREIGN["Portuguese"][0]
    others = on_a_site(text, "en", "de", "fr")
    own = on_a_site(text, "en", "pt")

    messages = [reason.message for reason in judge(others, None).reasons]
    assert "This reads like Portuguese; the site's languages are English, German and French." in messages
    assert "other_language" not in [reason.code for reason in judge(own, None).reasons]


@pytest.mark.parametrize("text", [*FOREIGN["German"], *SHORT, "kys", "halt dein Maul"])
@pytest.mark.parametrize("rejection", [-8.0, 8.0])
def test_a_model_for_english_never_decides_on_german_of_a_german_site(
    rejection: float, text: str
) -> None:
    """Short text counts as the site's language, whatever it says."""
    verdict = judge(on_a_site(text, "de", "en"), Scorer(rejection))

    assert verdict.action is Action.REVIEW
    assert verdict.probability is None
    assert "other_language" not in [reason.code for reason in verdict.reasons]


@pytest.mark.parametrize("text", ENGLISH)
def test_a_model_for_english_decides_on_english_of_a_german_site(text: str) -> None:
    assert judge(on_a_site(text, "de", "en"), Scorer(-8.0)).action is Action.APPROVE
    # Where the site does not expect it, a person is asked besides.
    assert codes(on_a_site(text, "de"), Scorer(-8.0)) == ["other_language", "unobjectionable"]


@pytest.mark.parametrize("text", FOREIGN["German"])
def test_a_model_decides_on_every_language_that_it_has_learnt(text: str) -> None:
    scorer = Scorer(-8.0, languages=frozenset({"de", "en"}))

    assert judge(on_a_site(text, "de"), scorer).action is Action.APPROVE


def test_a_site_may_take_other_languages_as_they_come_but_the_model_does_not() -> None:
    off = {"other_language": Setting(None)}
    trial = {"other_language": Setting(Mode.LOG_ONLY)}
    text = FOREIGN["French"][0]

    assert codes(on_a_site(text, "en", rules=off), Scorer(-8.0)) == ["unread_language"]
    verdict = judge(on_a_site(text, "en", rules=trial), Scorer(-8.0))
    assert [(one.code, one.log_only) for one in verdict.reasons] == [
        ("other_language", True),
        ("unread_language", False),
    ]


def test_a_text_that_mixes_scripts_is_still_not_read() -> None:
    mixed = on_a_site("Привет всем, γεια σας, 你好 שלום лучше", "en")

    assert "unread_script" in codes(mixed, Scorer(-8.0))
    assert judge(mixed, Scorer(-8.0)).action is Action.REVIEW


@pytest.mark.parametrize("site", ["no", "nb", "nn"])
def test_a_language_with_several_codes_is_one(site: str) -> None:
    text = "Takk for en fin artikkel, men jeg er slett ikke enig i det du skriver på slutten."

    assert codes(on_a_site(text, site), Scorer(-8.0)) == ["unread_language"]


def test_every_language_has_a_name() -> None:
    names = language_names()

    assert len(set(names.values())) == len(names) == 183
    assert (names["en"], names["pt"], names["el"]) == ("English", "Portuguese", "Greek")
