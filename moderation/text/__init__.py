"""Read a comment as a person would: its spelling, its words, its links, its language.

folding        one spelling for what Unicode says looks the same, and the way back
spacing        letters that stand apart
reading        one word, seen through its spelling
disguises      where in a text to look for them
normalising    all of that, as the one way to prepare a text
addresses      what web addresses look like; links finds them
wording        words, and texts that say the same
sentences      where sentences begin and end
language       which language it is; languages names them
"""

from moderation.text.disguises import reads_as_written
from moderation.text.folding import fold
from moderation.text.language import detect
from moderation.text.languages import language_name, language_names, read_alike
from moderation.text.links import Link, host, links
from moderation.text.normalising import Normalised, normalise
from moderation.text.sentences import sentences
from moderation.text.wording import WORD, fingerprint, word_list, word_places

__all__ = [
    "WORD",
    "Link",
    "Normalised",
    "detect",
    "fingerprint",
    "fold",
    "host",
    "language_name",
    "language_names",
    "links",
    "normalise",
    "read_alike",
    "reads_as_written",
    "sentences",
    "word_list",
    "word_places",
]
