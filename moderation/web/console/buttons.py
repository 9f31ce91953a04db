"""What moderators press: the one form of every page on which something is decided."""

from typing import Annotated

import msgspec
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from moderation.store.tables import RejectionReason
from moderation.verdict import Action
from moderation.web.console.blueprint import bp


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One button: `approve`, or `reject:` and a reason."""

    decision: Annotated[str, msgspec.Meta(pattern=r"^(approve|reject:[a-z-]+)\Z")]

    def action(self) -> Action:
        """Return what was chosen."""
        return Action(self.decision.partition(":")[0])

    def reason(self) -> RejectionReason | None:
        """Return why, for a rejection."""
        reason = self.decision.partition(":")[2]
        return RejectionReason(reason) if reason else None

    def __post_init__(self) -> None:
        """Refuse a reason that there is not."""
        self.reason()


# The letter of each button, as WordPress has them where it has any, with what the button and the list
# of keys say.
_REASONS: dict[RejectionReason, tuple[str, LazyString, LazyString]] = {
    RejectionReason.SPAM: ("s", _("Spam"), _("Reject as spam")),
    RejectionReason.ABUSE: ("d", _("Abuse"), _("Reject as abuse")),
    RejectionReason.OFF_TOPIC: ("f", _("Off-topic"), _("Reject as off-topic")),
    RejectionReason.OTHER: ("g", _("Other"), _("Reject for another reason")),
}


@bp.app_template_global()
def rejection_reasons() -> dict[RejectionReason, tuple[str, LazyString, LazyString]]:
    """Return the buttons that reject: the key, the label, and what the list of keys says."""
    return _REASONS
