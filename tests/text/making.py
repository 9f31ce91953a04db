"""Texts for the tests of reading them."""

import sys
import unicodedata

from hypothesis import strategies as st

# All of Unicode, and again what is hard in it: marks to compose, jamo, half-width kana with their
# voiced marks, what is not shown, and what folds to several characters.
characters = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.characters(categories=["Mn", "Mc", "Cf"]),
    st.characters(min_codepoint=0x1100, max_codepoint=0x11FF),
    st.characters(min_codepoint=0xFF00, max_codepoint=0xFFEF),
    st.characters(min_codepoint=0x3040, max_codepoint=0x30FF),
    st.sampled_from("aeiısſßİΣςﬁﷺⅸ½… \n\u0301\u0307\u0345\u034f\u200b\u200d\u2066\ufe0f\uac00\u11a8"),
)
texts = st.text(characters, max_size=60)

ASSIGNED = [
    character
    for character in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(character) not in ("Cn", "Co", "Cs")
]
