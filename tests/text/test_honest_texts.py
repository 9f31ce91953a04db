"""Texts of many peoples, which no disguise may be seen in."""

import unicodedata

import pytest

from moderation.text import normalise

HONEST = {
    "Arabic": ["شكرا جزيلا على هذا المقال المفيد", "هٰذَا الكِتَابُ جَمِيلٌ", "٣ كتب و ٥ أقلام", "ما رأيك؟"],
    "Persian": ["می‌خواهم این کتاب را بخوانم", "خانه‌ها و درخت‌ها"],
    "Urdu": ["یہ مضمون بہت اچھا ہے، شکریہ"],
    "Hebrew": ["תודה רבה על המאמר המעניין", "בְּרֵאשִׁית בָּרָא אֱלֹהִים", "צה״ל וארה״ב"],
    "Cyrillic": [
        "Спасибо за статью, очень интересно",
        "а у нас в семье",
        "Дякую за їхній допис",
        "сор и пух",
    ],
    "Greek": ["Ευχαριστώ πολύ για το άρθρο", "το και ο τον", "Νόμος και τάξη"],
    "Hindi": ["हिन्दी में लेख पढ़कर अच्छा लगा", "क्षत्रिय और ज्ञान", "१०० रुपये"],
    "Tamil": ["கட்டுரைக்கு மிக்க நன்றி"],
    "Thai": ["ขอบคุณสำหรับบทความนี้มาก", "น้ำใจไม่มีที่สิ้นสุด"],
    "Chinese": ["谢谢你的文章，我学到了很多。", "我 是 学 生"],
    "Japanese": ["記事をありがとうございます", "パーティーとギター", "「はい」と言った"],
    "Korean": ["좋은 기사 감사합니다", "ㅋㅋㅋㅋ 재밌다", "아 그 게 뭐 야"],
    "Georgian": ["დიდი მადლობა სტატიისთვის"],
    "Armenian": ["Շատ շնորհակալ եմ հոդվածի համար"],
    "Amharic": ["ስለ ጽሑፉ በጣም አመሰግናለሁ"],
    "Turkish": ["Ilık bir sınıfta kıl payı kaçırdım", "İstanbul'da yağmur yağıyor", "çok şık değil mi?"],
    "Vietnamese": ["Cảm ơn bạn vì bài viết rất hay này", "Tôi ở đây đã được nửa năm"],
    "French": [
        "L'été dernier, j'étais à l'hôpital ; ça m'a gâché la fête",
        "Où êtes-vous allé ? À côté",
        "n...est-ce pas",
    ],
    "German": ["Schöne Grüße aus München, hör bloß auf", "Das war öde, übel und ärgerlich"],
    "Spanish": ["¿Qué pasó con el niño? ¡Así no!", "El año pasado comí piñas"],
    "Portuguese": ["Não são as ações do coração, é a razão", "Avó e avô vão à praça"],
    "Polish": ["Dziękuję, że przeczytałeś tę książkę", "Łódź leży w środku"],
    "Czech": ["Příliš žluťoučký kůň úpěl ďábelské ódy", "Čáp má šíp a máš být tři dny"],
    "Danish": ["Rødgrød med fløde på", "Åh, så sød en ø"],
    "Estonian": ["Hüvasti, õhtust, täna on jäääär"],
    "Yoruba": ["Ẹ ṣé púpọ̀ fún àpilẹ̀kọ yìí"],
    "Emoji": ["👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈", "🇺🇸 🇬🇧 🇩🇪 🇨🇦", "👍🏽 👋🏿", "❤️ 1️⃣ ©", "🅰️ 🅱️ 🆎 🅾️", "♥♦♣♠", "anã😍 fã❤"],
    "Science": [
        "5 μm, 2 μmol and 3 kΩ",
        "α-amylase and β-carotene",
        "x² + y² = z²",
        "H₂O",
        "naïve café façade",
    ],
    "Mixed": [
        "Я купил iPhone и MacBook вчера",
        "USB-порт и Wi-Fi сеть",
        "彼はOKと言った",
        "привет everyone from Minsk",
    ],
}


@pytest.mark.parametrize("script", HONEST)
def test_an_honest_text_is_only_folded(script: str) -> None:
    for text in HONEST[script]:
        assert normalise(text).rounds == ()


@pytest.mark.parametrize("script", HONEST)
def test_an_honest_text_keeps_its_letters_and_marks(script: str) -> None:
    for text in HONEST[script]:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        shown = [
            one
            for one in folded
            if unicodedata.category(one)[0] in "LMN" and not "\ufe00" <= one <= "\ufe0f"
        ]

        kept = [one for one in normalise(text).text if unicodedata.category(one)[0] in "LMN"]
        # The dot that a Turkish capital leaves behind on its small letter is the letter's own.
        assert "".join(kept) == "".join(shown).replace("i\u0307", "i")


def test_honest_texts_are_of_many_scripts() -> None:
    scripts = {
        unicodedata.name(character).split()[0]
        for texts in HONEST.values()
        for text in texts
        for character in text
        if character.isalpha()
    }

    assert len(scripts) >= 15
