"""Evidence in who wrote a comment: what the name and address sell, and what people decided before."""

import math
import re
from collections.abc import Iterator

from moderation.rules.case import Case
from moderation.rules.options import AuthorName, KnownAuthor, RejectedAuthor
from moderation.rules.phrases import shipped
from moderation.text import links, normalise
from moderation.verdict import Action, Signal

KEYWORD_NAME = 1.5
ADDRESS_AS_NAME = 2.0
LONG_NAME = 0.5
SELLING_ADDRESS = 1.0
# What vouching is worth at the first, what each doubling of the approvals adds, and where it ends:
# a stolen login must not open every door.
VOUCHING, VOUCHING_DOUBLED, VOUCHING_MOST = 0.5, 0.25, 1.5
# Of an author of whom all was rejected.
REJECTED_MOST = 2.0

# Possessive, or the slashes of the scheme would be taken for those of the path.
_AFTER_HOST = re.compile(r"(?:https?:)?+[/\\]*+[^/\\?#]++[/\\]([^\s].*)", re.IGNORECASE | re.DOTALL)
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def selling_name(case: Case) -> Iterator[Signal]:
    """An author's name that sells: a keyword, an address, or many words beside an address."""
    author = case.draft.author
    if not author.name or not case.leads_somewhere:
        return
    name = normalise(author.name)
    if links(name):
        yield _selling("address_as_name", "The author's name is an address.", ADDRESS_AS_NAME)
        return
    found = shipped("author_keywords").find(name.text)
    if found:
        word = name.text[slice(*found[0])]
        yield _selling("keyword_name", f"The author's name sells something: “{word}”.", KEYWORD_NAME)
    elif author.url and len(name.text.split()) >= case.policy.options(AuthorName).words:
        # People in some countries have four names. It weighs, but asks for nobody by itself.
        yield _selling(
            "long_name", "The author's name has many words, and an address.", LONG_NAME, Action.APPROVE
        )


def selling_address(case: Case) -> Iterator[Signal]:
    """An author's address that leads deep into a site, along a path with words that sell."""
    found = _AFTER_HOST.match(case.draft.author.url) if case.draft.author.url else None
    if not found:
        return
    path = _BETWEEN_WORDS.sub(" ", normalise(found[1]).text)
    words = shipped("author_keywords").find(path)
    if words:
        yield Signal(
            source="selling_address",
            code="selling_address",
            message=f"The author's address sells something: “{path[slice(*words[0])]}”.",
            action=Action.REVIEW,
            weight=SELLING_ADDRESS,
        )


def first_time_author(case: Case) -> Iterator[Signal]:
    """An author without an approved comment waits for a person."""
    if not case.history.approved_before:
        yield Signal(
            source="first_time_author",
            code="first_time_author",
            message="No comment of this author was approved before.",
            action=Action.REVIEW,
        )


def known_author(case: Case) -> Iterator[Signal]:
    """An author whom the site knows by an id, and whose comments people approved, is vouched for."""
    if is_known(case):
        approvals = case.history.approved_by_people
        doublings = math.log2(approvals / case.policy.options(KnownAuthor).approvals)
        yield Signal(
            source="known_author",
            code="known_author",
            message=f"People approved {approvals} comments of this author and rejected none.",
            action=Action.APPROVE,
            weight=-min(VOUCHING + VOUCHING_DOUBLED * doublings, VOUCHING_MOST),
        )


def rejected_author(case: Case) -> Iterator[Signal]:
    """An author whom the site knows by an id, and whose comments people rejected."""
    rejected, approved = case.history.rejected_by_people, case.history.approved_by_people
    if not rejected:
        return
    options = case.policy.options(RejectedAuthor)
    asks = rejected >= options.rejections and rejected >= options.share * (rejected + approved)
    yield Signal(
        source="rejected_author",
        code="rejected_author",
        message=f"People rejected {rejected} of the author's last {rejected + approved} comments"
        " that they decided on.",
        action=Action.REVIEW if asks else Action.APPROVE,
        # One more in the sum: a single rejection is not yet all that there will be.
        weight=REJECTED_MOST * rejected / (rejected + approved + 1),
    )


def is_known(case: Case) -> bool:
    """Whether people approved enough comments of this author and rejected none."""
    history = case.history
    if not history.approved_by_people or history.rejected_by_people:
        return False
    return history.approved_by_people >= case.policy.options(KnownAuthor).approvals


def _selling(code: str, message: str, weight: float, action: Action = Action.REVIEW) -> Signal:
    return Signal(source="selling_name", code=code, message=message, action=action, weight=weight)
