"""Say what a change of a policy did: value by value, and line by line for lists."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from moderation.policies import Choices, Kept, KeptList, KeptRule, read_kept
from moderation.policies.keeping import list_of, rule_of
from moderation.rules import Setting, settings
from moderation.rules.options import described
from moderation.store.tables import PolicyChange
from moderation.web.console.filters import percent
from moderation.web.console.wording import worded

# More lines than these say nothing more; the list itself shows them.
_LINES_SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """What a change did, as a page shows it."""

    # What was changed, such as a rule, and its name.
    kind: str
    name: str
    # Each value that differs: what it is, and what it was and is; None where there was or is nothing.
    values: list[tuple[str, str | None, str | None]]
    # Lines of a list that went and came, cut short, and how many more there are.
    removed: list[str]
    added: list[str]
    more: int = 0
    # Whether another version wrote it, so that this one cannot say what it means.
    is_unreadable: bool = False


def difference(change: PolicyChange) -> Difference:
    """Say what a change did."""
    rule, name = rule_of(change.subject), list_of(change.subject)
    kind = "rule" if rule is not None else "list" if name is not None else "choices"
    called = rule or name or ""
    try:
        before, after = read_kept(change.before), read_kept(change.after)
        was, became = _values(rule, before), _values(rule, after)
    except ValueError:
        return Difference(kind, called, [], [], [], is_unreadable=True)
    values = [
        (label, was.get(label), became.get(label))
        for label in dict.fromkeys((*was, *became))
        if was.get(label) != became.get(label)
    ]
    removed, added = _lines(before, after)
    more = max(len(removed) - _LINES_SHOWN, 0) + max(len(added) - _LINES_SHOWN, 0)
    return Difference(kind, called, values, removed[:_LINES_SHOWN], added[:_LINES_SHOWN], more=more)


def _values(rule: str | None, kept: Kept | None) -> dict[str, str]:
    if isinstance(kept, Choices):
        days = {_(label): _days(getattr(kept, field)) for field, label in _PERIODS.items()}
        addresses = _("only their network") if kept.shortens_addresses else _("whole")
        return {
            _(label): _("by itself")
            if field == "audit_share" and kept.audit_share is None
            else _share(getattr(kept, field))
            for field, label in _OF_CHOICES.items()
        } | {_("Languages"): kept.languages, _("IP addresses are stored"): addresses, **days}
    if isinstance(kept, KeptList):
        return {
            _("Kind"): worded(kept.kind),
            _("A match asks to"): worded(kept.action),
            _("Mode"): worded(kept.mode),
            _("Looks at"): ", ".join(map(worded, kept.scopes)),
        }
    if rule is None or (kept is None and rule not in settings.SETTABLE):
        return {}
    setting = settings.default(settings.SETTABLE[rule]) if kept is None else _read(rule, kept)
    return {_("Mode"): worded(settings.word(setting.mode))} | {
        worded(one.title): worded(str(one.value)) for one in described(setting.options)
    }


def _read(rule: str, kept: Kept) -> Setting:
    if not isinstance(kept, KeptRule):
        raise TypeError(f"a rule is kept as {type(kept).__name__}")
    return settings.read(rule, kept.mode, kept.options)


def _lines(before: Kept | None, after: Kept | None) -> tuple[list[str], list[str]]:
    old, new = (one.entries.splitlines() if isinstance(one, KeptList) else [] for one in (before, after))
    # Where they stand matters to nobody.
    gone, come = set(old) - set(new), set(new) - set(old)
    return [one for one in old if one in gone], [one for one in new if one in come]


def _share(share: float | None) -> str:
    return _("as the model was made") if share is None else percent(share)


def _days(days: int | None) -> str:
    return _("for ever") if days is None else str(ngettext("%(num)d day", "%(num)d days", days))


_OF_CHOICES = {
    "good_lost": "Good comments that may be rejected",
    "bad_published": "Bad comments that may be published",
    "audit_share": "Automatic verdicts that a person checks",
    "second_share": "Decisions that a second person checks",
}
_PERIODS = {
    "keep_addresses": "IP addresses and browsers",
    "keep_rejected": "Text and author of rejected comments",
    "keep_approved": "Text and author of approved comments",
}
