"""What is chosen for a site as a whole: accepted mistakes, languages, second looks, what is kept."""

from http import HTTPStatus
from typing import NamedTuple

import msgspec
from flask import render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import backtests, intake, policies, sites
from moderation.classifier.thresholds import SHARES
from moderation.policies import CHOICES, Change, Choices
from moderation.refusal import Refusal
from moderation.store.tables import Role, Site
from moderation.verdict import Accepted
from moderation.web.console.blueprint import bp, frame, needs
from moderation.web.console.drafting import Do, DraftQuery, drafted_change, refused_with, settle
from moderation.web.parsing import LARGEST_NUMBER, form, query
from moderation.web.state import state

_DIGITS = 6


class ChoicesForm(msgspec.Struct, frozen=True):
    """What was typed: shares of mistakes as shares or empty, the others in percent, periods in days."""

    languages: str
    good_lost: str = ""
    bad_published: str = ""
    audit_percent: str = ""
    second_percent: str = ""
    keep_addresses: str = ""
    keep_rejected: str = ""
    keep_approved: str = ""
    shortens_addresses: bool = False

    def read(self) -> Choices:
        """Read it. Raises BadShare or BadPeriod for what is no number."""
        return Choices(
            languages=",".join(
                dict.fromkeys(one.strip().lower() for one in self.languages.split(",") if one.strip())
            ),
            good_lost=_number(self.good_lost) if self.good_lost else None,
            bad_published=_number(self.bad_published) if self.bad_published else None,
            audit_share=_part(self.audit_percent) if self.audit_percent.strip() else None,
            second_share=_part(self.second_percent),
            **{name: _days(getattr(self, name)) for name in policies.PERIODS},
            shortens_addresses=self.shortens_addresses,
        )


class Budget(NamedTuple):
    """A share of mistakes that can be accepted, and the threshold that it buys."""

    share: float | None
    threshold: float | None


@bp.get(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/choices")
def choices(site_id: int) -> str:
    """Show what is chosen for a site."""
    asked = query(DraftQuery)
    with state().database.reading() as db:
        site = sites.by_id(db, site_id)
        draft = drafted_change(db, site, asked.draft, CHOICES)
        chosen = draft.after if draft else policies.choices(site)
        if not isinstance(chosen, Choices):
            chosen = policies.choices(site)
        return _page(db, site, _typed(chosen))


@bp.post(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/choices")
@needs(Role.ADMIN)
def choices_submit(site_id: int) -> Response | tuple[str, HTTPStatus]:
    """Try other choices on past comments, or save them."""
    given, typed = form(Do), form(ChoicesForm)
    try:
        change = Change(subject=CHOICES, after=typed.read(), seen=given.seen)
        with state().database.reading() as db:
            site = sites.by_id(db, site_id)
        return settle(site, change, given, back=url_for("console.choices", site_id=site_id))
    except Refusal as error:
        with state().database.reading() as db:
            site = sites.by_id(db, site_id)
            return refused_with(error, _page(db, site, typed, error=error))


def _page(db: Session, site: Site, typed: ChoicesForm, *, error: Refusal | None = None) -> str:
    chosen = policies.choices(site)
    serving = state().serving.current(site)

    def budgets(name: str, side: str) -> list[Budget]:
        found: list[Budget] = []
        for share in (None, 0.0, *sorted({*SHARES, *_given(getattr(chosen, name))} - {0.0})):
            accepted = Accepted(**{name: share})
            at = getattr(serving.thresholds_for(accepted), side) if serving else None
            found.append(Budget(share, at))
        return found

    return render_template(
        "console/rules_choices.html",
        site=site,
        typed=typed,
        thresholds=serving.thresholds_for(policies.accepted(site)) if serving else None,
        model=serving.version if serving else None,
        good_lost=budgets("good_lost", "reject_at"),
        bad_published=budgets("bad_published", "review_at"),
        usual_audits=(intake.AUDITS_AT_FIRST, intake.FIRST_COMMENTS, intake.AUDITS),
        error=error,
        most=backtests.USUAL,
        **frame(db),
    )


def _given(share: float | None) -> set[float]:
    return set() if share is None else {share}


def _typed(chosen: Choices) -> ChoicesForm:
    return ChoicesForm(
        languages=chosen.languages.replace(",", ", "),
        good_lost="" if chosen.good_lost is None else f"{chosen.good_lost:g}",
        bad_published="" if chosen.bad_published is None else f"{chosen.bad_published:g}",
        audit_percent="" if chosen.audit_share is None else f"{chosen.audit_share * 100:g}",
        second_percent=f"{chosen.second_share * 100:g}",
        **{name: _written(getattr(chosen, name)) for name in policies.PERIODS},
        shortens_addresses=chosen.shortens_addresses,
    )


def _days(written: str) -> int | None:
    if not written.strip():
        return None
    try:
        return int(written.strip())
    except ValueError:
        raise policies.BadPeriod(f"{written[:50]!r} is no number of days.") from None


def _written(days: int | None) -> str:
    return "" if days is None else str(days)


def _part(percent: str) -> float:
    return round(_number(percent) / 100, _DIGITS)


def _number(written: str) -> float:
    try:
        return float(written.strip())
    except ValueError:
        raise policies.BadShare(f"{written[:50]!r} is no number.") from None
