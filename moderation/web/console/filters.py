"""How pages write moments and shares. Knows nothing of comments."""

from datetime import UTC, datetime, timedelta

from moderation.verdict import percent
from moderation.web.console.blueprint import bp

_MINUTE = timedelta(minutes=1)
# How large a step each unit is, and from what age on it is used.
_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=30), "month"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (_MINUTE, "minute"),
)


bp.add_app_template_filter(percent)


@bp.app_template_filter()
def ago(when: datetime) -> str:
    """Say how long ago a moment was, in the largest unit that fits."""
    age = datetime.now(UTC) - when
    if age < _MINUTE:
        return "just now"
    size, unit = next((size, unit) for size, unit in _UNITS if age >= size)
    count = age // size
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


@bp.app_template_filter()
def moment(when: datetime) -> str:
    """Write a moment out, in UTC."""
    in_utc = when.astimezone(UTC)
    return f"{in_utc.day} {in_utc:%b %Y, %H:%M} UTC"
