"""What a site's rules look for, and how each works there: read by everybody, changed by admins."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from moderation import backtests, policies, sites
from moderation.policies import Change, KeptRule
from moderation.refusal import Refusal
from moderation.rules import Mode, Rule, Setting, settings
from moderation.rules.options import Options, described
from moderation.store.tables import Role, Site
from moderation.web.console.blueprint import allowed, bp, frame, needs
from moderation.web.console.drafting import Do, DraftQuery, drafted_change, refused_with, settle
from moderation.web.console.wording import worded
from moderation.web.parsing import LARGEST_NUMBER, form, query
from moderation.web.state import state

_OPTION = "option."


@bp.get("/rules")
def rules() -> str | Response:
    """Lead to the rules of the only site, or list the sites."""
    with state().database.reading() as db:
        found = [one for one in sites.every(db) if allowed().covers(one.id)]
        if len(found) == 1:
            return redirect(url_for("console.site_rules", site_id=found[0].id), code=303)
        return render_template("console/rules_sites.html", sites=found, **frame(db))


@bp.get(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/rules")
def site_rules(site_id: int) -> str:
    """List what can be set of the rules of a site."""
    with state().database.reading() as db:
        site = sites.by_id(db, site_id)
        chosen, unreadable = policies.rules(db, site)
        return render_template(
            "console/rules.html",
            site=site,
            rules=[
                (rule, setting, _summed_up(setting.options))
                for name, rule in settings.SETTABLE.items()
                for setting in (chosen.get(name) or settings.default(rule),)
            ],
            chosen=chosen,
            unreadable=unreadable,
            word=settings.word,
            **frame(db),
        )


@bp.get(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/rules/<name>")
def rule(site_id: int, name: str) -> str:
    """Show how a rule works on a site, and the form that changes it."""
    asked = query(DraftQuery)
    with state().database.reading() as db:
        site, found = sites.by_id(db, site_id), settings.rule(name)
        chosen, unreadable = policies.rules(db, site)
        setting = chosen.get(name) or settings.default(found)
        draft = drafted_change(db, site, asked.draft, policies.of_rule(name))
        typed = setting
        if draft is not None:
            typed = _of_kept(found, draft.after)
        return _page(
            db,
            site,
            found,
            setting,
            mode=settings.word(typed.mode),
            values={one.name: _written(one.value) for one in described(typed.options)},
            is_unreadable=name in unreadable,
        )


@bp.post(f"/sites/<int(max={LARGEST_NUMBER}):site_id>/rules/<name>")
@needs(Role.ADMIN)
def rule_submit(site_id: int, name: str) -> Response | tuple[str, HTTPStatus]:
    """Try a change of a rule, save it, or let the rule work as it comes again."""
    given = form(Do)
    found = settings.rule(name)
    options = _typed(found)
    mode = request.form.get("mode", "")
    try:
        with state().database.reading() as db:
            site = sites.by_id(db, site_id)
            wanted = given.mode or (mode if mode in settings.MODES else None)
            setting = policies.changed_rule(db, site, name, mode=wanted, options=options)
        kept = None if given.do == "reset" else policies.kept_rule(name, setting)
        change = Change(subject=policies.of_rule(name), after=kept, seen=given.seen)
        return settle(site, change, given, back=url_for("console.rule", site_id=site_id, name=name))
    except Refusal as error:
        with state().database.reading() as db:
            site = sites.by_id(db, site_id)
            chosen, unreadable = policies.rules(db, site)
            return refused_with(
                error,
                _page(
                    db,
                    site,
                    found,
                    chosen.get(name) or settings.default(found),
                    mode=mode,
                    values=options,
                    is_unreadable=name in unreadable,
                    error=error,
                ),
            )


def _summed_up(options: Options) -> list[str]:
    """Write the options of a rule as they stand, each with its unit."""
    found = []
    for one in described(options):
        if isinstance(one.value, bool):
            said = _("yes") if one.value else _("no")
        else:
            said = f"{one.value:g} {worded(one.unit)}".rstrip()
        found.append(f"{worded(one.title)}: {said}")
    return found


def _page(
    db: Session,
    site: Site,
    found: Rule,
    setting: Setting,
    *,
    mode: str,
    values: dict[str, str],
    is_unreadable: bool,
    error: Refusal | None = None,
) -> str:
    on_trial = setting.mode is Mode.LOG_ONLY
    return render_template(
        "console/rule.html",
        site=site,
        rule=found,
        setting=setting,
        is_set=setting != settings.default(found),
        defaults={one.name: _written(one.value) for one in described(found.options)},
        fields=described(setting.options),
        mode=mode,
        values=values,
        error=error,
        is_unreadable=is_unreadable,
        word=settings.word,
        caught=backtests.caught(db, site, found.name, found.codes) if on_trial else None,
        changes=policies.changes(db, site, subject=policies.of_rule(found.name), limit=1),
        most=backtests.USUAL,
        **frame(db),
    )


def _typed(one: Rule) -> dict[str, str]:
    """What was typed for each option; a box that is not ticked is not sent."""
    return {
        each.name: str(_OPTION + each.name in request.form).lower()
        if isinstance(each.value, bool)
        else request.form.get(_OPTION + each.name, "").strip()
        for each in described(one.options)
    }


def _of_kept(one: Rule, kept: object) -> Setting:
    if isinstance(kept, KeptRule):
        return settings.read(one.name, kept.mode, kept.options)
    return settings.default(one)


def _written(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
