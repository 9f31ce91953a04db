"""How pages write shares and moments. Knows nothing of comments."""

from datetime import UTC, datetime, timedelta

from moderation.web.console.blueprint import bp

# What is next to certain never reads as certain.
_SMALLEST = 0.001
_MINUTE = timedelta(minutes=1)
# How large a step each unit is, and from what age on it is used.
_UNITS = (
    (timedelta(days=365), "year"),
    (timedelta(days=30), "month"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (_MINUTE, "minute"),
)


@bp.app_template_filter()
def percent(share: float) -> str:
    """Write a share of one in percent; with a decimal near the ends, where thresholds lie close."""
    shown = min(max(share, _SMALLEST), 1 - _SMALLEST) if 0 < share < 1 else share
    is_near_an_end = 0 < min(shown, 1 - shown) < 10 * _SMALLEST
    return f"{shown:.1%}" if is_near_an_end else f"{shown:.0%}"


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
