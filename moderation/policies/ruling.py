"""What an owner sets for each rule."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from moderation.policies import changing, keeping
from moderation.policies.keeping import KeptRule
from moderation.rules import Setting, settings
from moderation.store.tables import Moderator, Site

log = structlog.get_logger()


def rules(session: Session, site: Site) -> tuple[dict[str, Setting], list[str]]:
    """What the owner set for rules, by name; and the names of those that cannot be read."""
    return readable(keeping.every_rule(session, site), site)


def readable(every: Mapping[str, KeptRule], site: Site) -> tuple[dict[str, Setting], list[str]]:
    """Read what was kept of rules; and the names of those that cannot be read."""
    found: dict[str, Setting] = {}
    unreadable: list[str] = []
    for name, one in every.items():
        try:
            found[name] = settings.read(name, one.mode, one.options)
        # It was read when it was set, by another version. A comment must not be lost for it.
        except settings.UnreadableSetting:
            log.exception("setting_unreadable", site_id=site.id, rule=name)
            unreadable.append(name)
    return found, unreadable


def changed_rule(
    session: Session, site: Site, name: str, *, mode: str | None, options: Mapping[str, str]
) -> Setting:
    """Return what a rule's setting would be with another mode and options; no mode leaves it as it is.

    Raises UnknownRule or BadOption.
    """
    rule = settings.rule(name)
    found, _ = rules(session, site)
    return settings.change(found.get(name) or settings.default(rule), mode=mode, options=options)


def set_rule(
    session: Session,
    site: Site,
    name: str,
    *,
    mode: str | None,
    options: Mapping[str, str],
    by: Moderator | str,
    now: datetime,
) -> Setting:
    """Change how a rule works on the site; no mode leaves it as it is. Return the whole setting.

    Raises UnknownRule or BadOption.
    """
    changing.lock(session, site)
    setting = changed_rule(session, site, name, mode=mode, options=options)
    changing.write(session, site, keeping.of_rule(name), kept_rule(name, setting), by=by, now=now)
    return setting


def reset_rule(session: Session, site: Site, name: str, *, by: Moderator | str, now: datetime) -> None:
    """Let a rule work on the site as it comes. Raises UnknownRule."""
    changing.lock(session, site)
    if changing.write(session, site, keeping.of_rule(name), None, by=by, now=now) is None:
        # Nothing to do; but what was set for a rule that there is no more can be removed as well.
        settings.rule(name)


def kept_rule(name: str, setting: Setting) -> KeptRule | None:
    """Return what must be kept of a rule's setting."""
    rule = settings.rule(name)
    if setting == settings.default(rule):
        # Nothing is kept, so that a better default reaches those who went back to this one.
        return None
    mode, options = settings.kept(rule, setting)
    return KeptRule(mode=mode, options=options)
