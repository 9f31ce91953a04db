"""What the speed benchmark judges: comments, hostile texts and a long list of terms.

All of it is the same on every machine. Knows nothing of who judges.
"""

import csv
import gzip
import itertools
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from moderation.rules import ListKind, shipped_lists

ROOT = Path(__file__).parent.parent
COMMENTS = 2_000
TERMS = 65_000
LONGEST = 20_000

# What loads with the first texts is no part of the times: with the second, what tells languages apart.
FIRST = "Thank you for this, it was a pleasure to read."
FOREIGN = "Merci beaucoup pour cet article, je l'ai lu avec un grand plaisir."

_SEED = 3
_FROM_CORPUS = (
    "open-tests/jigsaw_official_subset.csv.gz",
    "open-tests/wikipedia_nonfuzzed.csv.gz",
    "toxicity/civil_comments.csv.gz",
)
_MEAN_BYTES = 234
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def comments(corpus: Path | None) -> tuple[list[str], str]:
    """Give 2,000 comments in random order, and say where they are from."""
    if corpus is None:
        return _recombined(), (
            "made of sentences of the example blog, drawn anew for each comment. Their words are few, "
            "which favours whoever remembers words: name a corpus for figures that count"
        )
    names = ", ".join(Path(path).name.removesuffix(".csv.gz") for path in _FROM_CORPUS)
    # Each once, and in an order that does not depend on that of the files.
    every = sorted({text for path in _FROM_CORPUS for text in _column(corpus / path)})
    return random.Random(_SEED).sample(every, COMMENTS), f"drawn from the corpus: {names}"


def terms(count: int = TERMS) -> list[str]:
    """Invent a list of pronounceable terms, a fifth of them of two words, with the shipped phrases."""
    found = dict.fromkeys(
        entry for one in shipped_lists() if one.kind is ListKind.TERMS for entry in one.entries
    )
    lots = random.Random(_SEED)
    while len(found) < count:
        words = 2 if lots.random() < 1 / 5 else 1
        found[" ".join(_invented_word(lots) for _ in range(words))] = None
    return list(found)[:count]


def hostile(length: int = LONGEST, *, seed: int = _SEED) -> Iterator[tuple[str, str]]:
    """Make texts of this length that are meant to take long, each with a name."""
    lots = random.Random(seed)
    for name, piece in _hostile_pieces(lots).items():
        text = ""
        while len(text) < length:
            text += "".join(piece() for _ in range(200))
        yield name, text[:length]


def mean_bytes(texts: Sequence[str]) -> float:
    """Give the mean length in UTF-8."""
    return sum(len(text.encode()) for text in texts) / len(texts)


def _column(path: Path) -> Iterator[str]:
    csv.field_size_limit(10_000_000)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["text"]


def _recombined() -> list[str]:
    drafts = json.loads((ROOT / "examples/blog/comments.json").read_text("utf-8"))
    sentences = [
        sentence for draft in drafts for sentence in _SENTENCE_END.split(draft["text"]) if sentence
    ]
    lots = random.Random(_SEED)
    mean = sum(len(sentence.encode()) + 1 for sentence in sentences) / len(sentences)
    # From one sentence up to twice the mean less one, so that the mean comes out as wanted.
    most = round(2 * _MEAN_BYTES / mean) - 1
    return [" ".join(lots.choices(sentences, k=lots.randint(1, most))) for _ in range(COMMENTS)]


def _invented_word(lots: random.Random) -> str:
    return "".join(
        lots.choice("bcdfghjklmnprstvwz") + lots.choice(("a", "e", "i", "o", "u", "ar", "en", "ou"))
        for _ in range(lots.randint(3, 4))
    )


def _hostile_pieces(lots: random.Random) -> dict[str, Callable[[], str]]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    marks = [chr(point) for point in range(0x300, 0x370)]
    numbers = itertools.count()

    def any_character() -> str:
        point = lots.randrange(1, 0x110000)
        return chr(point) if unicodedata.category(chr(point)) != "Cs" else " "

    def word(length: int) -> str:
        return "".join(lots.choices(letters, k=length))

    return {
        "random code points": any_character,
        "combining marks": lambda: lots.choice(letters) + "".join(lots.choices(marks, k=30)),
        "marks without a letter": lambda: lots.choice(marks),
        "one letter": lambda: "a",
        "one letter, spaced": lambda: "a ",
        "a.a.a.": lambda: "a.",
        "words without end": lambda: word(100),
        "long words": lambda: word(lots.randint(30, 60)) + " ",
        "short words, all different": lambda: word(lots.randint(2, 6)) + " ",
        "numbered words": lambda: f"w{next(numbers)} ",
        "links": lambda: f"http://{word(8)}.example/{word(5)} ",
        "bare hosts": lambda: f"{word(3)}.{word(3)}.com ",
        "hosts without end": lambda: f"{word(3)}.",
        "mailboxes": lambda: f"{word(5)}.{word(5)}@",
        "only punctuation": lambda: lots.choice("!?.,;:-_*#@$%&()[]{}<>/\\|'\"’"),
        "many spaces": lambda: lots.choice("     \n\t\u00a0\u3000"),
        "joined emoji": lambda: "👩\u200d👩\u200d👧\u200d👦",
        "invisible marks": lambda: word(1) + "\u200b\u2060\ufeff",
        "leet": lambda: lots.choice(("f.u.c.k ", "1d10t ", "$h1t ", "@$$ ", "b i t c h ")),
        "no spaces, Chinese": lambda: chr(lots.randint(0x4E00, 0x9FFF)),
        "wide letters": lambda: chr(lots.randint(0xFF21, 0xFF5A)),
        "letters of words": lambda: lots.choice("ﷺㄱ가ﬃ㍿㌀"),
    }
