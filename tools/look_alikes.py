"""Write the table of characters that look like Latin letters from Unicode's confusables.txt.

python tools/look_alikes.py confusables.txt > moderation/text/data/look_alikes.txt
"""

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from string import ascii_lowercase

HEADER = """\
# Characters that look like a Latin letter: the letter, a tab, and its look-alikes, all in lower case.
# Made by tools/look_alikes.py from confusables.txt of Unicode {version} (UTS #39), and from the names
# of small capitals and of letters in squares, circles and flags, which that file leaves out.
# confusables.txt is © 1991-2022 Unicode, Inc., used under the Unicode License v3
# (https://www.unicode.org/license.txt): permission is granted, free of charge, to use, copy, modify,
# merge, publish, distribute and sell it, provided that this copyright and permission notice goes with
# every copy; it is provided "as is", without warranty of any kind.
"""
# The file names these as the model of their group; a reader takes them for the letter.
ALSO = {"l": "i", "rn": "m"}
# Seen in disguises, though the shapes are less alike than the file asks for. The file also compares
# small letters only with small ones, and a capital that looks like ours is small when we read it.
MORE = {
    "a": "дλα", "b": "вьβ", "c": "ςς", "e": "зεєэ", "h": "нһη", "i": "їι", "k": "кκ", "m": "мμ",
    "n": "иηпй", "o": "фθσ", "r": "яг", "t": "тτ", "u": "цυμ", "v": "νѵ", "w": "шщωѡ", "x": "жχ",
    "y": "уγυ", "z": "ζ", "p": "рρ", "s": "ѕ", "f": "ғ", "d": "ԁ", "l": "ӏ",
}  # fmt: skip


def main() -> None:
    """Read the file that the first argument names, and print the table."""
    lines = Path(sys.argv[1]).read_text("utf-8-sig").splitlines()
    version = next(line.split()[-1] for line in lines if line.startswith("# Version"))
    found: dict[str, set[str]] = defaultdict(set)
    for character, letter in [*_listed(lines), *_named(), *_added()]:
        folded = unicodedata.normalize("NFKC", character.casefold()).casefold()
        # What folding settles, and plain letters and digits, need no table.
        if len(folded) == 1 and not folded.isascii():
            found[letter].add(folded)
    sys.stdout.write(HEADER.format(version=version))
    for letter in ascii_lowercase:
        sys.stdout.write(f"{letter}\t{''.join(sorted(found[letter]))}\n")


def _listed(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        source, *rest = line.split("#")[0].split(";")
        if not rest:
            continue
        characters = [chr(int(code, 16)) for code in source.split()]
        target = "".join(chr(int(code, 16)) for code in rest[0].split()).lower()
        target = ALSO.get(target, target)
        # Digits of any script are digits, and marks are no letters.
        if target in ascii_lowercase and len(characters) == 1 and characters[0].isalpha():
            yield characters[0], target
            if target == "i":
                yield characters[0], "l"


def _named() -> Iterator[tuple[str, str]]:
    kinds = (
        "LATIN LETTER SMALL CAPITAL ",
        "NEGATIVE CIRCLED LATIN CAPITAL LETTER ",
        "NEGATIVE SQUARED LATIN CAPITAL LETTER ",
        "REGIONAL INDICATOR SYMBOL LETTER ",
    )
    for kind in kinds:
        for letter in ascii_lowercase:
            try:
                yield unicodedata.lookup(kind + letter.upper()), letter
            except KeyError:
                continue


def _added() -> Iterator[tuple[str, str]]:
    for letter, characters in MORE.items():
        for character in characters:
            yield character, letter


if __name__ == "__main__":
    main()
