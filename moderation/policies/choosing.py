"""What an owner chooses for a whole site: languages, accepted mistakes, second looks, what is kept."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from moderation.policies import changing, keeping
from moderation.policies.keeping import CHOICES, Choices
from moderation.refusal import Refusal
from moderation.store.tables import Moderator, Site
from moderation.text import language_names
from moderation.verdict import Accepted

_SHARES = ("good_lost", "bad_published", "audit_share", "second_share")

PERIODS = ("keep_addresses", "keep_rejected", "keep_approved")
"""The choices that say for how many days something is kept."""
MOST_DAYS_KEPT = 36_500
"""A hundred years: whoever wants more keeps it for ever."""


class BadLanguage(Refusal):
    """What was given as a language is none."""


class BadShare(Refusal):
    """What was given as a share is none."""


class BadPeriod(Refusal):
    """What was given as a number of days is none."""


def choices(site: Site) -> Choices:
    """Return what is chosen for the site."""
    return keeping.chosen(site)


def choose(
    session: Session,
    site: Site,
    *,
    languages: Collection[str] | None = None,
    accepted: Accepted | None = None,
    periods: Mapping[str, int | None] | None = None,
    shortens_addresses: bool | None = None,
    by: Moderator | str,
    now: datetime,
) -> None:
    """Change the choices that are given; None leaves one as it is.

    `periods` gives days by the names in PERIODS, None for ever. Raises BadLanguage, BadShare, BadPeriod.
    """
    changing.lock(session, site)
    chosen = keeping.chosen(site)
    if languages is not None:
        # Each once, in the order given.
        chosen = msgspec.structs.replace(chosen, languages=",".join(dict.fromkeys(languages)))
    if accepted is not None:
        chosen = msgspec.structs.replace(chosen, **msgspec.structs.asdict(accepted))
    if periods is not None:
        chosen = msgspec.structs.replace(chosen, **periods)
    if shortens_addresses is not None:
        chosen = msgspec.structs.replace(chosen, shortens_addresses=shortens_addresses)
    check(chosen)
    changing.write(session, site, CHOICES, chosen, by=by, now=now)


def accepted(site: Site) -> Accepted:
    """Return the shares of mistakes that the site's owner accepts."""
    return accepted_in(keeping.chosen(site))


def accepted_in(chosen: Choices) -> Accepted:
    """Return the shares of mistakes that are accepted."""
    return Accepted(good_lost=chosen.good_lost, bad_published=chosen.bad_published)


def check(chosen: Choices) -> None:
    """Raise BadLanguage, BadShare or BadPeriod for what cannot be chosen."""
    languages = chosen.languages.split(",") if chosen.languages else []
    wrong = [one for one in languages if one not in language_names()]
    if wrong or not languages:
        raise BadLanguage(
            f"{wrong[0]!r} is no language. Use the two letters of ISO 639-1, such as en or de."
            if wrong
            else "A site has at least one language."
        )
    for name in _SHARES:
        share = getattr(chosen, name)
        if share is not None and not 0 <= share <= 1:
            raise BadShare(f"{name} must be a share from 0 to 1, not {share:g}.")
    for name in PERIODS:
        days = getattr(chosen, name)
        if days is not None and not 1 <= days <= MOST_DAYS_KEPT:
            raise BadPeriod(
                f"{name} must be a number of days from 1 to {MOST_DAYS_KEPT:,}, not {days:,}."
            )
