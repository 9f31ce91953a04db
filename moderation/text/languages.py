"""What languages are called in English."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# Languages that read so much alike that a comment does not tell which of them it is in.
_ALIKE = {"nb": "no", "nn": "no", "bs": "hr", "sr": "hr", "ms": "id"}


@cache
def language_names() -> Mapping[str, str]:
    """The names of all languages that have two letters in ISO 639-1, by these."""
    lines = (files("moderation.text") / "data" / "languages.txt").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def language_name(code: str) -> str:
    """The name of a language; its letters where there is no name for them."""
    return language_names().get(code, code)


def read_alike(code: str, other: str) -> bool:
    """Whether two languages are one, or so close that one is taken for the other."""
    return _ALIKE.get(code, code) == _ALIKE.get(other, other)
