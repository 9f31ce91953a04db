"""The people who moderate: who they are, what they may do, and how they get in again."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from moderation import moderators, sites
from moderation.draft import NO_NUL
from moderation.names import BadName
from moderation.refusal import Refusal
from moderation.store.tables import Role
from moderation.web.console.blueprint import Number, bp, frame, idle, moderator, needs
from moderation.web.parsing import LARGEST_NUMBER, form
from moderation.web.problem import Refused
from moderation.web.state import state

_PERSON = f"/people/<int(max={LARGEST_NUMBER}):person_id>"

Page = tuple[str, HTTPStatus]
Line = Annotated[str, msgspec.Meta(pattern=NO_NUL)]


class AddForm(msgspec.Struct, frozen=True):
    """Somebody new. Ticked sites come beside it, and count where the reach is `some`."""

    name: Line
    role: Role
    reach: Literal["every", "some"]


class ChangeForm(msgspec.Struct, frozen=True):
    """A role and sites, and what the page showed of them."""

    role: Role
    reach: Literal["every", "some"]
    seen: str


class SubjectForm(msgspec.Struct, frozen=True):
    """Who somebody is at the provider."""

    subject: Annotated[str, msgspec.Meta(pattern=NO_NUL, min_length=1, max_length=255)]


@bp.get("/people")
@needs(Role.ADMIN, every_site=True)
def people() -> str:
    """List who moderates."""
    return _list()


@bp.post("/people")
@needs(Role.ADMIN, every_site=True)
def add_person() -> str | Page:
    """Add somebody, and show the password for the first login, which is shown only now."""
    given = form(AddForm)
    password = moderators.made_up()
    try:
        with state().database.writing() as db:
            added = moderators.add(
                db,
                given.name,
                password,
                role=given.role,
                site_ids=_chosen_sites(given.reach),
                must_change=True,
                by=moderator(),
                now=datetime.now(UTC),
            )
            db.commit()
    except (moderators.NameTaken, BadName) as error:
        return _list(str(error), given), HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(added.id, password=password)


@bp.get(_PERSON)
@needs(Role.ADMIN, every_site=True)
def person(person_id: int) -> str:
    """Show one person."""
    return _page(person_id)


@bp.post(_PERSON)
@needs(Role.ADMIN, every_site=True)
def change_person(person_id: int) -> Response | Page:
    """Give a person another role or other sites."""
    given = form(ChangeForm)
    try:
        with state().database.writing() as db:
            moderators.change(
                db,
                person_id,
                role=given.role,
                site_ids=_chosen_sites(given.reach),
                seen=given.seen,
                by=moderator(),
                now=datetime.now(UTC),
            )
            db.commit()
    except (moderators.ChangedMeanwhile, moderators.LastAdmin) as error:
        return _conflict(person_id, error)
    return _back(person_id, _("Saved."))


@bp.post(f"{_PERSON}/password")
@needs(Role.ADMIN, every_site=True)
def reset_password(person_id: int) -> str:
    """Make up a new password for who forgot it, and show it, which is done only now."""
    password = moderators.made_up()
    with state().database.writing() as db:
        moderators.reset_password(
            db,
            moderators.by_number(db, person_id),
            password,
            must_change=True,
            by=moderator(),
            now=datetime.now(UTC),
        )
        db.commit()
    return _page(person_id, password=password)


@bp.post(f"{_PERSON}/codes-off")
@needs(Role.ADMIN, every_site=True)
def switch_codes_off(person_id: int) -> Response:
    """Ask somebody for one-time codes no more who lost everything."""
    with state().database.writing() as db:
        found = moderators.by_number(db, person_id)
        moderators.switch_off(db, found, by=moderator(), now=datetime.now(UTC))
        db.commit()
    return _back(person_id, _("One-time codes are off."))


@bp.post(f"{_PERSON}/end-logins")
@needs(Role.ADMIN, every_site=True)
def end_logins(person_id: int) -> Response:
    """Log somebody out everywhere."""
    with state().database.writing() as db:
        found = moderators.by_number(db, person_id)
        moderators.end_all(db, found, by=moderator(), now=datetime.now(UTC))
        db.commit()
    return _back(person_id, _("Every browser is logged out."))


@bp.post(f"{_PERSON}/link")
@needs(Role.ADMIN, every_site=True)
def link_person(person_id: int) -> Response | Page:
    """Say who somebody is at the provider of single sign-on."""
    given = form(SubjectForm)
    try:
        with state().database.writing() as db:
            found = moderators.by_number(db, person_id)
            subject = moderators.subject_at(state().settings.oidc_issuer, given.subject.strip())
            moderators.link(db, found, subject, by=moderator(), now=datetime.now(UTC))
            db.commit()
    except moderators.SubjectTaken as error:
        return _conflict(person_id, error)
    return _back(person_id, _("Linked."))


@bp.post(f"{_PERSON}/unlink")
@needs(Role.ADMIN, every_site=True)
def unlink_person(person_id: int) -> Response | Page:
    """Let nobody in as this person any more for whom the provider vouches."""
    try:
        with state().database.writing() as db:
            found = moderators.by_number(db, person_id)
            moderators.unlink(db, found, by=moderator(), now=datetime.now(UTC))
            db.commit()
    except moderators.NoOtherWay as error:
        return _conflict(person_id, error)
    return _back(person_id, _("Unlinked."))


@bp.post(f"{_PERSON}/leave")
@needs(Role.ADMIN, every_site=True)
def deactivate(person_id: int) -> Response | Page:
    """Let somebody in no more."""
    try:
        with state().database.writing() as db:
            moderators.leave(db, person_id, by=moderator(), now=datetime.now(UTC))
            db.commit()
    except moderators.LastAdmin as error:
        return _conflict(person_id, error)
    return _back(person_id, _("Deactivated: logged out everywhere, and let in no more."))


@bp.post(f"{_PERSON}/return")
@needs(Role.ADMIN, every_site=True)
def reactivate(person_id: int) -> Response:
    """Let somebody in again."""
    with state().database.writing() as db:
        moderators.come_back(db, person_id, by=moderator(), now=datetime.now(UTC))
        db.commit()
    return _back(person_id, _("Reactivated, with the same role, sites and password as before."))


def _chosen_sites(reach: Literal["every", "some"]) -> list[int] | None:
    """Return the ticked sites, or None where the person may look at every one."""
    if reach == "every":
        return None
    try:
        ticked = msgspec.convert(request.form.getlist("site"), list[Number], strict=False)
    except msgspec.ValidationError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "invalid", str(error)) from None
    with state().database.reading() as db:
        there = {site.id for site in sites.every(db)}
    return [number for number in ticked if number in there]


def _list(error: str | None = None, given: AddForm | None = None) -> str:
    with state().database.reading() as db:
        return render_template(
            "console/people.html",
            people=moderators.every(db),
            sites_of=moderators.sites_of_all(db),
            last_logins=moderators.last_logins(db),
            sites=sites.every(db),
            roles=list(Role),
            error=error,
            given=given,
            **frame(db),
        )


def _page(person_id: int, *, password: str | None = None, error: str | None = None) -> str:
    settings = state().settings
    with state().database.reading() as db:
        found = moderators.by_number(db, person_id)
        own_sites = {site.id for site in moderators.sites_of_all(db).get(person_id, ())}
        return render_template(
            "console/person.html",
            person=found,
            own_sites=own_sites,
            seen=moderators.seen_as(db, found),
            logins=moderators.logins_of(db, found, idle=idle(), now=datetime.now(UTC)),
            last_login=moderators.last_logins(db).get(person_id),
            sites=sites.every(db),
            roles=list(Role),
            password=password,
            error=error,
            provider=settings.oidc_name if settings.oidc_issuer else None,
            **frame(db),
        )


def _conflict(person_id: int, error: Refusal) -> Page:
    return _page(person_id, error=str(error)), HTTPStatus.CONFLICT


def _back(person_id: int, said: str) -> Response:
    flash(said)
    return redirect(url_for("console.person", person_id=person_id), code=303)
