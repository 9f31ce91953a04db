"""A site's lists: what they hold, where they look, what a match asks for."""

from http import HTTPStatus

import msgspec
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import backtests, policies, sites
from moderation.names import check_name
from moderation.policies import Change, KeptList
from moderation.refusal import Refusal
from moderation.rules import ListKind, Mode, Scope, catch_alls
from moderation.rules.entries import SCOPES
from moderation.rules.lists import CODES
from moderation.store.tables import Role, Site
from moderation.verdict import Action
from moderation.web.console.blueprint import bp, frame, needs
from moderation.web.console.drafting import Do, DraftQuery, drafted_change, refused_with, settle
from moderation.web.parsing import LARGEST_NUMBER, form, query
from moderation.web.state import state


class ListQuery(DraftQuery, frozen=True):
    """Which list; without a name, a new one."""

    name: str = ""


class ListForm(msgspec.Struct, frozen=True):
    """What was typed for a list."""

    name: str
    kind: ListKind
    action: Action
    mode: Mode = Mode.LIVE
    entries: str = ""


@bp.get(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/lists")
def lists(site_id: int) -> str:
    """Show a site's own lists."""
    with state().database.reading() as db:
        site = sites.by_id(db, site_id)
        return render_template(
            "console/rules_lists.html",
            site=site,
            lists=[(one, len(one.entries.splitlines())) for one in policies.lists(db, site)],
            **frame(db),
        )


@bp.get(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/lists/edit")
def edit_list(site_id: int) -> str:
    """Show a list, or the form for a new one."""
    asked = query(ListQuery)
    with state().database.reading() as db:
        site = sites.by_id(db, site_id)
        subject = policies.of_list(asked.name)
        kept = policies.kept(db, site, subject)
        draft = drafted_change(db, site, asked.draft, subject)
        shown = draft.after if draft else kept
        if shown is None and asked.name and draft is None:
            raise policies.UnknownList(f"{site.name} has no list named {asked.name[:100]}.")
        typed = shown if isinstance(shown, KeptList) else _NEW
        return _page(db, site, asked.name, typed, is_new=kept is None)


@bp.post(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/lists/edit")
@needs(Role.ADMIN)
def edit_list_submit(site_id: int) -> Response | tuple[str, HTTPStatus]:
    """Try a list on past comments, save it, or remove it."""
    given, typed = form(Do), form(ListForm)
    name = typed.name.strip()
    scopes = tuple(scope for scope in Scope if f"scope.{scope}" in request.form)
    mode = Mode(given.mode) if given.mode else typed.mode
    lines = "\n".join(typed.entries.splitlines())
    kept = KeptList(kind=typed.kind, action=typed.action, scopes=scopes, mode=mode, entries=lines)
    is_new = "is_new" in request.form
    try:
        check_name(name)
        with state().database.reading() as db:
            site = sites.by_id(db, site_id)
            if is_new and policies.kept(db, site, policies.of_list(name)):
                raise policies.OtherList(f"There is a list named {name} already; choose another name.")
        after = None if given.do == "reset" else policies.kept_list(name, kept)
        change = Change(subject=policies.of_list(name), after=after, seen=given.seen)
        return settle(site, change, given, back=url_for("console.lists", site_id=site_id))
    except Refusal as error:
        with state().database.reading() as db:
            site = sites.by_id(db, site_id)
            return refused_with(error, _page(db, site, name, kept, is_new=is_new, error=error))


def _page(
    db: Session,
    site: Site,
    name: str,
    typed: KeptList,
    *,
    is_new: bool,
    error: Refusal | None = None,
) -> str:
    stands = policies.kept(db, site, policies.of_list(name))
    on_trial = isinstance(stands, KeptList) and stands.mode is Mode.LOG_ONLY
    return render_template(
        "console/rules_list.html",
        site=site,
        name=name,
        typed=typed,
        is_new=is_new,
        kinds=list(ListKind),
        scopes=list(Scope),
        looks_at=SCOPES,
        error=error,
        short=catch_alls(typed.kind, typed.entries),
        caught=backtests.caught(db, site, policies.of_list(name), (CODES[typed.kind],))
        if on_trial
        else None,
        most=backtests.USUAL,
        **frame(db),
    )


_NEW = KeptList(kind=ListKind.TERMS, action=Action.REVIEW, scopes=(), mode=Mode.LIVE, entries="")
