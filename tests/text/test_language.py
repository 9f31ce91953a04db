"""Telling the language of a comment."""

import subprocess
import sys

import pytest
from hypothesis import given, settings

from moderation.text import normalise
from moderation.text.language import detect
from tests.text.making import texts


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "Muito obrigado pelo artigo, aprendi bastante sobre a história da cidade onde nasci."),
        ("fr", "Merci pour cet article, mais je ne suis pas d'accord avec la dernière partie."),
        ("de", "Vielen Dank für den Artikel, aber im letzten Absatz haben Sie leider nicht recht."),
        ("es", "Muchas gracias por el artículo, aunque no estoy de acuerdo con la última parte."),
        ("it", "Grazie mille per l'articolo, ma non sono d'accordo con quello che dici alla fine."),
        ("nl", "Bedankt voor het artikel, maar met het laatste stuk ben ik het helemaal niet eens."),
        ("sv", "Tack för artikeln, men jag håller inte alls med om det du skriver på slutet."),
        ("pl", "Dziękuję za artykuł, ale nie zgadzam się z tym, co napisano na samym końcu."),
        ("cs", "Děkuji za článek, ale s tím, co píšete na konci, vůbec nesouhlasím."),
        ("tr", "Yazı için çok teşekkürler ama sonunda yazdıklarınıza hiç katılmıyorum."),
        ("fi", "Kiitos artikkelista, mutta en ole ollenkaan samaa mieltä viimeisestä kappaleesta."),
        ("hu", "Köszönöm a cikket, de az utolsó bekezdéssel egyáltalán nem értek egyet."),
        ("ro", "Mulțumesc pentru articol, dar nu sunt de acord cu ceea ce ați scris la sfârșit."),
        ("vi", "Cảm ơn bạn vì bài viết, nhưng tôi không đồng ý với đoạn cuối cùng."),
        ("id", "Terima kasih atas artikelnya, tetapi saya tidak setuju dengan bagian terakhirnya."),
        ("ru", "Спасибо за статью, но с последней частью я совершенно не согласен."),
        ("uk", "Дякую за статтю, але з останньою частиною я зовсім не погоджуюся."),
        ("ar", "شكرا جزيلا على هذا المقال لكنني لا أتفق مع الجزء الأخير منه"),
        ("fa", "از مقاله شما بسیار ممنونم ولی با بخش آخر آن موافق نیستم"),
        ("hi", "लेख के लिए बहुत धन्यवाद, लेकिन मैं आखिरी हिस्से से सहमत नहीं हूँ।"),
        # One script, one language, and fewer letters are enough.
        ("el", "Ευχαριστώ πολύ για το άρθρο σας"),
        ("he", "תודה רבה על המאמר המעניין הזה, למדתי"),
        ("ko", "좋은 기사 정말 감사합니다"),
        ("ja", "記事をありがとうございます"),
        ("zh", "谢谢你的文章，我学到了很多"),
        ("th", "ขอบคุณสำหรับบทความนี้มาก"),
        ("hy", "Շատ շնորհակալ եմ հոդվածի համար"),
        ("ka", "დიდი მადლობა ამ სტატიისთვის ყველას"),
        ("ta", "இந்தக் கட்டுரைக்கு மிக்க நன்றி நண்பர்களே வணக்கம்"),
    ],
)
def test_a_language_is_told_from_one_sentence(language: str, text: str) -> None:
    assert detect(normalise(text)) == language


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for the article, I learned a lot about the town where I was born.",
        "lol dude thats soooo dumb, u shud of read teh article b4 posting this crap smh",
        "gonna hafta disagree w/ ya there bro, ain't nobody got time 4 dat nonsense",
        "José Ramírez and Müller met Đoković in Kraków, says Le Monde; what a match it was!",
        'As the French say, "plus ça change, plus c\'est la même chose". So it goes in this town.',
        "Schadenfreude, zeitgeist, kindergarten: English takes what German words it likes.",
        "WHY ARE YOU ALL SHOUTING AT EACH OTHER ABOUT A RECIPE",
        "y o u are a w0rthless id.iot and everybody here kn0ws it",
        "You fucking moron, nobody wants you here, crawl back into your hole",
        "Worst referee ever! Arsenal deserved better. Saka, Rice, Havertz: brilliant performances.",
        "See https://example.fr/les-nouvelles-de-la-semaine for what the minister really said",
    ],
)
def test_english_is_english_whatever_it_is_mixed_with(text: str) -> None:
    assert detect(normalise(text)) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "f*** you all",
        "fuck you all",
        "kys",
        "go die moron",
        "stupid nazi bitch",
        "Merci beaucoup !",
        "1234567890 1234567890 1234567890",
        "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
        "https://example.org/one-two-three-four-five-six-seven-eight",
        "@ana @ben @chris @dora @emil @fritz @gerda @hanna",
        # Two languages in equal parts.
        "спасибо большое друзья obrigado amigos queridos",
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert detect(normalise(text)) is None


@pytest.mark.parametrize(
    "insult",
    [
        "f*** off you stupid c***",
        "you n***a bitch ass motherf***er",
        "suck my dick faggot lmao",
        "stfu dumbass retard",
    ],
)
def test_short_abuse_is_never_taken_for_another_language(insult: str) -> None:
    assert detect(normalise(insult)) in {"en", None}


@settings(deadline=None)
@given(texts)
def test_every_text_gets_an_answer(text: str) -> None:
    found = detect(normalise(text))

    assert found is None or (len(found) == 2 and found.isalpha() and found.islower())


def test_english_needs_no_library() -> None:
    """The library takes half a second to load, and the first comment need not wait for it."""
    script = (
        "import sys; from moderation.text import normalise; from moderation.text.language import detect;"
        "say = lambda text: detect(normalise(text));"
        "assert say('Thanks for the article, I learned a lot about what they make.') == 'en';"
        "assert say('Ευχαριστώ πολύ για το άρθρο σας') == 'el';"
        "assert not {'py3langid', 'numpy'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
