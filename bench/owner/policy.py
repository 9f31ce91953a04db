"""What the moderator thinks of a comment: a policy of her own, which is not the data's.

She minds what the data call toxic or spam. Beyond that she is strict on swearing, at whomever, and on
promotion of oneself, links among it. And she lets people be rude to politicians and governments, as
long as they neither swear nor threaten nor drag in a group of people.
"""

import re

from bench.owner.comments import Comment
from moderation.text import links, normalise

SPAM, ABUSE, OTHER = "spam", "abuse", "other"
"""Why she rejects, in the words that a decision is stored with."""

_SWEARING = re.compile(
    r"\b(?:\w*fuck\w*|\w*shit\w*|bullcrap|crap(?:py|s)?|(?:god)?damn(?:ed|it)?|bitch\w*|bastards?|"
    r"(?:jack|dumb|bad|smart|fat|kick)?ass(?:es)?|asshol\w+|arse(?:hole)?s?|dick(?:s|head\w*)?|piss\w*|"
    r"cunt\w*|cocksuck\w*|wank\w*|whor\w+|slut\w*|wtf|stfu)\b"
)
_PROMOTION = re.compile(
    r"\b(?:subscrib\w+|sub ?4 ?sub|check (?:it |this |me |us )?out|follow (?:me|us) on|"
    r"my (?:new )?(?:channel|video|vid|song|cover|music)s?|visit (?:my|our)|add me|like my|"
    r"share (?:my|this)|give ?away|make money|work (?:from|at) home)\b"
)
_POLITICIANS = re.compile(
    r"\b(?:trump\w*|obama\w*|clintons?|hillary|trudeau\w*|reagan|putin|harper|cheney|palin|sanders|"
    r"pelosi|mcconnell|ryan|wynne|notley|politicians?|president\w*|senat\w+|congress\w*|governors?|"
    r"mayors?|ministers?|premiers?|governments?|gop|republicans?|democrats?|dems?|liberals?|"
    r"conservatives?|tories|tory|ndp|administration|legislat\w+|parliament\w*|lawmakers?)\b"
)
# What may be wrong with a comment on politicians.
_MILD = frozenset({"toxicity", "insult"})


def why_rejected(comment: Comment) -> str | None:
    """Say why she rejects a comment; None if she approves it."""
    read = normalise(comment.text)
    if "spam" in comment.wrongs or _PROMOTION.search(read.text) or links(read):
        return SPAM
    if _SWEARING.search(read.text):
        return ABUSE if comment.wrongs else OTHER
    is_let_be = comment.wrongs <= _MILD and _POLITICIANS.search(read.text)
    return ABUSE if comment.wrongs and not is_let_be else None
