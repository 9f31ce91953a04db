"""What languages are called in English."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def language_names() -> Mapping[str, str]:
    """The names of all languages that have two letters in ISO 639-1, by these."""
    lines = (files("moderation.text") / "data" / "languages.txt").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def language_name(code: str) -> str:
    """The name of a language; its letters where there is no name for them."""
    return language_names().get(code, code)
