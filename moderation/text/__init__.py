"""Read a comment as a person would: its spelling, its words, its links, its language.

folding        one spelling for what Unicode says looks the same, and the way back
spacing        letters that stand apart
reading        one word, seen through its spelling
disguises      where in a text to look for them
normalising    all of that, as the one way to prepare a text
"""

from moderation.text.links import Link, host, links
from moderation.text.normalising import Normalised, normalise
from moderation.text.wording import WORD, fingerprint, word_list, words

__all__ = [
    "WORD",
    "Link",
    "Normalised",
    "fingerprint",
    "host",
    "links",
    "normalise",
    "word_list",
    "words",
]
